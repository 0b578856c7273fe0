package parse

import (
	"slices"
	"strings"

	"a2c/model"
)

// endpointHint is what a key tells of what answers.
type endpointHint struct {
	word              string
	kind              model.DependencyKind
	product, protocol string
	port              int
}

// endpointHints are words of keys, the more special ones first.
func endpointHints() []endpointHint {
	const db = model.DependsDatabase
	return slices.Concat(messageHints(), databaseHints(), serviceHints(), []endpointHint{
		{"datasource", db, "", "sql", 0},
		{"broker", model.DependsBroker, "", "tcp", 0},
		{"database", db, "", "sql", 0},
		{"jdbc", db, "", "sql", 0},
		{"dbhost", db, "", "sql", 0},
	})
}

// messageHints are those of brokers and caches.
func messageHints() []endpointHint {
	const cache, broker, reg = model.DependsCache, model.DependsBroker, model.DependsRegistry
	return []endpointHint{
		{"bootstrapservers", broker, "Kafka", "kafka", 9092},
		{"kafka", broker, "Kafka", "kafka", 9092},
		{"metadatabrokerlist", broker, "Kafka", "kafka", 9092},
		{"schemaregistry", reg, "Schema Registry", "http", 8081},
		{"sentinel", cache, "Redis Sentinel", "redis", 26379},
		{"redis", cache, "Redis", "redis", 6379},
		{"jedis", cache, "Redis", "redis", 6379},
		{"valkey", cache, "Valkey", "redis", 6379},
		{"rabbit", broker, "RabbitMQ", "amqp", 5672},
		{"activemq", broker, "ActiveMQ", "openwire", 61616},
		{"artemis", broker, "Artemis", "core", 61616},
		{"amqp", broker, "", "amqp", 5672},
		{"ibmmq", broker, "IBM MQ", "mq", 1414},
		{"pulsar", broker, "Pulsar", "pulsar", 6650},
		{"mqtt", broker, "MQTT", "mqtt", 1883},
		{"nats", broker, "NATS", "nats", 4222},
		{"brokerurl", broker, "ActiveMQ or Artemis", "openwire", 61616},
	}
}

// databaseHints are those of databases.
func databaseHints() []endpointHint {
	const db = model.DependsDatabase
	return []endpointHint{
		{"mongo", db, "MongoDB", "mongodb", 27017},
		{"cassandra", db, "Cassandra", "cassandra", 9042},
		{"contactpoints", db, "Cassandra", "cassandra", 9042},
		{"couchbase", db, "Couchbase", "couchbase", 11210},
		{"neo4j", db, "Neo4j", "bolt", 7687},
		{"influx", db, "InfluxDB", "http", 8086},
		{"postgres", db, "PostgreSQL", "postgresql", 5432},
		{"pgsql", db, "PostgreSQL", "postgresql", 5432},
		{"pghost", db, "PostgreSQL", "postgresql", 5432},
		{"mysql", db, "MySQL", "mysql", 3306},
		{"mariadb", db, "MariaDB", "mysql", 3306},
		{"sqlserver", db, "SQL Server", "tds", 1433},
		{"mssql", db, "SQL Server", "tds", 1433},
		{"oracle", db, "Oracle Database", "oracle", 1521},
		{"db2", db, "Db2", "drda", 50000},
		{"derby", db, "Derby", "drda", 1527},
	}
}

