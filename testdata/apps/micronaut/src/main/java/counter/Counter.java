package counter;

import io.micronaut.context.env.Environment;
import io.micronaut.context.env.PropertySource;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.runtime.Micronaut;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Says how often it was asked, what there is to count, and what its configuration is. */
@Controller
public class Counter {
    private final AtomicLong asked = new AtomicLong();
    private final Environment environment;

    Counter(Environment environment) {
        this.environment = environment;
    }

    public static void main(String[] args) {
        Micronaut.run(Counter.class, args);
    }

    @Get(produces = MediaType.TEXT_PLAIN)
    String ask() {
        return asked.incrementAndGet() + "\n";
    }

    @Get(uri = "/goods", produces = MediaType.TEXT_PLAIN)
    String goods() {
        return "cup\nteapot\n";
    }

    @Get(uri = "/goods/{name}", produces = MediaType.TEXT_PLAIN)
    String one(String name) {
        return "one " + name + "\n";
    }

    /** The value in force as text, "" where there is none. */
    @Get(uri = "/value", produces = MediaType.TEXT_PLAIN)
    String value(@QueryValue String name) {
        try {
            return environment.getProperty(name, Object.class).map(v -> "=" + v).orElse("");
        } catch (RuntimeException e) {
            return "!" + e.getMessage();
        }
    }

    /** The environments, and the sources by how much they count. */
    @Get("/sources")
    Map<String, Object> sources() {
        List<Object> list = new ArrayList<>();
        for (PropertySource s : environment.getPropertySources()) {
            List<String> keys = new ArrayList<>();
            s.forEach(keys::add);
            list.add(Map.of("name", s.getName(), "order", s.getOrder(), "keys", keys));
        }
        return Map.of("environments", environment.getActiveNames(), "sources", list);
    }
}
