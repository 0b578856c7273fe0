using System;
using System.Data.Common;
using System.Globalization;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

// A page, static files, an answer that needs the connection string, and one that needs ICU. It is compiled by mcs, which cannot read
// ReadOnlySpan of .NET 9: no overload of Concat, Split or Append may come near one, so parts are written one after the other.
public static class Portal
{
    public static int Main(string[] args)
    {
        var app = WebApplication.CreateBuilder(args).Build();
        StaticFileExtensions.UseStaticFiles(app);
        RequestDelegate answer = context => Answer(context, app.Configuration);
        app.Run(answer);
        app.Run((string)null);
        return 0;
    }

    static async Task Answer(HttpContext context, IConfiguration configuration)
    {
        switch (context.Request.Path.Value)
        {
            case "/":
                context.Response.ContentType = "text/html; charset=utf-8";
                await Write(context, "<!DOCTYPE html><title>Portal</title><link rel=\"stylesheet\" href=\"css/portal.css\"><h1>Portal</h1><p>.NET ");
                await Write(context, Environment.Version.ToString());
                break;
            case "/database": // which server, and whether a password is there; never the password
                var settings = new DbConnectionStringBuilder();
                settings.ConnectionString = configuration["ConnectionStrings:Default"] ?? "Server=none";
                await Write(context, settings["Server"].ToString());
                await Write(context, settings.ContainsKey("Password") ? ", with a password" : ", no password");
                break;
            case "/culture":
                await Write(context, new CultureInfo("de-DE").NumberFormat.NumberDecimalSeparator);
                await Write(context, new CultureInfo("tr-TR").TextInfo.ToUpper(" istanbul"));
                break;
            default:
                context.Response.StatusCode = 404;
                await Write(context, "no such page");
                break;
        }
        await Write(context, "\n");
    }

    static Task Write(HttpContext context, string text)
    {
        return HttpResponseWritingExtensions.WriteAsync(context.Response, text);
    }
}
