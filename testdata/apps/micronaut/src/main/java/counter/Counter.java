package counter;

import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.runtime.Micronaut;
import java.util.concurrent.atomic.AtomicLong;

/** Says how often it was asked. */
@Controller
public class Counter {
    private final AtomicLong asked = new AtomicLong();

    public static void main(String[] args) {
        Micronaut.run(Counter.class, args);
    }

    @Get(produces = MediaType.TEXT_PLAIN)
    String ask() {
        return asked.incrementAndGet() + "\n";
    }
}
