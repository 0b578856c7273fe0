package parse

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// short writes an endpoint in one line.
func (e Endpoint) short() string {
	s := fmt.Sprintf("%s %s %s %s:%d", e.Kind, e.Product, e.Protocol, e.Host, e.Port)
	if e.Resource != "" {
		s += " " + e.Resource
	}
	if e.Internal {
		s += " internal"
	}
	if e.Both {
		s += " both"
	}
	return s
}

func shortList(list []Endpoint) string {
	var out []string
	for _, e := range list {
		out = append(out, e.short())
	}
	return strings.Join(out, "; ")
}

func TestEndpoints(t *testing.T) {
	for _, c := range []struct{ key, value, want string }{
		{"url", "jdbc:postgresql://db.example:5433/shop?user=a&password=b", "database PostgreSQL postgresql db.example:5433 shop"},
		{"url", "jdbc:postgresql://a,b:5433,[2001:db8::1]:5434/shop", "database PostgreSQL postgresql a:5432 shop; database PostgreSQL postgresql b:5433 shop; database PostgreSQL postgresql 2001:db8::1:5434 shop"},
		{"url", "jdbc:postgresql:shop", "database PostgreSQL postgresql localhost:5432 shop"},
		{"url", "jdbc:postgresql:///shop", "database PostgreSQL postgresql localhost:5432 shop"},
		{"url", "jdbc:postgresql://app:geh/eim?x@db.example/shop", "database PostgreSQL postgresql db.example:5432 shop"},
		{"url", "jdbc:aws-wrapper:postgresql://x.cluster-1.eu-central-1.rds.amazonaws.com/shop", "database PostgreSQL postgresql x.cluster-1.eu-central-1.rds.amazonaws.com:5432 shop"},
		{"url", "r2dbc:pool:postgres://u:p@h/d", "database PostgreSQL postgresql h:5432 d"},
		{"url", "vertx-reactive:postgresql://h:1/d", "database PostgreSQL postgresql h:1 d"},
		{"url", "jdbc:mysql://h:3307/d?useSSL=true", "database MySQL mysql h:3307 d"},
		{"url", "jdbc:mysql:loadbalance://a:1,b/d", "database MySQL mysql a:1 d; database MySQL mysql b:3306 d"},
		{"url", "jdbc:mysql://address=(host=a)(port=1111),address=(host=b)/d", "database MySQL mysql a:1111 d; database MySQL mysql b:3306 d"},
		{"url", "jdbc:mariadb:sequential://h/d", "database MariaDB mysql h:3306 d"},
		{"url", "jdbc:oracle:thin:@//ora.example:1522/orcl.example", "database Oracle Database oracle ora.example:1522 orcl.example"},
		{"url", "jdbc:oracle:thin:scott/ti@ger@ora:1521:ORCL", "database Oracle Database oracle ora:1521 ORCL"},
		{"url", "jdbc:oracle:thin:@tcps://ora/svc?wallet_location=/x", "database Oracle Database oracle ora:1521 svc"},
		{"url", "jdbc:oracle:thin:@(DESCRIPTION=(ADDRESS_LIST=(ADDRESS=(PROTOCOL=TCP)(HOST=a)(PORT=1525))(ADDRESS=(PROTOCOL = TCP)(HOST = b)))(CONNECT_DATA=(SERVICE_NAME=x)))", "database Oracle Database oracle a:1525 x; database Oracle Database oracle b:1521 x"},
		{"url", "jdbc:oracle:oci:@PRODDB", "database Oracle Database oracle :0 PRODDB"},
		{"url", "jdbc:sqlserver://h\\inst:1444;databaseName=d;password=x", "database SQL Server tds h:1444 d"},
		{"url", "jdbc:sqlserver://;serverName=h;portNumber=7;databaseName=d", "database SQL Server tds h:7 d"},
		{"url", "jdbc:jtds:sqlserver://h:1433/d;instance=x", "database SQL Server tds h:1433 d"},
		{"url", "jdbc:db2://h:50001/D:user=u;password=p;", "database Db2 drda h:50001 D"},
		{"url", "jdbc:sybase:Tds:h:5000/d", "database Sybase ASE tds h:5000 d"},
		{"url", "jdbc:informix-sqli://h:9089/d:INFORMIXSERVER=s", "database Informix informix h:9089 d"},
		{"url", "jdbc:snowflake://acct.snowflakecomputing.com/?db=D", "database Snowflake https acct.snowflakecomputing.com:443"},
		{"url", "jdbc:exa:h:8563", "database Exasol exasol h:8563"},
		{"url", "jdbc:firebirdsql:h/3051:/db/x.fdb", "database Firebird firebird h:3051 /db/x.fdb"},
		{"url", "jdbc:h2:file:/var/lib/x;MODE=MySQL", "database H2 embedded :0 /var/lib/x internal"},
		{"spring.datasource.url", "jdbc:h2:file:./orders", "database H2 embedded :0 ./orders internal"},
		{"url", "jdbc:h2:mem:testdb;DB_CLOSE_DELAY=-1", "database H2 embedded :0 memory testdb internal"},
		{"url", "jdbc:h2:tcp://h/~/d", "database H2 h2 h:9092 ~/d"},
		{"url", "jdbc:hsqldb:hsql://h/d", "database HSQLDB hsqldb h:9001 d"},
		{"url", "jdbc:hsqldb:mem:x", "database HSQLDB embedded :0 memory x internal"},
		{"url", "jdbc:hsqldb:file:/d/x", "database HSQLDB embedded :0 /d/x internal"},
		{"url", "jdbc:derby://h:1528/d;create=true", "database Derby drda h:1528 d"},
		{"url", "jdbc:derby:memory:x;create=true", "database Derby embedded :0 memory x internal"},
		{"url", "jdbc:derby:/d/x;create=true", "database Derby embedded :0 /d/x internal"},
		{"url", "jdbc:sqlite:/d/x.db", "database SQLite embedded :0 /d/x.db internal"},
		{"url", "jdbc:sqlite::memory:", "database SQLite embedded :0 memory internal"},
		{"ConnectionStrings:Default", "Server=db.example;Port=5433;Database=d;User Id=u;Password=p", "database  sql db.example:5433 d"},
		{"ConnectionStrings:Postgres", "Server=db.example;Database=d;User Id=u;Password=p", "database PostgreSQL postgresql db.example:5432 d"},
		{"ConnectionStrings:Default", "Host=db.example;Username=u;Password=p;Database=d", "database PostgreSQL postgresql db.example:5432 d"},
		{"ConnectionStrings:Default", "Data Source=tcp:x.database.windows.net,1433;Initial Catalog=d;User ID=u", "database SQL Server tds x.database.windows.net:1433 d"},
		{"ConnectionStrings:Default", `Server=.\SQLEXPRESS;Database=d;Trusted_Connection=True`, "database SQL Server tds localhost:0 d"},
		{"ConnectionStrings:Default", "Server=h;Uid=u;Pwd=p;Database=d", "database MySQL mysql h:3306 d"},
		{"ConnectionStrings:Default", "User Id=u;Password=p;Data Source=ora:1521/svc", "database Oracle Database oracle ora:1521 svc"},
		{"ConnectionStrings:Default", "Data Source=/srv/app.db", "database SQLite embedded :0 /srv/app.db internal"},
		{"ConnectionStrings:Default", "Driver={ODBC Driver 18 for SQL Server};Server=tcp:h,1444;Database=d", "database SQL Server tds h:1444 d"},
		{"ConnectionStrings:Bus", "Endpoint=sb://ns.servicebus.windows.net/;SharedAccessKeyName=k;SharedAccessKey=s", "broker Azure Service Bus amqp ns.servicebus.windows.net:5671"},
		{"Storage", "DefaultEndpointsProtocol=https;AccountName=acct;AccountKey=a/b==;EndpointSuffix=core.windows.net", "object-store Azure Storage https acct.blob.core.windows.net:443"},
		{"rabbit", "host=mq.example;virtualHost=v;username=u;password=p", "broker RabbitMQ amqp mq.example:5672 v"},
		{"uri", "mongodb://u:p@a:27018,b/d?replicaSet=r", "database MongoDB mongodb a:27018 d; database MongoDB mongodb b:27017 d"},
		{"uri", "mongodb+srv://u:p@c.example/d", "database MongoDB mongodb c.example:27017 d"},
		{"url", "redis://:p@h:6380/1", "cache Redis redis h:6380 1"},
		{"Redis", "a:6379,b:6380,password=x,y,ssl=True,abortConnect=False", "cache Redis redis a:6379; cache Redis redis b:6380"},
		{"spring.data.redis.cluster.nodes", "a:1,b:2", "cache Redis redis a:1; cache Redis redis b:2"},
		{"spring.kafka.bootstrap-servers", "a:9093,b", "broker Kafka kafka a:9093; broker Kafka kafka b:9092"},
		{"spring.rabbitmq.addresses", "amqp://u:p@a:5673/v", "broker  amqp a:5673 v"},
		{"spring.activemq.broker-url", "failover:(tcp://a:61616,ssl://b:61617)?randomize=false", "broker ActiveMQ or Artemis openwire a:61616; broker ActiveMQ or Artemis openwire b:61617"},
		{"x", "(tcp://a:61616,tcp://b:61616)?ha=true", "broker ActiveMQ or Artemis openwire a:61616; broker ActiveMQ or Artemis openwire b:61616"},
		{"x", "vm://localhost?broker.persistent=false", "broker ActiveMQ vm :0 memory internal"},
		{"mq.connectionNameList", "a(1414),b(1415)", "broker IBM MQ mq a:1414; broker IBM MQ mq b:1415"},
		{"initial_hosts", "a[7800],b[7800]", "cluster JGroups jgroups a:7800 both; cluster JGroups jgroups b:7800 both"},
		{"mcast_addr", "228.8.8.8", "cluster  udp 228.8.8.8:0 both"},
		{"url", "ldaps://dc1.example ldap://dc2.example:3268/dc=example", "ldap  ldap dc1.example:636; ldap  ldap dc2.example:3268"},
		{"spring.elasticsearch.uris", "http://a:9200,https://b:9243", "search Elasticsearch http a:9200; search Elasticsearch https b:9243"},
		{"eureka.client.service-url.defaultZone", "http://u:p@e1:8761/eureka/,http://e2:8761/eureka/", "registry Eureka http e1:8761; registry Eureka http e2:8761"},
		{"upstream", "https://api.example/v1?key=x", "http  https api.example:443"},
		{"upstream", "https://hooks.example/services/T0/B0/xyz", "http  https hooks.example:443"},
		{"a", "s3://bucket-1/path", "object-store AWS s3 https :0 bucket-1"},
		{"a", "https://bucket.s3.eu-central-1.amazonaws.com", "object-store AWS s3 https bucket.s3.eu-central-1.amazonaws.com:443"},
		{"a", "https://sqs.eu-central-1.amazonaws.com/1/q", "aws AWS sqs https sqs.eu-central-1.amazonaws.com:443"},
		{"LM_LICENSE_FILE", "27000@lic.example", "licence FlexNet tcp lic.example:27000"},
		{"zookeeper.connect", "a:2181,b:2181/chroot", "registry ZooKeeper zookeeper a:2181; registry ZooKeeper zookeeper b:2181"},
		{"java.naming.provider.url", "t3://h:7001", "remote-objects WebLogic t3 h:7001"},
		{"url", "jdbc:postgresql://${DB_HOST}:5432/d", "database PostgreSQL postgresql ${DB_HOST}:5432 d"},
		// What names no other end.
		{"xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance", ""},
		{"xsi:schemaLocation", "http://a http://b", ""},
		{"server.urls", "http://0.0.0.0:8080", ""},
		{"ASPNETCORE_URLS", "http://localhost:5000", ""},
		{"about", "see https://example.com/x for more", ""},
		{"bom/metadata/component/externalReferences/reference/url", "https://conscrypt.org", ""},
		{"allowed-origins", "https://shop.example", ""},
		{"version", "1.2.3.4", ""},
		{"redis.version", "7:2", ""},
		{"path", "/opt/x:/opt/y", ""},
		{"class", "org.apache.kafka.Foo", ""},
		{"kafka.topic", "a,b", ""},
		{"options", "a=1;b=2", ""},
		{"x", "http://", ""},
		{"x", "jdbc:", ""},
		{"x", "jdbc:unknown:thing", ""},
	} {
		if got := shortList(Endpoints(c.key, c.value)); got != c.want {
			t.Errorf("Endpoints(%s, %s)\n got %s\nwant %s", c.key, c.value, got, c.want)
		}
	}
}

