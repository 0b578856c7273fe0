using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

// It says what its configuration is: ASP.NET Core's own debug view, secrets included, for a proof that planted them.
public static class Settings
{
    public static int Main(string[] args)
    {
        var app = WebApplication.CreateBuilder(args).Build();
        RequestDelegate answer = context =>
            HttpResponseWritingExtensions.WriteAsync(context.Response, ConfigurationRootExtensions.GetDebugView((IConfigurationRoot)app.Configuration));
        app.Run(answer);
        app.Run((string)null);
        return 0;
    }
}
