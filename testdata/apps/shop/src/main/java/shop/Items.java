package shop;

import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;

/** Lists the shop's items as JSON, from the DataSource that the server offers as jdbc/shop. */
@WebServlet(urlPatterns = "/items", loadOnStartup = 1)
public class Items extends HttpServlet {
    private static final long serialVersionUID = 1L;

    private transient DataSource source;

    @Override
    public void init() throws ServletException {
        try {
            source = (DataSource) new InitialContext().lookup("java:comp/env/jdbc/shop");
        } catch (NamingException e) {
            throw new ServletException("look up jdbc/shop", e);
        }
        try (Connection c = source.getConnection(); Statement s = c.createStatement()) {
            s.execute("create table if not exists item (id int primary key, name varchar(80) not null, cents int not null)");
            s.execute("merge into item key (id) values (1, 'Teapot', 2450), (2, 'Cup <small>', 390), (3, 'Löffel', 120)");
        } catch (SQLException e) {
            throw new ServletException("prepare the table item", e);
        }
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws ServletException, IOException {
        StringBuilder json = new StringBuilder("[");
        try (Connection c = source.getConnection();
                Statement s = c.createStatement();
                ResultSet r = s.executeQuery("select id, name, cents from item order by id")) {
            while (r.next()) {
                json.append(json.length() > 1 ? "," : "")
                        .append("{\"id\":").append(r.getInt("id"))
                        .append(",\"name\":\"").append(r.getString("name")) // names are the three above: nothing to escape
                        .append("\",\"cents\":").append(r.getInt("cents")).append("}");
            }
        } catch (SQLException e) {
            throw new ServletException("read the table item", e);
        }
        response.setContentType("application/json");
        response.setCharacterEncoding("UTF-8");
        try (PrintWriter w = response.getWriter()) {
            w.println(json.append("]"));
        }
    }
}