// TestEndpointsKeepNoSecret has passwords with every sign that could end them.
func TestEndpointsKeepNoSecret(t *testing.T) {
	for _, secret := range []string{"S3cr3t", "S3/cr3t", "S3?cr3t", "S3;cr3t", "S3:cr3t", "S3@cr3t", "S3#cr3t", "S3,cr3t", "S3 cr3t", "S3\\cr3t", "9/S3cr3t", "123?S3cr3t"} {
		for _, form := range []string{
			"jdbc:postgresql://app:%s@db.example/shop", "postgres://app:%s@db.example:5432/shop", "mongodb://app:%s@a.example,b.example/d", "amqp://app:%s@mq.example/v", "redis://:%s@h:6379/0",
			"jdbc:oracle:thin:app/%s@h:1521:S", "jdbc:sqlserver://h;databaseName=d;password=%s", "Host=h;Database=d;Username=u;Password=%s", "h:6379,password=%s,ssl=true",
			"jdbc:db2://h:1/d:user=u;password=%s;", "failover:(tcp://h:61616?jms.password=%s)", "smtp://u:%s@mail.example", "http://u:%s@h/x", "jdbc:postgresql://h/d?password=%s",
		} {
			value := fmt.Sprintf(form, secret)
			if len(Endpoints("spring.datasource.url", fmt.Sprintf(form, "plain"))) == 0 {
				t.Errorf("%s: no endpoint", form)
			}
			for _, e := range Endpoints("spring.datasource.url", value) {
				if s := strings.ToLower(e.short()); strings.Contains(s, "cr3t") {
					t.Errorf("%s: %s", value, s)
				}
			}
		}
	}
}