// serviceHints are the others.
func serviceHints() []endpointHint {
	const cache, reg, tele = model.DependsCache, model.DependsRegistry, model.DependsTelemetry
	return []endpointHint{
		{"elastic", model.DependsSearch, "Elasticsearch", "http", 9200},
		{"opensearch", model.DependsSearch, "OpenSearch", "http", 9200},
		{"solr", model.DependsSearch, "Solr", "http", 8983},
		{"zookeeper", reg, "ZooKeeper", "zookeeper", 2181},
		{"zkhost", reg, "ZooKeeper", "zookeeper", 2181},
		{"consul", reg, "Consul", "http", 8500},
		{"eureka", reg, "Eureka", "http", 8761},
		{"nacos", reg, "Nacos", "http", 8848},
		{"etcd", reg, "etcd", "grpc", 2379},
		{"vault", reg, "Vault", "http", 8200},
		{"configserver", reg, "Spring Cloud Config", "http", 8888},
		{"cloudconfiguri", reg, "Spring Cloud Config", "http", 8888},
		{"memcache", cache, "Memcached", "memcached", 11211},
		{"infinispan", cache, "Infinispan", "hotrod", 11222},
		{"hotrod", cache, "Infinispan", "hotrod", 11222},
		{"hazelcast", model.DependsCluster, "Hazelcast", "hazelcast", 5701},
		{"jgroups", model.DependsCluster, "JGroups", "jgroups", 7800},
		{"ldap", model.DependsLDAP, "", "ldap", 389},
		{"smtp", model.DependsMail, "", "smtp", 25},
		{"mail", model.DependsMail, "", "smtp", 25},
		{"imap", model.DependsMail, "", "imap", 143},
		{"minio", model.DependsStore, "MinIO", "http", 9000},
		{"s3", model.DependsStore, "S3", "https", 443},
		{"sftp", model.DependsTransfer, "", "ssh", 22},
		{"ftp", model.DependsTransfer, "", "ftp", 21},
		{"logstash", tele, "Logstash", "tcp", 5044},
		{"graylog", tele, "Graylog", "gelf", 12201},
		{"gelf", tele, "Graylog", "gelf", 12201},
		{"syslog", tele, "syslog", "syslog", 514},
		{"zipkin", tele, "Zipkin", "http", 9411},
		{"jaeger", tele, "Jaeger", "grpc", 14250},
		{"otlp", tele, "OpenTelemetry", "grpc", 4317},
		{"otelexporter", tele, "OpenTelemetry", "grpc", 4317},
		{"statsd", tele, "StatsD", "udp", 8125},
		{"graphite", tele, "Graphite", "tcp", 2003},
		{"pushgateway", tele, "Prometheus Pushgateway", "http", 9091},
		{"splunk", tele, "Splunk", "http", 8088},
		{"licenseserver", model.DependsLicence, "", "tcp", 27000},
		{"licenceserver", model.DependsLicence, "", "tcp", 27000},
		{"licensefile", model.DependsLicence, "FlexNet", "tcp", 27000},
	}
}

func keyHint(key string) (endpointHint, bool) {
	k := squeezed(key)
	for _, h := range endpointHints() {
		if strings.Contains(k, h.word) && (h.word != "s3" && h.word != "ftp" && h.word != "mail" && h.word != "nats" && h.word != "db2" || slices.Contains(keyWords(key), h.word)) {
			return h, true
		}
	}
	return endpointHint{}, false
}

// squeezed is a key in lower case with its letters and digits alone.
func squeezed(key string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c >= 'A' && c <= 'Z':
			return c + 'a' - 'A'
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			return c
		}
		return -1
	}, key)
}

