package counter;

import io.smallrye.config.ConfigValue;
import io.smallrye.config.SmallRyeConfig;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.microprofile.config.ConfigProvider;

/** Says how often it was asked, what there is to count, and what its configuration is. */
@ApplicationScoped
public class Counter {
    private final AtomicLong asked = new AtomicLong();

    void routes(@Observes Router router) {
        router.get("/").handler(r -> r.response().end(asked.incrementAndGet() + "\n"));
        router.get("/goods").handler(r -> r.response().end("cup\nteapot\n"));
        router.get("/goods/:name").handler(r -> r.response().end("one " + r.pathParam("name") + "\n"));
        router.get("/config").handler(r -> r.response().end(configuration(r.request().getParam("name")).encodePrettily()));
    }

    /** One value, or where there is no name the profiles and all sources with what they hold. */
    private static JsonObject configuration(String name) {
        SmallRyeConfig config = ConfigProvider.getConfig().unwrap(SmallRyeConfig.class);
        if (name != null) {
            ConfigValue v = config.getConfigValue(name);
            return new JsonObject().put("value", v.getValue()).put("source", v.getConfigSourceName())
                    .put("ordinal", v.getConfigSourceOrdinal()).put("line", v.getLineNumber());
        }
        JsonArray sources = new JsonArray();
        config.getConfigSources().forEach(s -> sources.add(new JsonObject().put("name", s.getName()).put("ordinal", s.getOrdinal())
                .put("keys", new JsonArray(s.getPropertyNames().stream().sorted().toList()))));
        return new JsonObject().put("profiles", new JsonArray(config.getProfiles())).put("sources", sources);
    }
}
