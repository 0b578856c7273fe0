package parse

import (
	"strings"

	"a2c/model"
)

// jdbcProduct is one kind of JDBC URL: jdbc:NAME:…
type jdbcProduct struct {
	product, protocol string
	port              int
}

// jdbcProducts are the databases whose URLs are NAME://host:port,host:port/database with options behind '?' or ';' (each driver's documentation, "connection
// URL"). What is written otherwise is read below.
func jdbcProducts() map[string]jdbcProduct {
	pg, my := jdbcProduct{"PostgreSQL", "postgresql", 5432}, jdbcProduct{"MySQL", "mysql", 3306}
	return map[string]jdbcProduct{
		"postgresql": pg, "postgres": pg, "pgsql": pg, "edb": {"EDB Postgres", "postgresql", 5444}, "yugabytedb": {"YugabyteDB", "postgresql", 5433},
		"opengauss": {"openGauss", "postgresql", 5432}, "redshift": {"Amazon Redshift", "postgresql", 5439}, "cockroachdb": {"CockroachDB", "postgresql", 26257},
		"mysql": my, "mariadb": {"MariaDB", "mysql", 3306}, "mysqlx": {"MySQL", "mysqlx", 33060}, "singlestore": {"SingleStore", "mysql", 3306}, "memsql": {"SingleStore", "mysql", 3306},
		"sqlserver": {"SQL Server", "tds", 1433}, "microsoft:sqlserver": {"SQL Server", "tds", 1433}, "jtds:sqlserver": {"SQL Server", "tds", 1433},
		"jtds:sybase": {"Sybase ASE", "tds", 5000}, "sybase:tds": {"Sybase ASE", "tds", 5000}, "sqlanywhere": {"SQL Anywhere", "tds", 2638},
		"db2": {"Db2", "drda", 50000}, "as400": {"Db2 for i", "drda", 8471}, "derby": {"Derby", "drda", 1527}, "informix-sqli": {"Informix", "informix", 9088},
		"informix-direct": {"Informix", "informix", 0},
		"h2":              {"H2", "h2", 9092}, "hsqldb": {"HSQLDB", "hsqldb", 9001}, "sqlite": {"SQLite", "sqlite", 0}, "ucanaccess": {"Access", "file", 0}, "duckdb": {"DuckDB", "duckdb", 0},
		"snowflake": {"Snowflake", "https", 443}, "vertica": {"Vertica", "vertica", 5433}, "teradata": {"Teradata", "teradata", 1025}, "sap": {"SAP HANA", "hana", 30015},
		"firebirdsql": {"Firebird", "firebird", 3050}, "firebird": {"Firebird", "firebird", 3050}, "clickhouse": {"ClickHouse", "http", 8123}, "ch": {"ClickHouse", "http", 8123},
		"hive2": {"Hive", "hive", 10000}, "impala": {"Impala", "hive", 21050}, "spark": {"Spark SQL", "hive", 10000}, "databricks": {"Databricks", "https", 443},
		"presto": {"Presto", "http", 8080}, "trino": {"Trino", "http", 8080}, "ignite:thin": {"Apache Ignite", "ignite", 10800}, "neo4j": {"Neo4j", "bolt", 7687},
		"neo4j:bolt": {"Neo4j", "bolt", 7687}, "cassandra": {"Cassandra", "cassandra", 9042}, "mongodb": {"MongoDB", "mongodb", 27017}, "exa": {"Exasol", "exasol", 8563},
		"netezza": {"Netezza", "netezza", 5480}, "monetdb": {"MonetDB", "monetdb", 50000}, "dremio": {"Dremio", "dremio", 31010}, "phoenix": {"HBase", "zookeeper", 2181},
		"pervasive": {"Actian Zen", "pervasive", 1583}, "ingres": {"Ingres", "ingres", 21064}, "iris": {"InterSystems IRIS", "iris", 1972}, "cache": {"InterSystems Caché", "cache", 1972},
		"awsathena": {"AWS athena", "https", 443}, "dm": {"DM", "dm", 5236}, "kingbase8": {"KingbaseES", "postgresql", 54321}, "oceanbase": {"OceanBase", "mysql", 2881},
		"tarantool": {"Tarantool", "tarantool", 3301}, "ignite": {"Apache Ignite", "ignite", 11211}, "voltdb": {"VoltDB", "voltdb", 21212}, "cubrid": {"CUBRID", "cubrid", 33000},
		"interbase": {"InterBase", "firebird", 3050}, "solr": {"Solr", "http", 9983}, "elasticsearch": {"Elasticsearch", "http", 9200}, "odbc": {"ODBC", "odbc", 0},
	}
}

