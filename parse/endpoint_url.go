package parse

import (
	"strings"

	"a2c/model"
)

// urlScheme is what a URL's scheme tells.
type urlScheme struct {
	kind              model.DependencyKind
	product, protocol string
	port              int
	resource          bool // the path names a database, a virtual host or the like; a web address's path may be a secret
}

// urlSchemes are the schemes that lead to another end (IANA "Uniform Resource Identifier (URI) Schemes"; each product's documentation).
func urlSchemes() map[string]urlScheme {
	const db, cache, broker, mail = model.DependsDatabase, model.DependsCache, model.DependsBroker, model.DependsMail
	return map[string]urlScheme{
		"http": {model.DependsHTTP, "", "http", 80, false}, "https": {model.DependsHTTP, "", "https", 443, false}, "ws": {model.DependsHTTP, "", "http", 80, false},
		"wss": {model.DependsHTTP, "", "https", 443, false}, "grpc": {model.DependsHTTP, "gRPC", "grpc", 0, false}, "grpcs": {model.DependsHTTP, "gRPC", "grpc", 443, false},
		"postgres": {db, "PostgreSQL", "postgresql", 5432, true}, "postgresql": {db, "PostgreSQL", "postgresql", 5432, true}, "mysql": {db, "MySQL", "mysql", 3306, true},
		"mariadb": {db, "MariaDB", "mysql", 3306, true}, "sqlserver": {db, "SQL Server", "tds", 1433, true}, "mssql": {db, "SQL Server", "tds", 1433, true},
		"mongodb": {db, "MongoDB", "mongodb", 27017, true}, "mongodb+srv": {db, "MongoDB", "mongodb", 27017, true}, "cassandra": {db, "Cassandra", "cassandra", 9042, true},
		"couchbase": {db, "Couchbase", "couchbase", 11210, false}, "couchbases": {db, "Couchbase", "couchbase", 11207, false}, "bolt": {db, "Neo4j", "bolt", 7687, false},
		"bolt+s": {db, "Neo4j", "bolt", 7687, false}, "neo4j": {db, "Neo4j", "bolt", 7687, false}, "neo4j+s": {db, "Neo4j", "bolt", 7687, false}, "clickhouse": {db, "ClickHouse", "clickhouse", 9000, true},
		"redis": {cache, "Redis", "redis", 6379, true}, "rediss": {cache, "Redis", "redis", 6379, true}, "redis-sentinel": {cache, "Redis Sentinel", "redis", 26379, false},
		"valkey": {cache, "Valkey", "redis", 6379, true}, "hotrod": {cache, "Infinispan", "hotrod", 11222, false}, "memcached": {cache, "Memcached", "memcached", 11211, false},
		"amqp": {broker, "", "amqp", 5672, true}, "amqps": {broker, "", "amqp", 5671, true}, "amqpssl": {broker, "", "amqp", 5671, true}, "mqtt": {broker, "MQTT", "mqtt", 1883, false},
		"mqtts": {broker, "MQTT", "mqtt", 8883, false}, "stomp": {broker, "", "stomp", 61613, false}, "nats": {broker, "NATS", "nats", 4222, false}, "kafka": {broker, "Kafka", "kafka", 9092, false},
		"pulsar": {broker, "Pulsar", "pulsar", 6650, false}, "pulsar+ssl": {broker, "Pulsar", "pulsar", 6651, false}, "sb": {broker, "Azure Service Bus", "amqp", 5671, false},
		"rabbitmq": {broker, "RabbitMQ", "amqp", 5672, true}, "solace": {broker, "Solace", "smf", 55555, false}, "smf": {broker, "Solace", "smf", 55555, false}, "smfs": {broker, "Solace", "smf", 55443, false},
		"ldap": {model.DependsLDAP, "", "ldap", 389, false}, "ldaps": {model.DependsLDAP, "", "ldap", 636, false}, "smtp": {mail, "", "smtp", 25, false}, "smtps": {mail, "", "smtp", 465, false},
		"imap": {mail, "", "imap", 143, false}, "imaps": {mail, "", "imap", 993, false}, "pop3": {mail, "", "pop3", 110, false}, "pop3s": {mail, "", "pop3", 995, false},
		"ftp": {model.DependsTransfer, "", "ftp", 21, false}, "ftps": {model.DependsTransfer, "", "ftp", 990, false}, "sftp": {model.DependsTransfer, "", "ssh", 22, false},
		"smb": {model.DependsShare, "", "smb", 445, true}, "cifs": {model.DependsShare, "", "smb", 445, true}, "nfs": {model.DependsShare, "", "nfs", 2049, true},
		"t3": {model.DependsRemote, "WebLogic", "t3", 7001, false}, "t3s": {model.DependsRemote, "WebLogic", "t3", 7002, false}, "iiop": {model.DependsRemote, "", "iiop", 2809, false},
		"corbaloc": {model.DependsRemote, "", "iiop", 2809, false}, "rmi": {model.DependsRemote, "", "rmi", 1099, false}, "jnp": {model.DependsRemote, "", "jnp", 1099, false},
		"remote": {model.DependsRemote, "WildFly", "remoting", 4447, false}, "remote+http": {model.DependsRemote, "WildFly", "remoting", 8080, false},
		"remote+https": {model.DependsRemote, "WildFly", "remoting", 8443, false}, "http-remoting": {model.DependsRemote, "WildFly", "remoting", 8080, false},
		"consul": {model.DependsRegistry, "Consul", "http", 8500, false}, "zookeeper": {model.DependsRegistry, "ZooKeeper", "zookeeper", 2181, false}, "zk": {model.DependsRegistry, "ZooKeeper", "zookeeper", 2181, false},
		"etcd": {model.DependsRegistry, "etcd", "grpc", 2379, false}, "nacos": {model.DependsRegistry, "Nacos", "http", 8848, false}, "syslog": {model.DependsTelemetry, "syslog", "syslog", 514, false},
		"hdfs": {model.DependsStore, "HDFS", "hdfs", 8020, false}, "tcp": {model.DependsOther, "", "tcp", 0, false}, "ssl": {model.DependsOther, "", "tcp", 0, false},
		"tls": {model.DependsOther, "", "tcp", 0, false}, "udp": {model.DependsOther, "", "udp", 0, false}, "nio": {model.DependsOther, "", "tcp", 0, false},
	}
}

