package counter;

import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.concurrent.atomic.AtomicLong;

/** Says how often it was asked. */
@ApplicationScoped
public class Counter {
    private final AtomicLong asked = new AtomicLong();

    void routes(@Observes Router router) {
        router.get("/").handler(r -> r.response().end(asked.incrementAndGet() + "\n"));
    }
}
