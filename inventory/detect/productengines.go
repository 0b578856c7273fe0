package detect

// engines query data that others keep.
func engines() []product {
	return []product{
		{
			name: "Trino", source: "bin/launcher.properties",
			main: []string{"io.trino.server.TrinoServer"}, version: []string{"io.trino:trino-main", "io.trino:trino-server-main"},
			usual: "8080 http 8443 https",
		},
		{
			name: "Presto", source: "bin/launcher.properties",
			main: []string{"com.facebook.presto.server.PrestoServer"}, version: []string{"com.facebook.presto:presto-main"},
			usual: "8080 http 8443 https",
		},
		{
			name: "Apache Flink", source: "bin/flink-daemon.sh",
			main: []string{
				"org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint", "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
				"org.apache.flink.container.entrypoint.StandaloneApplicationClusterEntryPoint", "org.apache.flink.runtime.webmonitor.history.HistoryServer",
			},
			version: []string{"org.apache.flink:flink-dist", "org.apache.flink:flink-dist_2.12", "org.apache.flink:flink-dist_2.11"},
			usual:   "8081 http 6123 cluster 8082 http",
		},
		{
			name: "Apache Spark", source: "sbin/start-master.sh, sbin/start-worker.sh",
			main: []string{
				"org.apache.spark.deploy.master.Master", "org.apache.spark.deploy.worker.Worker", "org.apache.spark.deploy.history.HistoryServer",
				"org.apache.spark.deploy.SparkSubmit", "org.apache.spark.executor.CoarseGrainedExecutorBackend",
			},
			version: []string{"org.apache.spark:spark-core_2.13", "org.apache.spark:spark-core_2.12", "org.apache.spark:spark-core_2.11"},
			usual:   "7077 cluster 8080 http 8081 http 18080 http 4040 http 6066 http",
		},
		{
			name: "Apache Storm", source: "bin/storm.py",
			main:    []string{"org.apache.storm.daemon.nimbus.Nimbus", "org.apache.storm.daemon.supervisor.Supervisor", "org.apache.storm.daemon.ui.UIServer"},
			version: []string{"org.apache.storm:storm-server", "org.apache.storm:storm-core"},
			usual:   "6627 management 8080 http 8000 http 6700 cluster 6701 cluster 6702 cluster 6703 cluster",
		},
		{
			name: "Apache Druid", source: "bin/run-druid",
			main: []string{"org.apache.druid.cli.Main"}, version: []string{"org.apache.druid:druid-services", "org.apache.druid:druid-server"},
			usual: "8888 http 8081 http 8082 http 8083 http 8090 http 8091 http",
		},
		{
			name: "Apache Drill", source: "bin/drillbit.sh",
			main: []string{"org.apache.drill.exec.server.Drillbit"}, version: []string{"org.apache.drill.exec:drill-java-exec"},
			usual: "8047 http 31010 database 31011 cluster 31012 cluster",
		},
		{
			name: "Dremio", source: "bin/dremio",
			main: []string{"com.dremio.dac.daemon.DremioDaemon"}, version: []string{"com.dremio.dac:dremio-dac-daemon", "dremio-dac-daemon"},
			usual: "9047 http 31010 database 45678 cluster 32010 database",
		},
		{
			name: "Apache Pinot", source: "bin/pinot-admin.sh",
			main: []string{"org.apache.pinot.tools.admin.PinotAdministrator"}, version: []string{"org.apache.pinot:pinot-tools", "org.apache.pinot:pinot-all"},
			usual: "9000 http 8099 http 8098 database 8097 http",
		},
		{
			name: "Apache Livy", source: "bin/livy-server",
			main: []string{"org.apache.livy.server.LivyServer"}, version: []string{"org.apache.livy:livy-server"}, usual: "8998 http",
		},
		{
			name: "Apache Kyuubi", source: "bin/kyuubi",
			main: []string{"org.apache.kyuubi.server.KyuubiServer"}, version: []string{"org.apache.kyuubi:kyuubi-server_2.12"}, usual: "10009 database 10099 http",
		},
	}
}

// pipelines move data, and say where it comes from.
func pipelines() []product {
	return []product{
		{
			name: "Apache NiFi", source: "bin/nifi.sh",
			main: []string{"org.apache.nifi.bootstrap.RunNiFi", "org.apache.nifi.NiFi"}, version: []string{"org.apache.nifi:nifi-bootstrap", "org.apache.nifi:nifi-runtime"},
			usual: "8443 https 8080 http 11443 cluster 6342 cluster",
		},
		{
			name: "Apache Zeppelin", source: "bin/zeppelin-daemon.sh",
			main: []string{"org.apache.zeppelin.server.ZeppelinServer"}, version: []string{"org.apache.zeppelin:zeppelin-server"},
			usual: "8080 http 8443 https",
		},
		{
			name: "Logstash", source: "bin/logstash",
			main: []string{"org.logstash.Logstash"}, version: []string{"org.logstash:logstash-core"},
			usual: "9600 management 5044 messaging",
		},
		{
			name: "Graylog", source: "bin/graylogctl: -jar graylog.jar server",
			main: []string{"org.graylog2.bootstrap.Main"}, jar: []string{"graylog.jar"}, version: []string{"org.graylog2:graylog2-server"},
			usual: "9000 http 12201 messaging 1514 messaging 5044 messaging",
		},
		{
			name: "Apache Atlas", source: "bin/atlas_start.py",
			main: []string{"org.apache.atlas.Atlas"}, version: []string{"org.apache.atlas:atlas-webapp"}, usual: "21000 http",
		},
		{
			name: "Apache Ranger", source: "ews/ranger-admin-services.sh",
			main: []string{"org.apache.ranger.server.tomcat.EmbeddedServer"}, version: []string{"org.apache.ranger:embeddedwebserver"},
			usual: "6080 http 6182 https 8085 shutdown",
		},
		{
			name: "Apache Flume", source: "bin/flume-ng",
			main: []string{"org.apache.flume.node.Application"}, version: []string{"org.apache.flume:flume-ng-node"},
		},
		{
			name: "Apache Hop Server", source: "hop-server.sh",
			main: []string{"org.apache.hop.www.HopServer"}, version: []string{"org.apache.hop:hop-engine"}, usual: "8080 http",
		},
		{
			name: "Pentaho Carte", source: "carte.sh",
			main: []string{"org.pentaho.di.www.Carte"}, version: []string{"pentaho-kettle:kettle-engine"},
		},
		{
			name: "StreamSets Data Collector", source: "bin/streamsets dc",
			main: []string{"com.streamsets.pipeline.BootstrapMain"}, usual: "18630 http",
		},
		{
			name: "Apache NiFi Registry", source: "bin/nifi-registry.sh",
			main:    []string{"org.apache.nifi.registry.bootstrap.RunNiFiRegistry", "org.apache.nifi.registry.NiFiRegistry"},
			version: []string{"org.apache.nifi.registry:nifi-registry-bootstrap", "org.apache.nifi.registry:nifi-registry-runtime"}, usual: "18080 http 18443 https",
		},
		{
			name: "Canal", source: "bin/startup.sh",
			main: []string{"com.alibaba.otter.canal.deployer.CanalLauncher"}, version: []string{"com.alibaba.otter:canal.deployer"},
			usual: "11111 database 11110 management 11112 metrics",
		},
	}
}
