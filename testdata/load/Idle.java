/** Idle listens on the port that its argument names, and does nothing else: a small real JVM among many processes. */
public class Idle {
	public static void main(String[] args) throws Exception {
		new java.net.ServerSocket(Integer.parseInt(args[0]), 8, java.net.InetAddress.getLoopbackAddress()).accept();
	}
}