func TestKeyPart(t *testing.T) {
	for key, want := range map[string][2]string{
		"spring.data.redis.host":     {"spring.data.redis", "host"},
		"DB_PORT":                    {"db", "port"},
		"a/properties[1]@portNumber": {"a/properties[1]", "port"},
		"x@serverName":               {"x", "host"},
		"mail.smtp.host":             {"mail.smtp", "host"},
		"x.name":                     {"", ""},
	} {
		stem, part := KeyPart(key)
		if diff := cmp.Diff(want, [2]string{stem, part}); diff != "" {
			t.Errorf("%s: %s", key, diff)
		}
	}
}

func TestHostEndpoint(t *testing.T) {
	for _, c := range []struct {
		key, host string
		port      int
		name      string
		want      string
	}{
		{"spring.data.redis.host", "cache.example", 6380, "", "cache Redis redis cache.example:6380"},
		{"spring.mail.host", "mail.example", 0, "", "mail  smtp mail.example:25"},
		{"DB_HOST", "db.example", 5432, "shop", "database PostgreSQL postgresql db.example:5432 shop"},
		{"backend.host", "b.example", 99, "", "other  tcp b.example:99"},
		{"backend.host", "b.example", 0, "", ""},
		{"backend.host", "0.0.0.0", 80, "", ""},
		{"x.server", "true", 80, "", ""},
	} {
		got := ""
		if e, ok := HostEndpoint(c.key, c.host, c.port, c.name); ok {
			got = e.short()
		}
		if got != c.want {
			t.Errorf("%s %s:%d: got %q, want %q", c.key, c.host, c.port, got, c.want)
		}
	}
}

