import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.Closeable;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;

/**
 * Opens listens on the port that its argument names, and opens what it is asked to: /read?FILE, /chain?FILE and what its text names, /load?LIBRARY, /write?FILE, /run?PROGRAM, /many?FOLDER. What /keep?FILE
 * opens for reading and /hold?FILE for writing stays open; /grow?FILE writes a line every 50 ms from then on and closes the file each time.
 */
public class Opens {
	static final List<Closeable> KEPT = new ArrayList<>();

	public static void main(String[] args) throws Exception {
		HttpServer s = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0])), 64);
		s.setExecutor(Executors.newFixedThreadPool(4));
		s.createContext("/", Opens::answer);
		s.start();
	}

	static void answer(HttpExchange x) throws java.io.IOException {
		String said;
		try {
			said = act(x.getRequestURI().getPath(), x.getRequestURI().getQuery());
		} catch (Exception | LinkageError e) {
			said = e.toString();
		}
		byte[] body = said.getBytes(StandardCharsets.UTF_8);
		x.sendResponseHeaders(200, body.length);
		x.getResponseBody().write(body);
		x.close();
	}

	static String act(String what, String name) throws Exception {
		switch (what) {
		case "/read":
			try (FileInputStream in = new FileInputStream(name)) {
				return "read " + in.readAllBytes().length;
			}
		case "/chain":
			int links = 0;
			for (String next = name; !next.isEmpty(); links++) {
				next = new String(java.nio.file.Files.readAllBytes(java.nio.file.Path.of(next)), StandardCharsets.UTF_8).trim();
			}
			return "read " + links + " in a row";
		case "/load":
			System.load(name);
			return "loaded";
		case "/write":
			try (FileOutputStream out = new FileOutputStream(name)) {
				out.write('x');
			}
			return "wrote";
		case "/keep":
			KEPT.add(new FileInputStream(name));
			return "kept";
		case "/hold":
			KEPT.add(new FileOutputStream(name, true));
			return "held";
		case "/grow":
			new Thread(() -> grow(name)).start();
			return "grows";
		case "/run":
			return "ended " + new ProcessBuilder(name.split(" ")).start().waitFor();
		case "/many":
			File[] files = new File(name).listFiles();
			long began = System.nanoTime();
			for (File f : files) {
				new FileInputStream(f).close();
			}
			return files.length + " in " + (System.nanoTime() - began);
		}
		return "up";
	}

	static void grow(String name) {
		try {
			for (;; Thread.sleep(50)) {
				try (FileOutputStream out = new FileOutputStream(name, true)) {
					out.write("a line\n".getBytes(StandardCharsets.UTF_8));
				}
			}
		} catch (Exception e) {
			throw new IllegalStateException(e);
		}
	}
}
