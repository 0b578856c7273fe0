package counter;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.concurrent.atomic.AtomicLong;

/** Helidon MP, started by io.helidon.microprofile.cdi.Main: says how often it was asked. */
@Path("/")
@ApplicationScoped
public class Counter {
    private final AtomicLong asked = new AtomicLong();

    @GET
    public String ask() {
        return asked.incrementAndGet() + "\n";
    }
}
