using System.Net;
using System.Net.Sockets;
using System.ServiceProcess;
using System.Configuration;
using System.Threading;

// A Windows service, which mono-service hosts; its port stands in Service.exe.config.
public class Service : ServiceBase
{
    protected override void OnStart(string[] args)
    {
        var listener = new TcpListener(IPAddress.Loopback, int.Parse(ConfigurationManager.AppSettings["port"]));
        listener.Start();
        new Thread(() => { while (true) listener.AcceptTcpClient().Close(); }) { IsBackground = true }.Start();
    }

    public static void Main()
    {
        ServiceBase.Run(new Service { ServiceName = "shop" });
    }
}
