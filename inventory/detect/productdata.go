package detect

// databases are those that keep and search data.
func databases() []product {
	return []product{
		{
			name: "Apache Cassandra", source: "bin/cassandra", main: []string{"org.apache.cassandra.service.CassandraDaemon"},
			version: []string{"org.apache.cassandra:apache-cassandra"},
			usual:   "9042 database 9142 database 7000 cluster 7001 cluster 7199 jmx",
		},
		{
			name: "Elasticsearch", source: "bin/elasticsearch",
			main:    []string{"org.elasticsearch.bootstrap.Elasticsearch", "org.elasticsearch.launcher.CliToolLauncher"},
			version: []string{"org.elasticsearch:elasticsearch", "org.elasticsearch:cli-launcher"},
			usual:   "9200 http 9300 cluster",
		},
		{
			name: "OpenSearch", source: "bin/opensearch",
			main: []string{"org.opensearch.bootstrap.OpenSearch"}, version: []string{"org.opensearch:opensearch"},
			usual: "9200 http 9300 cluster 9600 management",
		},
		{
			name: "Neo4j", source: "bin/neo4j",
			main: []string{
				"org.neo4j.server.CommunityEntryPoint", "com.neo4j.server.enterprise.EnterpriseEntryPoint", "com.neo4j.server.enterprise.CommercialEntryPoint",
				"org.neo4j.server.Neo4jCommunity", "com.neo4j.server.Neo4jEnterprise",
			},
			version: []string{"org.neo4j:neo4j", "org.neo4j:neo4j-kernel"},
			usual:   "7687 database 7474 http 7473 https 7688 cluster 6000 cluster 7000 cluster",
		},
		{name: "H2 Database", source: "h2database.com: Server Mode", main: []string{
			"org.h2.tools.Server", "org.h2.tools.Console",
		}, jar: []string{"h2-*.jar"}, version: []string{"com.h2database:h2"}, ports: h2Ports},
		{
			name: "HSQLDB", source: "hsqldb.org: Running HSQLDB Network Listeners",
			main:    []string{"org.hsqldb.server.Server", "org.hsqldb.Server", "org.hsqldb.server.WebServer"},
			version: []string{"org.hsqldb:hsqldb", "@Implementation-Version"}, ports: hsqldbPorts,
		},
		{
			name: "Apache Derby", source: "bin/startNetworkServer", main: []string{"org.apache.derby.drda.NetworkServerControl"}, jar: []string{"derbynet.jar", "derbyrun.jar"},
			version: []string{"org.apache.derby:derbynet", "@Bundle-Version"}, ports: derbyPorts,
		},
		{
			name: "OrientDB", source: "bin/server.sh",
			main: []string{"com.orientechnologies.orient.server.OServerMain"}, version: []string{"com.orientechnologies:orientdb-server"},
			usual: "2424 database 2480 http 2434 cluster",
		},
		{
			name: "Amazon DynamoDB Local", source: "its README: -jar DynamoDBLocal.jar",
			main: []string{"com.amazonaws.services.dynamodbv2.local.main.ServerRunner"}, jar: []string{"DynamoDBLocal.jar"}, version: []string{"com.amazonaws:DynamoDBLocal"},
			ports: flagPorts(portFlag{purpose: "database", port: "port"}), usual: "8000 database",
		},
		{
			name: "CrateDB", source: "bin/crate",
			main: []string{"io.crate.bootstrap.CrateDB"}, version: []string{"io.crate:crate-server", "io.crate:crate-app"},
			usual: "4200 http 4300 cluster 5432 database",
		},
		{
			name: "VoltDB", source: "bin/voltdb",
			main: []string{"org.voltdb.VoltDB"}, usual: "21212 database 21211 management 8080 http 3021 cluster",
		},
		{
			name: "Apache Phoenix Query Server", source: "bin/queryserver.py",
			main: []string{"org.apache.phoenix.queryserver.server.QueryServer"}, version: []string{"org.apache.phoenix:phoenix-queryserver"}, usual: "8765 database",
		},
	}
}

// grids keep data in memory, or what the members of a cluster agree on.
func grids() []product {
	return []product{
		{
			name: "Apache ZooKeeper", source: "bin/zkServer.sh",
			main:    []string{"org.apache.zookeeper.server.quorum.QuorumPeerMain", "org.apache.zookeeper.server.ZooKeeperServerMain"},
			version: []string{"org.apache.zookeeper:zookeeper"}, ports: zooKeeperPorts,
		},
		{
			name: "Apache Ignite", source: "bin/ignite.sh",
			main:    []string{"org.apache.ignite.startup.cmdline.CommandLineStartup", "org.apache.ignite.internal.app.IgniteRunner"},
			version: []string{"org.apache.ignite:ignite-core"},
			usual:   "10800 database 11211 database 47100 cluster 47500 cluster 8080 http",
		},
		{
			name: "Hazelcast", source: "bin/hz-start", main: []string{"com.hazelcast.core.server.HazelcastMemberStarter", "com.hazelcast.core.server.StartServer"},
			version: []string{"com.hazelcast:hazelcast", "com.hazelcast:hazelcast-all"},
			ports:   hazelcastPorts, usual: "5701 cluster 5702 cluster 5703 cluster",
		},
		{
			name: "Infinispan Server", source: "bin/server.sh",
			main: []string{"org.infinispan.server.loader.Loader"}, version: []string{"org.infinispan:infinispan-server-runtime"},
			usual: "11222 database 11221 database 7800 cluster 9990 management",
		},
		{
			name: "Apache Geode", source: "gfsh start locator, start server",
			main:    []string{"org.apache.geode.distributed.LocatorLauncher", "org.apache.geode.distributed.ServerLauncher"},
			version: []string{"org.apache.geode:geode-core"}, usual: "10334 cluster 40404 database 1099 jmx 7070 http",
		},
		{
			name: "Terracotta Server", source: "bin/start-tc-server.sh",
			main: []string{"com.tc.server.TCServerMain"}, version: []string{"org.terracotta:terracotta"}, usual: "9410 database 9430 cluster",
		},
		{
			name: "Alluxio", source: "bin/alluxio-start.sh",
			main:    []string{"alluxio.master.AlluxioMaster", "alluxio.worker.AlluxioWorker", "alluxio.proxy.AlluxioProxy"},
			version: []string{"org.alluxio:alluxio-core-server-master"}, usual: "19998 database 19999 http 29999 database 30000 http 39999 http",
		},
	}
}

