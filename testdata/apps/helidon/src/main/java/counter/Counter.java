package counter;

import io.helidon.config.Config;
import io.helidon.webserver.Routing;
import io.helidon.webserver.WebServer;
import java.util.concurrent.atomic.AtomicLong;

/** Helidon SE: says how often it was asked, and what there is to count. */
public final class Counter {
    private Counter() {
    }

    public static void main(String[] args) {
        AtomicLong asked = new AtomicLong();
        WebServer.builder()
                .config(Config.create().get("server"))
                .addRouting(Routing.builder()
                        .get("/", (request, response) -> response.send(asked.incrementAndGet() + "\n"))
                        .get("/goods", (request, response) -> response.send("cup\nteapot\n"))
                        .get("/goods/{name}", (request, response) -> response.send("one " + request.path().param("name") + "\n"))
                        .build())
                .build()
                .start();
    }
}
