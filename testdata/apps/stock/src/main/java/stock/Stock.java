package stock;

import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/** Asks its database, which a pool is kept for. */
@ApplicationScoped
public class Stock {
    @Inject
    DataSource pool;

    void routes(@Observes Router router) {
        router.get("/stock").blockingHandler(this::stock);
    }

    private void stock(RoutingContext r) {
        try (Connection c = pool.getConnection(); Statement s = c.createStatement(); ResultSet found = s.executeQuery("select current_database()")) {
            found.next();
            r.response().end(found.getString(1) + "\n");
        } catch (SQLException e) {
            r.fail(e);
        }
    }
}
