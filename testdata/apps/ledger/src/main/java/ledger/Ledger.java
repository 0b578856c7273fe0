package ledger;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Asks a database, a cache and a web service, and keeps the connections. */
@SpringBootApplication
@RestController
public class Ledger {
    private final JdbcTemplate db;
    private final StringRedisTemplate cache;
    private final URI partner;
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    Ledger(JdbcTemplate db, StringRedisTemplate cache, @Value("${partner.base-url}") URI partner) {
        this.db = db;
        this.cache = cache;
        this.partner = partner;
    }

    public static void main(String[] args) {
        SpringApplication.run(Ledger.class, args);
    }

    @GetMapping("/ledger")
    Map<String, Object> ledger() throws IOException, InterruptedException {
        HttpResponse<String> answer = client.send(HttpRequest.newBuilder(partner).build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException("the partner answers " + answer.statusCode());
        }
        cache.opsForValue().set("asked", "yes");
        return Map.of("database", db.queryForObject("select current_database()", String.class), "cache", cache.opsForValue().get("asked"));
    }
}