// bucketSchemes name a bucket, not a host.
func bucketSchemes() map[string]string {
	return map[string]string{"s3": "AWS s3", "s3a": "AWS s3", "s3n": "AWS s3", "gs": "Google Cloud Storage"}
}

// urlEndpoints reads a URL, or a list of them, that is the whole value.
func urlEndpoints(value string) []Endpoint {
	var out []Endpoint
	s := blanked(withoutOptions(value))
	for s = strings.TrimSpace(s); s != ""; {
		scheme, rest, ok := strings.Cut(s, "://")
		if !ok || len(out) >= maxEndpoints {
			return nil
		}
		end := len(rest)
		if next := nextURL(rest); next >= 0 {
			end = next
		}
		found := oneURL(strings.ToLower(strings.TrimPrefix(scheme, "dns+")), strings.TrimRight(rest[:end], ",; \t\n"))
		if found == nil {
			return nil
		}
		out = append(out, found...)
		s = strings.TrimLeft(rest[end:], ",; \t\n")
	}
	return out
}

// nextURL is the offset behind the separator of a list at which another URL begins; -1: none.
func nextURL(s string) int {
	i := strings.Index(s, "://")
	if i < 0 {
		return -1
	}
	if j := strings.LastIndexAny(s[:i], ",; \t\n"); j >= 0 && !strings.ContainsAny(s[j+1:i], "/?=&@") {
		return j + 1
	}
	return -1 // a URL in the query of another one
}

func oneURL(scheme, rest string) []Endpoint {
	if product, ok := bucketSchemes()[scheme]; ok {
		bucket, _, _ := strings.Cut(rest, "/")
		if bucket = withoutUser(bucket); !isHost(bucket) {
			return nil
		}
		return []Endpoint{{Kind: model.DependsStore, Product: product, Protocol: "https", Resource: bucket}}
	}
	u, ok := urlSchemes()[scheme]
	if !ok || strings.ContainsAny(rest, " \t\n<>") {
		return nil
	}
	authority, path := rest, ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority = rest[:i]
		if rest[i] == '/' {
			path = rest[i+1:]
		}
	}
	e := Endpoint{Kind: u.kind, Product: u.product, Protocol: u.protocol}
	if u.resource {
		e.Resource = resourceName(path)
	}
	if scheme == "smb" || scheme == "cifs" || scheme == "nfs" {
		e.Resource = strings.TrimSuffix(e.Resource, "/")
	}
	if s := withoutUser(authority); s == "" && u.kind == model.DependsLDAP { // ldap:/// is the resolver's
		return nil
	}
	return hostList(withoutUser(authority), u.port, e)
}
