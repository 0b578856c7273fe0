using System;
using System.Net.Http;
using System.Net.Sockets;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

// Asks a web service, and holds a connection to a message broker by STOMP. It is compiled by mcs, as Portal.cs.
public static class Gate
{
    static readonly HttpClient client = new HttpClient();
    static Socket broker;

    public static int Main(string[] args)
    {
        var app = WebApplication.CreateBuilder(args).Build();
        RequestDelegate answer = context => Answer(context, app.Configuration);
        app.Run(answer);
        app.Run((string)null);
        return 0;
    }

    static async Task Answer(HttpContext context, IConfiguration configuration)
    {
        string text = await client.GetStringAsync(configuration["Upstream:Url"]);
        if (broker == null || !Beat())
        {
            broker = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            broker.Connect(configuration["Broker:Host"], Convert.ToInt32(configuration["Broker:Port"]));
            string hello = "CONNECT\naccept-version:1.2\nhost:localhost\nheart-beat:0,0\n\n\0";
            byte[] frame = new byte[hello.Length];
            for (int i = 0; i < frame.Length; i++)
            {
                frame[i] = (byte)hello[i];
            }
            broker.Send(frame, 0, frame.Length, SocketFlags.None);
            byte[] reply = new byte[1024];
            int n = broker.Receive(reply, 0, reply.Length, SocketFlags.None);
            if (n < 9 || reply[0] != 'C' || reply[8] != 'D') // CONNECTED
            {
                context.Response.StatusCode = 502;
            }
        }
        await HttpResponseWritingExtensions.WriteAsync(context.Response, text);
    }

    // Beat reports whether the connection to the broker still takes a line's end, which STOMP ignores.
    static bool Beat()
    {
        try
        {
            byte[] line = new byte[] { 10 };
            return broker.Send(line, 0, 1, SocketFlags.None) == 1 && !(broker.Poll(0, SelectMode.SelectRead) && broker.Available == 0);
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
