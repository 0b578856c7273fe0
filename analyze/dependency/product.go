package dependency

import "a2c/model"

// product is what a process or a port stands for.
type product struct {
	kind              model.DependencyKind
	product, protocol string
}

// products are servers by the name of their process (comm).
func products() map[string]product {
	const db, cache, broker = model.DependsDatabase, model.DependsCache, model.DependsBroker
	return map[string]product{
		"postgres": {db, "PostgreSQL", "postgresql"}, "postmaster": {db, "PostgreSQL", "postgresql"}, "pgbouncer": {db, "PostgreSQL (PgBouncer)", "postgresql"},
		"mysqld": {db, "MySQL", "mysql"}, "mariadbd": {db, "MariaDB", "mysql"}, "mongod": {db, "MongoDB", "mongodb"}, "mongos": {db, "MongoDB", "mongodb"},
		"tnslsnr": {db, "Oracle Database", "oracle"}, "sqlservr": {db, "SQL Server", "tds"}, "db2sysc": {db, "Db2", "drda"}, "clickhouse-serv": {db, "ClickHouse", "clickhouse"},
		"redis-server": {cache, "Redis", "redis"}, "valkey-server": {cache, "Valkey", "redis"}, "redis-sentinel": {cache, "Redis Sentinel", "redis"}, "memcached": {cache, "Memcached", "memcached"},
		"beam.smp": {broker, "RabbitMQ", "amqp"}, "nats-server": {broker, "NATS", "nats"},
		"slapd": {model.DependsLDAP, "OpenLDAP", "ldap"}, "ns-slapd": {model.DependsLDAP, "389 Directory Server", "ldap"},
		"master": {model.DependsMail, "Postfix", "smtp"}, "exim4": {model.DependsMail, "Exim", "smtp"}, "sendmail": {model.DependsMail, "Sendmail", "smtp"},
		"nginx": {model.DependsHTTP, "nginx", "http"}, "apache2": {model.DependsHTTP, "Apache", "http"}, "httpd": {model.DependsHTTP, "Apache", "http"}, "haproxy": {model.DependsHTTP, "HAProxy", "http"},
		"lighttpd": {model.DependsHTTP, "lighttpd", "http"}, "consul": {model.DependsRegistry, "Consul", "http"}, "etcd": {model.DependsRegistry, "etcd", "grpc"}, "vault": {model.DependsRegistry, "Vault", "http"},
		"minio": {model.DependsStore, "MinIO", "http"}, "lmgrd": {model.DependsLicence, "FlexNet", "tcp"}, "rsyslogd": {model.DependsTelemetry, "syslog", "syslog"},
	}
}

// ports are well-known ones (IANA Service Name and Transport Protocol Port Number Registry; each product's documentation), for connections that nothing else tells of.
func ports() map[int]product {
	const db, cache, broker = model.DependsDatabase, model.DependsCache, model.DependsBroker
	return map[int]product{
		5432: {db, "PostgreSQL", "postgresql"}, 3306: {db, "MySQL", "mysql"}, 1433: {db, "SQL Server", "tds"}, 1521: {db, "Oracle Database", "oracle"}, 27017: {db, "MongoDB", "mongodb"},
		50000: {db, "Db2", "drda"}, 9042: {db, "Cassandra", "cassandra"}, 6379: {cache, "Redis", "redis"}, 11211: {cache, "Memcached", "memcached"}, 9092: {broker, "Kafka", "kafka"},
		5672: {broker, "", "amqp"}, 5671: {broker, "", "amqp"}, 61616: {broker, "ActiveMQ or Artemis", "openwire"}, 1414: {broker, "IBM MQ", "mq"}, 4222: {broker, "NATS", "nats"}, 1883: {broker, "MQTT", "mqtt"},
		389: {model.DependsLDAP, "", "ldap"}, 636: {model.DependsLDAP, "", "ldap"}, 25: {model.DependsMail, "", "smtp"}, 587: {model.DependsMail, "", "smtp"}, 465: {model.DependsMail, "", "smtp"},
		80: {model.DependsHTTP, "", "http"}, 443: {model.DependsHTTP, "", "https"}, 9200: {model.DependsSearch, "Elasticsearch or OpenSearch", "http"}, 2181: {model.DependsRegistry, "ZooKeeper", "zookeeper"},
		8500: {model.DependsRegistry, "Consul", "http"}, 8761: {model.DependsRegistry, "Eureka", "http"}, 2049: {model.DependsShare, "", "nfs"}, 445: {model.DependsShare, "", "smb"},
		22: {model.DependsTransfer, "", "ssh"}, 21: {model.DependsTransfer, "", "ftp"}, 27000: {model.DependsLicence, "FlexNet", "tcp"},
	}
}
