package counter;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.util.concurrent.atomic.AtomicLong;

/** Helidon MP, started by io.helidon.microprofile.cdi.Main: says how often it was asked, and what there is to count. */
@Path("/")
@ApplicationScoped
public class Counter {
    private final AtomicLong asked = new AtomicLong();

    @GET
    public String ask() {
        return asked.incrementAndGet() + "\n";
    }

    @GET
    @Path("goods")
    public String goods() {
        return "cup\nteapot\n";
    }

    @GET
    @Path("goods/{name}")
    public String one(@PathParam("name") String name) {
        return "one " + name + "\n";
    }
}
