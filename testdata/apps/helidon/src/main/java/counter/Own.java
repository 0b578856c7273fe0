package counter;

import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import io.helidon.webserver.Routing;
import io.helidon.webserver.WebServer;

/** Helidon SE whose configuration has no source but a file of the working folder. */
public final class Own {
    private Own() {
    }

    public static void main(String[] args) {
        Config config = Config.builder(ConfigSources.file("application.yaml")).disableEnvironmentVariablesSource().disableSystemPropertiesSource().build();
        WebServer.builder()
                .config(config.get("server"))
                .addRouting(Routing.builder().get("/", (request, response) -> response.send("own\n")).build())
                .build()
                .start();
    }
}