// keyWords splits a key at everything that is no letter or digit, and at humps.
func keyWords(key string) []string {
	var out []string
	start := 0
	put := func(end int) {
		if end > start {
			out = append(out, strings.ToLower(key[start:end]))
		}
	}
	alnum := func(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
	for i := range len(key) {
		switch c := key[i]; {
		case !alnum(c):
			put(i)
			start = i + 1
		case i > start && c >= 'A' && c <= 'Z' && key[i-1] >= 'a' && key[i-1] <= 'z':
			put(i)
			start = i
		}
	}
	put(len(key))
	return out
}

// aboutAddresses reports keys whose values are addresses that nobody connects to: names of XML and documents, what is allowed to come in, where browsers
// are sent, where the application itself listens.
func aboutAddresses(key string) bool {
	k := squeezed(key)
	for _, w := range []string{
		"xmlns", "schemalocation", "namespace", "systemid", "publicid", "allowedorigin", "alloworigin", "corsorigin", "redirect", "callback", "homepage", "documentation",
		"helpurl", "docsurl", "licenseurl", "licenceurl", "audience", "referer", "referrer", "vendorurl", "projecturl", "bugreport", "bugurl", "supporturl", "homeurl", "transportconnector",
		"acceptor", "aspnetcoreurls", "dotneturls", "kestrel", "bindaddress", "listenaddress", "codebase", "advertised", "specificationurl", "implementationurl", "nonproxyhosts", "noproxy",
		"policyurl", "wellknown", "externalreferences", "invocationid", "uriencoding", "contenttype", "useragent",
	} {
		if strings.Contains(k, w) {
			return true
		}
	}
	words := keyWords(key)
	last := ""
	if len(words) > 0 {
		last = words[len(words)-1]
	}
	return slices.Contains([]string{"urls", "origins", "origin", "issuer", "comment", "description", "realm", "title"}, last) && !strings.Contains(k, "server") && !strings.Contains(k, "broker") && !strings.Contains(k, "ldap")
}

// listKey reports whether a key's last words say that its value is one address or a list of them.
func listKey(key string) bool {
	words := keyWords(key)
	for len(words) > 1 && strings.Trim(words[len(words)-1], "0123456789") == "" { // nodes[0]
		words = words[:len(words)-1]
	}
	if len(words) == 0 {
		return false
	}
	switch words[len(words)-1] {
	case "servers", "server", "hosts", "nodes", "node", "addresses", "address", "addr", "brokers", "broker", "uris", "uri", "url", "urls", "points", "endpoints", "endpoint", "cluster", "string", "connection",
		"connect", "list", "seeds", "members", "member", "configuration", "file", "quorum", "redis", "hostandport", "target", "bootstrapservers", "zkhost":
		return true
	}
	return false
}

// hostEndpoints reads "a:9092,b:9092" under a key that says what it is; a host alone must be followed by its port, or several stand in a list. FlexNet
// writes port@host.
func hostEndpoints(value string, h endpointHint) []Endpoint {
	e := Endpoint{Kind: h.kind, Product: h.product, Protocol: h.protocol, Both: h.kind == model.DependsCluster}
	if h.kind == model.DependsLicence {
		if port, host, ok := strings.Cut(value, "@"); ok && strings.Trim(port, "0123456789") == "" {
			value = host + ":" + port
		}
	}
	if h.kind == model.DependsRegistry && h.protocol == "zookeeper" {
		value, _, _ = strings.Cut(value, "/") // a path within
	}
	for _, p := range []string{"PLAINTEXT://", "SSL://", "SASL_SSL://", "SASL_PLAINTEXT://", "dns:///"} { // Kafka's listeners
		value = strings.ReplaceAll(value, p, "")
	}
	if !strings.ContainsAny(value, ":,") || strings.Contains(value, "://") {
		return nil
	}
	list := hostList(value, h.port, e)
	for _, e := range list {
		if e.Port == h.port && !strings.Contains(value, ":") && !strings.ContainsAny(e.Host, ".-") {
			return nil // words, not hosts
		}
	}
	return list
}

// KeyPart says which part of an address a key holds, "host", "port" or "name", and what the key is without it: parts with the same stem belong together
// ("spring.data.redis.host" and ".port", "DB_HOST", "properties.postgresql[1]@serverName"). "" for others.
func KeyPart(key string) (stem, part string) {
	lower := strings.ToLower(key)
	for _, w := range []struct{ word, part string }{
		{"servername", "host"},
		{"hostname", "host"},
		{"remotehost", "host"},
		{"sysloghost", "host"},
		{"host", "host"},
		{"multicast-group", "host"},
		{"mcast_addr", "host"},
		{"multicast-address", "host"},
		{"server", "host"},
		{"portnumber", "port"},
		{"multicast-port", "port"},
		{"mcast_port", "port"},
		{"port", "port"},
		{"databasename", "name"},
		{"dbname", "name"},
		{"database", "name"},
		{"virtual-host", "name"},
	} {
		if rest, ok := strings.CutSuffix(lower, w.word); ok {
			return strings.TrimRight(rest, "._-:@/"), w.part
		}
	}
	return "", ""
}

// HostEndpoint is the endpoint of a host, port and name that stand in keys of their own. Without a hint in the key there must be a port.
func HostEndpoint(key, host string, port int, name string) (Endpoint, bool) {
	h, hinted := keyHint(key)
	if !hinted {
		h = endpointHint{kind: model.DependsOther, protocol: "tcp"}
	}
	e := Endpoint{Kind: h.kind, Product: h.product, Protocol: h.protocol, Port: h.port, Resource: resourceName(name), Both: h.kind == model.DependsCluster}
	if port != 0 {
		e.Port = port
	}
	host = strings.TrimSpace(host)
	if !isHost(host) || aboutAddresses(key) || strings.EqualFold(host, "true") || strings.EqualFold(host, "false") || strings.Trim(host, "0123456789") == "" {
		return e, false
	}
	e.Host = host
	e.sqlPort()
	return e, e.Port != 0
}