// jdbcWrapped are what drivers that stand before others put before their names, or behind.
func jdbcWrapped() []string {
	return []string{"p6spy:", "log4jdbc:", "aws-wrapper:", "otel:", "tracing:", "opentracing:", "sentry:", "pool:", "proxy:", "secretsmanager:", "wrap-jdbc:", "datadog:", "tc:", "zipkin:", "arbitrary:"}
}

// jdbcEndpoints reads jdbc:…, r2dbc:…, and Vert.x's vertx-reactive:….
func jdbcEndpoints(value string) []Endpoint {
	lower := strings.ToLower(value)
	rest := ""
	for _, prefix := range []string{"jdbc:", "r2dbc:", "r2dbcs:", "vertx-reactive:", "jdbc-secretsmanager:"} {
		if strings.HasPrefix(lower, prefix) {
			rest = value[len(prefix):]
		}
	}
	for again := rest != ""; again; {
		again = false
		for _, w := range jdbcWrapped() {
			if len(rest) > len(w) && strings.EqualFold(rest[:len(w)], w) {
				rest, again = rest[len(w):], true
			}
		}
	}
	if rest == "" {
		return nil
	}
	if strings.HasPrefix(strings.ToLower(rest), "oracle:") {
		return oracleEndpoints(rest[len("oracle:"):])
	}
	name, p, after := jdbcName(rest)
	if name == "" {
		return nil
	}
	e := Endpoint{Kind: model.DependsDatabase, Product: p.product, Protocol: p.protocol}
	if in, ok := embeddedDatabase(name, after, e); ok {
		return in
	}
	switch name {
	case "sqlserver", "microsoft:sqlserver", "jtds:sqlserver", "jtds:sybase":
		return sqlServerEndpoints(after, p.port, e)
	case "mysql", "mariadb", "mysqlx", "singlestore", "memsql", "oceanbase":
		return mysqlEndpoints(after, p.port, e)
	case "hsqldb", "h2":
		return jdbcServer(after, p.port, e)
	}
	return jdbcHosts(after, p.port, e)
}

// jdbcName finds the driver: the longest of the names that the URL begins with.
func jdbcName(rest string) (name string, p jdbcProduct, after string) {
	lower := strings.ToLower(rest)
	for n, of := range jdbcProducts() {
		if strings.HasPrefix(lower, n+":") && len(n) > len(name) {
			name, p, after = n, of, rest[len(n)+1:]
		}
	}
	return name, p, after
}

// embeddedDatabase reads the forms of databases that run in the application's own process: h2database.com "Database URL Overview"; hsqldb.org guide,
// "Connecting"; Derby, "Database connection URL"; sqlite-jdbc.
func embeddedDatabase(name, after string, e Endpoint) ([]Endpoint, bool) {
	lower := strings.ToLower(after)
	switch name {
	case "h2":
		if strings.HasPrefix(lower, "tcp:") || strings.HasPrefix(lower, "ssl:") {
			return nil, false
		}
	case "hsqldb":
		if strings.HasPrefix(lower, "hsql") || strings.HasPrefix(lower, "http") {
			return nil, false
		}
	case "derby":
		if strings.HasPrefix(lower, "//") {
			return nil, false
		}
	case "sqlite", "duckdb", "ucanaccess":
	default:
		return nil, false
	}
	e.Internal, e.Protocol = true, "embedded"
	file := strings.TrimPrefix(after, "file:")
	switch {
	case strings.HasPrefix(lower, "mem:"), strings.HasPrefix(lower, "memory:"), strings.HasPrefix(lower, ":memory:"), lower == "." && name == "hsqldb", lower == "" && name == "sqlite":
		_, file, _ = strings.Cut(strings.TrimPrefix(after, ":"), ":")
		e.Resource = strings.TrimSuffix("memory "+resourceName(file), " ")
	default:
		for _, p := range []string{"nio:", "nioMapped:", "async:", "nioMemFS:", "zip:", "res:", "directory:", "jar:", "classpath:"} {
			file = strings.TrimPrefix(file, p)
		}
		e.Resource = resourceName(file)
	}
	return []Endpoint{e}, true
}

// jdbcServer reads tcp://host:port/~/database (H2) and hsql://host:port/database (HSQLDB).
func jdbcServer(after string, port int, e Endpoint) []Endpoint {
	scheme, rest, _ := strings.Cut(after, ":")
	switch strings.ToLower(scheme) {
	case "http":
		port = 80
	case "https":
		port = 443
	case "hsqls":
		port = 554
	}
	return jdbcHosts(rest, port, e)
}

