using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// A service without a web server. It greets who connects to the port of the variable WORKER_PORT, which stands for whatever a worker opens by itself. It is compiled by mcs, which cannot
// read ReadOnlySpan of .NET 9: int.Parse is out of reach.
public class Worker : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        var listener = new TcpListener(IPAddress.Loopback, Convert.ToInt32(Environment.GetEnvironmentVariable("WORKER_PORT")));
        listener.Start();
        Action stop = listener.Stop;
        stopping.Register(stop);
        try
        {
            while (!stopping.IsCancellationRequested)
                (await listener.AcceptTcpClientAsync()).Dispose();
        }
        catch (SocketException)
        {
        }
    }

    public static void Main(string[] args)
    {
        Action<HostBuilderContext, IServiceCollection> add = (context, services) => ServiceCollectionHostedServiceExtensions.AddHostedService<Worker>(services);
        HostingAbstractionsHostExtensions.Run(Host.CreateDefaultBuilder(args).ConfigureServices(add).Build());
    }
}