// hadoop is what stands on Apache Hadoop.
func hadoop() []product {
	return []product{
		{
			name: "Apache HBase", source: "bin/hbase",
			main:    []string{"org.apache.hadoop.hbase.master.HMaster", "org.apache.hadoop.hbase.regionserver.HRegionServer", "org.apache.hadoop.hbase.thrift.ThriftServer", "org.apache.hadoop.hbase.rest.RESTServer"},
			version: []string{"org.apache.hbase:hbase-server"},
			usual:   "16000 database 16010 http 16020 database 16030 http 9090 database 9095 http 2181 cluster",
		},
		{
			name: "Apache Hadoop HDFS", source: "bin/hdfs",
			main: []string{
				"org.apache.hadoop.hdfs.server.namenode.NameNode", "org.apache.hadoop.hdfs.server.datanode.DataNode",
				"org.apache.hadoop.hdfs.server.namenode.SecondaryNameNode", "org.apache.hadoop.hdfs.tools.DFSZKFailoverController", "org.apache.hadoop.hdfs.qjournal.server.JournalNode",
			},
			version: []string{"org.apache.hadoop:hadoop-hdfs", "org.apache.hadoop:hadoop-common"},
			usual:   "8020 database 9870 http 9871 https 9864 http 9865 https 9866 database 9867 database 9868 http 8485 cluster 8480 http 8019 cluster",
		},
		{
			name: "Apache Hadoop YARN", source: "bin/yarn, bin/mapred",
			main: []string{
				"org.apache.hadoop.yarn.server.resourcemanager.ResourceManager", "org.apache.hadoop.yarn.server.nodemanager.NodeManager",
				"org.apache.hadoop.mapreduce.v2.hs.JobHistoryServer",
			},
			version: []string{"org.apache.hadoop:hadoop-yarn-server-common", "org.apache.hadoop:hadoop-common"},
			usual:   "8030 management 8031 cluster 8032 management 8033 management 8088 http 8090 https 8040 cluster 8042 http 8044 https 10020 management 10033 management 19888 http",
		},
		{
			name: "Apache Hadoop KMS", source: "bin/hadoop kms, bin/hdfs httpfs",
			main:    []string{"org.apache.hadoop.crypto.key.kms.server.KMSWebServer", "org.apache.hadoop.fs.http.server.HttpFSServerWebServer"},
			version: []string{"org.apache.hadoop:hadoop-kms", "org.apache.hadoop:hadoop-common"}, usual: "9600 http 14000 http",
		},
		{
			name: "Apache Ozone", source: "bin/ozone",
			main:    []string{"org.apache.hadoop.ozone.om.OzoneManagerStarter", "org.apache.hadoop.ozone.HddsDatanodeService", "org.apache.hadoop.hdds.scm.server.StorageContainerManagerStarter", "org.apache.hadoop.ozone.s3.Gateway"},
			version: []string{"org.apache.ozone:ozone-common", "org.apache.ozone:hdds-common"}, usual: "9862 database 9874 http 9878 http 9876 http",
		},
		{
			name: "Apache Accumulo", source: "bin/accumulo",
			main: []string{"org.apache.accumulo.start.Main"}, version: []string{"org.apache.accumulo:accumulo-start"}, usual: "9997 database 9999 cluster 9995 http",
		},
		{
			name: "Apache Hive", source: "bin/hive --service: hadoop jar hive-service-VERSION.jar CLASS",
			main:    []string{"org.apache.hive.service.server.HiveServer2", "org.apache.hadoop.hive.metastore.HiveMetaStore"},
			version: []string{"org.apache.hive:hive-service", "org.apache.hive:hive-standalone-metastore-server", "org.apache.hive:hive-metastore", "org.apache.hive:hive-exec"},
			usual:   "10000 database 10001 database 10002 http 9083 database",
		},
		{
			name: "Apache Oozie", source: "bin/oozie-jetty-server.sh",
			main: []string{"org.apache.oozie.server.EmbeddedOozieServer"}, version: []string{"org.apache.oozie:oozie-server", "org.apache.oozie:oozie-core"},
			usual: "11000 http 11443 https",
		},
		{
			name: "Apache Knox", source: "bin/gateway.sh: -jar bin/gateway.jar",
			main: []string{"org.apache.knox.gateway.launcher.Launcher"}, version: []string{"@Implementation-Version"}, usual: "8443 https",
		},
	}
}
