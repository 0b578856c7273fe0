package parse

import (
	"path"
	"strings"

	"a2c/model"
)

// adoString is a connection string, key=value;key=value, with what names the other end.
type adoString struct {
	keys                   map[string]bool
	server, port, database string
	pairs                  int
}

// adoEndpoints reads connection strings of ADO.NET, ODBC and libpq (learn.microsoft.com: "Connection String Syntax"; connectionstrings.com), of EasyNetQ
// and of Azure.
func adoEndpoints(value string) []Endpoint {
	a := readADO(value)
	switch {
	case a.keys["endpoint"] && strings.HasPrefix(strings.ToLower(a.server), "sb://"):
		return urlEndpoints(strings.TrimSuffix(a.server, "/"))
	case a.keys["accountname"] && a.keys["defaultendpointsprotocol"] && isHost(a.server):
		return []Endpoint{{Kind: model.DependsStore, Product: "Azure Storage", Protocol: "https", Host: a.server + ".blob.core.windows.net", Port: 443}}
	case a.server == "" || a.pairs < 2 && !strings.EqualFold(firstKey(value), "data source"):
		return nil
	}
	e := Endpoint{Kind: model.DependsDatabase, Protocol: "sql", Resource: resourceName(a.database)}
	port := a.product(&e)
	if file := strings.TrimPrefix(a.server, "file:"); adoFile(file) {
		e.Product, e.Protocol, e.Internal, e.Resource = "SQLite", "embedded", true, resourceName(file)
		if strings.Contains(strings.ToLower(value), ":memory:") || strings.Contains(strings.ToLower(value), "mode=memory") {
			e.Resource = "memory"
		}
		return []Endpoint{e}
	}
	if a.pairs < 2 {
		return nil
	}
	if n, ok := portNumber(a.port); ok {
		port = n
	}
	switch e.Protocol {
	case "oracle":
		if strings.HasPrefix(a.server, "(") {
			return tnsEndpoints(a.server, e)
		}
		return oraclePlace(a.server, e)
	case "tds":
		return sqlServerHost(a.server, port, e)
	}
	return hostList(a.server, port, e)
}

func firstKey(value string) string {
	key, _, _ := strings.Cut(value, "=")
	return strings.TrimSpace(key)
}

// readADO splits at ';', but not within parentheses and quotes.
func readADO(value string) adoString {
	a := adoString{keys: map[string]bool{}}
	for part := range strings.SplitSeq(value, ";") {
		key, v, ok := strings.Cut(part, "=")
		key = strings.ToLower(strings.TrimSpace(key))
		if !ok || key == "" || len(key) > 40 || strings.ContainsAny(key, "/(@:") {
			if strings.TrimSpace(part) != "" && a.pairs == 0 {
				return a // not of this form
			}
			continue
		}
		a.pairs++
		a.keys[key] = true
		v = strings.Trim(strings.TrimSpace(v), `"'{}`)
		switch key {
		case "server", "data source", "datasource", "host", "hostname", "address", "addr", "network address", "servername", "accountname", "endpoint", "filename", "dbq", "contact points", "account":
			if a.server == "" {
				a.server = v
			}
		case "port", "portnumber":
			a.port = v
		case "database", "initial catalog", "databasename", "dbname", "default keyspace", "virtualhost":
			a.database = v
		case "driver", "provider":
			a.keys["driver:"+strings.ToLower(v)] = true
		}
	}
	return a
}

// adoFile reports whether a data source is a file: a server has no slash and no such ending.
func adoFile(s string) bool {
	if strings.EqualFold(s, ":memory:") {
		return true
	}
	switch strings.ToLower(path.Ext(s)) {
	case ".db", ".sqlite", ".sqlite3", ".db3", ".s3db":
		return !strings.HasPrefix(s, "//")
	}
	return false
}

// product tells the database from keys that only its driver knows, and returns its port.
func (a adoString) product(e *Endpoint) int {
	has := func(names ...string) bool {
		for _, n := range names {
			if a.keys[n] {
				return true
			}
		}
		return false
	}
	driver := ""
	for k := range a.keys {
		if d, ok := strings.CutPrefix(k, "driver:"); ok {
			driver = d
		}
	}
	server := strings.ToLower(a.server)
	switch {
	case strings.Contains(driver, "postgres") || has("username") && has("host") && !has("virtualhost") || a.port == "5432" || has("search path", "server compatibility mode", "ssl mode", "no reset on close"):
		e.Product, e.Protocol = "PostgreSQL", "postgresql"
		return 5432
	case strings.Contains(driver, "mysql") || strings.Contains(driver, "mariadb") || a.port == "3306" || has("uid", "sslmode", "allowuservariables", "convertzerodatetime", "allowpublickeyretrieval", "charset") && !strings.HasPrefix(server, "tcp:") && !has("trusted_connection", "initial catalog"):
		e.Product, e.Protocol = "MySQL", "mysql"
		return 3306
	case strings.Contains(driver, "oracle") || strings.HasPrefix(server, "(description") || has("data source") && strings.Contains(server, "/") && !adoFile(a.server):
		e.Product, e.Protocol = "Oracle Database", "oracle"
		return 1521
	case strings.Contains(driver, "sql server") || strings.Contains(driver, "sqloledb") || strings.Contains(driver, "sqlncli") || strings.HasPrefix(server, "tcp:") || strings.ContainsAny(server, `\,`) ||
		has("initial catalog", "integrated security", "trusted_connection", "trustservercertificate", "multipleactiveresultsets", "attachdbfilename", "persist security info", "application intent", "multisubnetfailover"):
		e.Product, e.Protocol = "SQL Server", "tds"
		return 1433
	case has("virtualhost", "requestedheartbeat", "prefetchcount"):
		e.Kind, e.Product, e.Protocol = model.DependsBroker, "RabbitMQ", "amqp"
		return 5672
	case has("contact points"):
		e.Product, e.Protocol = "Cassandra", "cassandra"
		return 9042
	}
	return 0
}

// sqlPort names a database that only its port tells of.
func (e *Endpoint) sqlPort() {
	if e.Protocol != "sql" {
		return
	}
	for _, known := range []Endpoint{
		{Product: "PostgreSQL", Protocol: "postgresql", Port: 5432},
		{Product: "MySQL", Protocol: "mysql", Port: 3306},
		{Product: "SQL Server", Protocol: "tds", Port: 1433},
		{Product: "Oracle Database", Protocol: "oracle", Port: 1521},
		{Product: "Db2", Protocol: "drda", Port: 50000},
	} {
		if e.Port == known.Port {
			e.Product, e.Protocol = known.Product, known.Protocol
		}
	}
}