// jdbcHosts reads //user:password@host:port,host:port/database?…;…; without "//" it is a name of a database on this host, or host:port.
func jdbcHosts(after string, port int, e Endpoint) []Endpoint {
	authority, resource, ok := authorityOf(after)
	if !ok {
		return jdbcShort(after, port, e)
	}
	authority = withoutUser(authority)
	db, _, _ := strings.Cut(resource, ":") // Db2 and Informix: database:option=value;
	e.Resource = resourceName(db)
	if authority == "" {
		e.Host, e.Port = "localhost", port
		return []Endpoint{e}
	}
	return hostList(authority, port, e)
}

// authorityOf splits //authority/path?options, with passwords blanked.
func authorityOf(after string) (authority, resource string, ok bool) {
	at := strings.Index(after, "//")
	if at < 0 || at > 0 && strings.ContainsAny(after[:at], "@/?;=") {
		return "", "", false
	}
	s := blanked(withoutOptions("x:" + after[at:]))[2+2:]
	end := strings.IndexAny(s, "/?;#")
	if end < 0 {
		return s, "", true
	}
	if s[end] == '/' {
		return s[:end], s[end+1:], true
	}
	return s[:end], "", true
}

// jdbcShort reads what stands without "//": jdbc:postgresql:database and jdbc:postgresql:/ are of this host, Sybase, Exasol and old Firebird write
// host:port/database.
func jdbcShort(after string, port int, e Endpoint) []Endpoint {
	after, _, _ = strings.Cut(after, "?")
	after, _, _ = strings.Cut(after, ";")
	switch e.Protocol {
	case "postgresql", "db2", "drda":
		e.Host, e.Port, e.Resource = "localhost", port, resourceName(strings.TrimPrefix(after, "/"))
		return []Endpoint{e}
	}
	hosts, resource, _ := strings.Cut(after, "/")
	if p, file, ok := strings.Cut(resource, ":"); ok && e.Product == "Firebird" { // host/3050:file
		hosts, resource = hosts+":"+p, file
	}
	e.Resource = resourceName(resource)
	return hostList(hosts, port, e)
}

// sqlServerEndpoints reads //host\instance:port;databaseName=…;serverName=…;portNumber=… (learn.microsoft.com: "Building the connection URL").
func sqlServerEndpoints(after string, port int, e Endpoint) []Endpoint {
	head, options, _ := strings.Cut(strings.TrimPrefix(after, "//"), ";")
	head, db, _ := strings.Cut(head, "/") // jTDS
	e.Resource = resourceName(db)
	server := ""
	for part := range strings.SplitSeq(options, ";") {
		key, v, _ := strings.Cut(part, "=")
		switch strings.ToLower(strings.TrimSpace(key)) {
		case "servername", "server":
			server = v
		case "portnumber", "port":
			if n, ok := portNumber(v); ok {
				port = n
			}
		case "databasename", "database":
			e.Resource = resourceName(v)
		}
	}
	if head == "" {
		head = server
	}
	return sqlServerHost(head, port, e)
}

// sqlServerHost reads host\instance:port, host,port and tcp:host,port. The port of a named instance is told by the Browser service.
func sqlServerHost(s string, port int, e Endpoint) []Endpoint {
	s = strings.TrimPrefix(strings.TrimSpace(s), "tcp:")
	host, instance, named := strings.Cut(s, `\`)
	if named {
		if i := strings.IndexAny(instance, ":,"); i >= 0 {
			host += ":" + instance[i+1:]
		} else {
			port = 0
		}
	}
	host = strings.Replace(host, ",", ":", 1)
	if h, p, _ := strings.Cut(host, ":"); h == "." || strings.EqualFold(h, "(local)") {
		host = "localhost"
		if p != "" {
			host += ":" + p
		}
	}
	var ok bool
	if e.Host, e.Port, ok = addressOf(host, port); !ok {
		return nil
	}
	return []Endpoint{e}
}

// mysqlEndpoints reads //host:port,host/database and //address=(host=a)(port=1),(host=b)/database (dev.mysql.com: Connector/J, "Connection URL Syntax").
func mysqlEndpoints(after string, port int, e Endpoint) []Endpoint {
	authority, resource, ok := authorityOf(after)
	if !ok || !strings.Contains(authority, "(") {
		return jdbcHosts(after, port, e)
	}
	e.Resource = resourceName(resource)
	var out []Endpoint
	for part := range strings.SplitSeq(strings.ToLower(withoutUser(authority)), "(host=") {
		host, tail, ok := strings.Cut(part, ")")
		if !ok || strings.Contains(host, "=") || host == "" || len(out) >= maxEndpoints {
			continue
		}
		each := e
		each.Host, each.Port = host, port
		if _, p, ok := strings.Cut(tail, "(port="); ok {
			p, _, _ = strings.Cut(p, ")")
			if n, ok := portNumber(p); ok {
				each.Port = n
			}
		}
		if isHost(host) {
			out = append(out, each)
		}
	}
	return out
}
