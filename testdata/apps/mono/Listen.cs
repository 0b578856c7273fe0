using System.Net;
using System.Text;

// A server by HttpListener: its arguments are the prefixes that it answers.
public static class Listen
{
    public static void Main(string[] prefixes)
    {
        var listener = new HttpListener();
        foreach (var prefix in prefixes)
            listener.Prefixes.Add(prefix);
        listener.Start();
        while (true)
        {
            var context = listener.GetContext();
            var body = Encoding.UTF8.GetBytes("hello from Mono\n");
            context.Response.OutputStream.Write(body, 0, body.Length);
            context.Response.Close();
        }
    }
}
