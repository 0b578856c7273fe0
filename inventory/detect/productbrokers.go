package detect

// brokers pass on messages.
func brokers() []product {
	return []product{
		{
			name: "Apache ActiveMQ", source: "bin/activemq of the distribution: -jar bin/activemq.jar",
			main: []string{"org.apache.activemq.console.Main"}, jar: []string{"activemq.jar"},
			version: []string{"org.apache.activemq:activemq-broker", "org.apache.activemq:activemq-client", "@Implementation-Version"}, base: "activemq.base", ports: activeMQPorts,
		},
		{
			name: "Apache ActiveMQ Artemis", source: "bin/artemis of a created instance", main: []string{"org.apache.activemq.artemis.boot.Artemis"},
			version: []string{"org.apache.activemq:artemis-server", "org.apache.artemis:artemis-server"}, base: "artemis.instance", ports: artemisPorts,
		},
		{
			name: "Apache Pulsar", source: "bin/pulsar", main: []string{"org.apache.pulsar.PulsarBrokerStarter", "org.apache.pulsar.PulsarStandaloneStarter"},
			version: []string{"org.apache.pulsar:org.apache.pulsar-pulsar-broker", "org.apache.pulsar:pulsar-broker"},
			usual:   "6650 messaging 6651 messaging 8080 http 8443 https 3181 cluster 2181 cluster",
		},
		{
			name: "Apache BookKeeper", source: "bin/bookkeeper", main: []string{"org.apache.bookkeeper.server.Main", "org.apache.bookkeeper.proto.BookieServer"},
			version: []string{"org.apache.bookkeeper:org.apache.bookkeeper-bookkeeper-server", "org.apache.bookkeeper:bookkeeper-server"},
			usual:   "3181 database 8000 management",
		},
		{
			name: "Apache RocketMQ", source: "bin/mqnamesrv, bin/mqbroker",
			main:    []string{"org.apache.rocketmq.namesrv.NamesrvStartup", "org.apache.rocketmq.broker.BrokerStartup", "org.apache.rocketmq.controller.ControllerStartup"},
			version: []string{"org.apache.rocketmq:rocketmq-broker", "org.apache.rocketmq:rocketmq-namesrv"},
			usual:   "9876 naming 10911 messaging 10909 messaging 10912 cluster",
		},
		{
			name: "HiveMQ", source: "bin/run.sh: -jar bin/hivemq.jar",
			main: []string{"com.hivemq.HiveMQServer"}, jar: []string{"hivemq.jar"}, version: []string{"@HiveMQ-Version", "@Implementation-Version"},
			usual: "1883 messaging 8883 messaging 8000 messaging 8080 http",
		},
		{
			name: "Moquette", source: "bin/moquette.sh",
			main: []string{"io.moquette.broker.Server"}, version: []string{"io.moquette:moquette-broker"}, base: "moquette.path", ports: moquettePorts,
		},
		{
			name: "Apache Qpid Broker-J", source: "bin/qpid-server",
			main: []string{"org.apache.qpid.server.Main"}, version: []string{"org.apache.qpid:qpid-broker-core"}, base: "QPID_WORK",
			usual: "5672 messaging 5671 messaging 8080 http",
		},
		{
			name: "Open Message Queue", source: "bin/imqbrokerd; GlassFish starts it for JMS of type LOCAL",
			main: []string{"com.sun.messaging.jmq.jmsserver.Main"}, version: []string{"@Implementation-Version"}, base: "imq.instanceshome",
			ports: flagPorts(portFlag{purpose: "messaging", port: "port"}),
		},
		{
			name: "HornetQ", source: "bin/run.sh",
			main: []string{"org.hornetq.integration.bootstrap.HornetQBootstrapServer"}, version: []string{"org.hornetq:hornetq-server", "org.hornetq:hornetq-core"},
			usual: "5445 messaging 5455 messaging 1099 naming",
		},
	}
}

// kafka is Apache Kafka with what people run beside it.
func kafka() []product {
	return []product{
		{
			name: "Apache Kafka", source: "bin/kafka-server-start.sh", main: []string{"kafka.Kafka", "kafka.docker.KafkaDockerWrapper"},
			version: []string{"org.apache.kafka:kafka-clients", "org.apache.kafka:kafka_2.13", "org.apache.kafka:kafka_2.12"}, ports: kafkaPorts,
		},
		{
			name: "Apache Kafka Connect", source: "bin/connect-distributed.sh, bin/connect-standalone.sh",
			main:    []string{"org.apache.kafka.connect.cli.ConnectDistributed", "org.apache.kafka.connect.cli.ConnectStandalone"},
			version: []string{"org.apache.kafka:connect-runtime"},
			ports:   propertyFileListeners, usual: "8083 http",
		},
		{
			name: "Apache Kafka MirrorMaker", source: "bin/connect-mirror-maker.sh, bin/kafka-mirror-maker.sh",
			main:    []string{"org.apache.kafka.connect.mirror.MirrorMaker", "kafka.tools.MirrorMaker"},
			version: []string{"org.apache.kafka:connect-mirror", "org.apache.kafka:kafka_2.13", "org.apache.kafka:kafka_2.12"}, usual: "8083 http",
		},
		{
			name: "Confluent Schema Registry", source: "bin/schema-registry-run-class", main: []string{"io.confluent.kafka.schemaregistry.rest.SchemaRegistryMain"},
			version: []string{"io.confluent:kafka-schema-registry"},
			ports:   propertyFileListeners, usual: "8081 http",
		},
		{
			name: "Confluent REST Proxy", source: "bin/kafka-rest-run-class",
			main: []string{"io.confluent.kafkarest.KafkaRestMain"}, version: []string{"io.confluent:kafka-rest", "io.confluent:kafka-rest-server"},
			ports: propertyFileListeners, usual: "8082 http",
		},
		{
			name: "Confluent ksqlDB", source: "bin/ksql-run-class",
			main: []string{"io.confluent.ksql.rest.server.KsqlServerMain"}, version: []string{"io.confluent.ksql:ksqldb-rest-app"}, usual: "8088 http",
		},
		{
			name: "Kafka Cruise Control", source: "kafka-cruise-control-start.sh",
			main: []string{"com.linkedin.kafka.cruisecontrol.KafkaCruiseControlMain"}, version: []string{"com.linkedin.cruisecontrol:cruise-control"},
			usual: "9090 http",
		},
		{
			name: "Debezium Server", source: "run.sh of its distribution",
			main: []string{"io.debezium.server.Main"}, version: []string{"io.debezium:debezium-server-core", "io.debezium:debezium-core"}, usual: "8080 http",
		},
		{
			name: "Kroxylicious", source: "bin/kroxylicious-start.sh",
			main: []string{"io.kroxylicious.app.Kroxylicious"}, version: []string{"io.kroxylicious:kroxylicious-app"}, usual: "9190 management",
		},
	}
}
