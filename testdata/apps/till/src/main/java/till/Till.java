package till;

import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.runtime.Micronaut;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/** Asks its database, which a pool is kept for. */
@Controller
public class Till {
    private final DataSource pool;

    Till(DataSource pool) {
        this.pool = pool;
    }

    public static void main(String[] args) {
        Micronaut.run(Till.class, args);
    }

    @ExecuteOn(TaskExecutors.BLOCKING)
    @Get(uri = "/till", produces = MediaType.TEXT_PLAIN)
    String till() throws SQLException {
        try (Connection c = pool.getConnection(); Statement s = c.createStatement(); ResultSet found = s.executeQuery("select current_database()")) {
            found.next();
            return found.getString(1) + "\n";
        }
    }
}
