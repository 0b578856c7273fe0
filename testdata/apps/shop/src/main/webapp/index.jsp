<%@ page contentType="text/html; charset=UTF-8" pageEncoding="UTF-8" %>
<!DOCTYPE html>
<html lang="en">
<head><title>Shop</title><link rel="stylesheet" href="static/shop.css"></head>
<body>
<h1>Shop</h1>
<p>Served by <%= application.getServerInfo() %>, from <code><%= request.getContextPath() %></code>.</p>
<ul>
<% for (String name : new String[] {"Teapot", "Cup", "Löffel"}) { %>  <li><%= name %></li>
<% } %></ul>
<p><a href="items">items as JSON</a></p>
</body>
</html>