func TestMountEndpoint(t *testing.T) {
	for _, c := range []struct{ fs, source, want string }{
		{"nfs4", "nas.example:/export/a", "file-share  nfs nas.example:2049 /export/a"},
		{"nfs", "[2001:db8::1]:/e", "file-share  nfs 2001:db8::1:2049 /e"},
		{"cifs", "//files/share/x", "file-share  smb files:445 share/x"},
		{"ext4", "/dev/sda1", ""},
	} {
		got := ""
		if e, ok := MountEndpoint(c.fs, c.source); ok {
			got = e.short()
		}
		if got != c.want {
			t.Errorf("%s %s: got %q, want %q", c.fs, c.source, got, c.want)
		}
	}
}

func FuzzEndpoints(f *testing.F) {
	for _, s := range []string{"jdbc:mysql://address=(host=a)(port=1)/d", "jdbc:oracle:thin:@(DESCRIPTION=(ADDRESS=(HOST=a)))", "Server=a;Port=1", "a:1,ssl=true", "failover:(tcp://a:1)", "a[7]", "228.1.1.1:1", "s3://b", "http://u:p@[::1]:8/x"} {
		f.Add("spring.kafka.bootstrap-servers", s)
	}
	f.Fuzz(func(t *testing.T, key, value string) {
		for _, e := range Endpoints(key, value) {
			if e.Host != "" && !isHost(e.Host) && !strings.Contains(e.Host, ":") {
				t.Errorf("host %q", e.Host)
			}
			if e.Port < 0 || e.Port > 65535 || strings.ContainsAny(e.Resource, "\n\x00@=") {
				t.Errorf("%+v", e)
			}
		}
		stem, _ := KeyPart(key)
		HostEndpoint(stem, value, 1, value)
		MountEndpoint("nfs", value)
		MountEndpoint("cifs", value)
	})
}
