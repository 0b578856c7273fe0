package probe;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import greeting.Greeting;
import java.awt.Font;
import java.awt.font.FontRenderContext;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.TextStyle;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.Executors;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** A server whose every page shows one thing that an image may lack: each answers 500 with the cause when it does. */
public class Probe {
    private static final Instant MOMENT = Instant.ofEpochSecond(1_700_000_000);

    public static void main(String[] args) throws Exception {
        Properties settings = new Properties();
        try (var in = Files.newBufferedReader(Path.of(args[0]))) {
            settings.load(in);
        }
        int colon = args[1].lastIndexOf(':');
        InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(args[1].substring(0, colon)), Integer.parseInt(args[1].substring(colon + 1)));
        HttpServer server = HttpServer.create(address, 0);
        server.setExecutor(Executors.newFixedThreadPool(4));
        page(server, "/zone", x -> ZonedDateTime.ofInstant(MOMENT, ZoneId.systemDefault()).toString());
        page(server, "/zones", x -> ZoneId.of("America/New_York").getRules().getOffset(MOMENT).toString());
        page(server, "/text", x -> Charset.defaultCharset() + " " + new String("Löffel".getBytes(StandardCharsets.UTF_8)).length());
        page(server, "/locale", x -> String.format("%,.2f ", 1234567.891)
                + MOMENT.atZone(ZoneId.of("UTC")).getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.getDefault()));
        page(server, "/font", x -> {
            Font font = Font.createFont(Font.TRUETYPE_FONT, Path.of("fonts/label.ttf").toFile()).deriveFont(20f);
            return font.getFamily() + " " + font.getStringBounds("Teapot", new FontRenderContext(null, true, true)).getWidth();
        });
        page(server, "/trust", x -> authorities());
        page(server, "/native", x -> Native.greet());
        page(server, "/rights", x -> output("bin/rights"));
        page(server, "/greeting", x -> Greeting.of(System.getenv("PROBE_NAME")));
        page(server, "/settings", x -> settings.getProperty("motto"));
        page(server, "/current", x -> Files.readString(Path.of("data/current/list.txt")));
        RandomAccessFile count = new RandomAccessFile(Path.of(settings.getProperty("state"), "count.txt").toFile(), "rw"); // held open: it is state
        page(server, "/count", x -> {
            synchronized (count) {
                count.seek(0);
                return "counted: " + count.readLine();
            }
        });
        page(server, "/mode", x -> System.getProperty("probe.mode", "none"));
        page(server, "/java", x -> Runtime.version().feature() + " " + Class.forName("java.sql.Driver").getName());
        page(server, "/new", x -> {
            Path made = Path.of(System.getProperty("java.io.tmpdir"), "probe-" + ProcessHandle.current().pid());
            try (OutputStream out = Files.newOutputStream(made)) {
                out.write('x');
            }
            String mode = Files.getPosixFilePermissions(made).toString();
            Files.delete(made);
            return mode.contains("OTHERS_READ") ? "everybody may read what is new" : "others may not read what is new";
        });
        page(server, "/", Probe::site);
        server.start();
        System.out.println("listening on " + address);
    }

    /** The page of the virtual host that was asked for, else the files of the web root. */
    private static String site(HttpExchange x) throws IOException {
        String host = x.getRequestHeaders().getFirst("Host");
        Path own = Path.of("hosts", host == null ? "" : host.replaceAll("[^a-z.]", "") + ".html");
        if (Files.exists(own)) {
            return Files.readString(own);
        }
        String path = x.getRequestURI().getPath();
        return Files.readString(Path.of("www", path.equals("/") ? "index.html" : path.replaceAll("[^a-z./]|\\.\\.", "")));
    }

    private static String authorities() throws Exception {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        X509Certificate[] all = ((X509TrustManager) factory.getTrustManagers()[0]).getAcceptedIssuers();
        boolean root = false;
        for (X509Certificate c : all) {
            root |= c.getSubjectX500Principal().getName().contains("ISRG Root X1");
        }
        return "{\"authorities\":" + all.length + ",\"isrgRootX1\":" + root + "}";
    }

    private static String output(String program) throws Exception {
        Process p = new ProcessBuilder(program).redirectErrorStream(true).start();
        String text = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return p.waitFor() == 0 ? text : "ended with " + p.exitValue();
    }

    private interface Page {
        String text(HttpExchange x) throws Exception;
    }

    private static void page(HttpServer server, String path, Page page) {
        server.createContext(path, x -> {
            int status = 200;
            String text;
            try {
                text = page.text(x);
            } catch (java.nio.file.NoSuchFileException e) {
                status = 404;
                text = "no such page";
            } catch (Throwable e) {
                status = 500;
                text = e.toString();
                System.err.println("SEVERE: " + path + ": " + e);
            }
            String type = text.startsWith("<") ? "text/html" : text.startsWith("{") ? "application/json" : "text/plain";
            x.getResponseHeaders().set("Content-Type", type + "; charset=UTF-8");
            byte[] body = (text.strip() + "\n").getBytes(StandardCharsets.UTF_8);
            x.sendResponseHeaders(status, body.length);
            try (OutputStream out = x.getResponseBody()) {
                out.write(body);
            }
        });
    }

    /** What libgreet.so says. */
    private static final class Native {
        static {
            System.loadLibrary("greet");
        }

        static native String greet();
    }
}
