import java.net.*;
import java.nio.*;
import java.nio.channels.*;
import java.nio.charset.StandardCharsets;

/**
 * Answers every request with its name: on ADDRESS PORT NAME, or on the socket that systemd passes as standard input (NAME alone). Behind NAME: "udp"
 * receives datagrams on the same address, too, "shared" lets another process listen there as well (SO_REUSEPORT).
 */
public class Web {
    public static void main(String[] args) throws Exception {
        ServerSocketChannel server;
        if (args.length == 1) {
            server = (ServerSocketChannel) System.inheritedChannel();
        } else {
            InetSocketAddress address = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
            String extra = args.length > 3 ? args[3] : "";
            server = ServerSocketChannel.open();
            if (extra.equals("shared")) {
                server.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            }
            server.bind(address);
            if (extra.equals("udp")) {
                DatagramChannel.open(StandardProtocolFamily.INET).bind(address);
            }
        }
        byte[] answer = ("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n" + args[Math.min(2, args.length - 1)]).getBytes(StandardCharsets.UTF_8);
        while (true) {
            try (SocketChannel c = server.accept()) {
                c.read(ByteBuffer.allocate(8192));
                c.write(ByteBuffer.wrap(answer));
                c.shutdownOutput();
                c.read(ByteBuffer.allocate(8192));
            } catch (java.io.IOException e) {
                System.err.println(e);
            }
        }
    }
}
