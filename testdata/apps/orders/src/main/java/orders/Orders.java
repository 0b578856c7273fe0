package orders;

import java.util.List;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.http.HttpStatus;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** Lists the orders of a small shop from its own H2 file database. */
@SpringBootApplication
@RestController
public class Orders {
    private final JdbcTemplate db;

    Orders(JdbcTemplate db) {
        this.db = db;
    }

    public static void main(String[] args) {
        SpringApplication.run(Orders.class, args);
    }

    @GetMapping("/")
    Map<String, Object> index() {
        return Map.of("orders", db.queryForObject("select count(*) from orders", Integer.class));
    }

    @GetMapping("/orders")
    List<Map<String, Object>> orders() {
        return db.queryForList("select id, customer, cents from orders order by id");
    }

    @GetMapping("/orders/{id}")
    Map<String, Object> order(@PathVariable int id) {
        return db.queryForList("select id, customer, cents from orders where id = ?", id).stream()
                .findFirst()
                .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    }
}
