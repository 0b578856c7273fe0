package detect

// stores keep data of one kind: time series, graphs, documents, directories.
func stores() []product {
	return []product{
		{
			name: "QuestDB", source: "bin/questdb.sh",
			main: []string{"io.questdb.ServerMain"}, jar: []string{"questdb-[0-9]*.jar"}, version: []string{"org.questdb:questdb"}, ports: questPorts,
		},
		{
			name: "ArcadeDB", source: "bin/server.sh",
			main: []string{"com.arcadedb.server.ArcadeDBServer"}, version: []string{"com.arcadedb:arcadedb-server"}, usual: "2480 http 2424 cluster 5432 database",
		},
		{
			name: "Apache TinkerPop Gremlin Server", source: "bin/gremlin-server.sh",
			main: []string{"org.apache.tinkerpop.gremlin.server.GremlinServer"}, version: []string{"org.apache.tinkerpop:gremlin-server"}, usual: "8182 database",
		},
		{
			name: "JanusGraph", source: "bin/janusgraph-server.sh",
			main:    []string{"org.janusgraph.graphdb.server.JanusGraphServer"},
			version: []string{"org.janusgraph:janusgraph-server", "org.janusgraph:janusgraph-core"}, usual: "8182 database",
		},
		{
			name: "Apache Jena Fuseki", source: "fuseki-server of its distribution: -jar fuseki-server.jar",
			main:    []string{"org.apache.jena.fuseki.main.cmds.FusekiMainCmd", "org.apache.jena.fuseki.main.cmds.FusekiServerCmd", "org.apache.jena.fuseki.cmd.FusekiCmd"},
			jar:     []string{"fuseki-server.jar", "jena-fuseki-server-*.jar"},
			version: []string{"=jena-fuseki-server", "org.apache.jena:jena-fuseki-main", "org.apache.jena:jena-fuseki-server", "@Implementation-Version"},
			ports:   fusekiPorts, usual: "3030 http",
		},
		{
			name: "Blazegraph", source: "its README: -jar blazegraph.jar",
			main: []string{"com.bigdata.rdf.sail.webapp.StandaloneNanoSparqlServer"}, jar: []string{"blazegraph.jar", "bigdata.jar"},
			version: []string{"com.blazegraph:bigdata-core"}, usual: "9999 http",
		},
		{
			name: "OpenTSDB", source: "tsdb tsd",
			main: []string{"net.opentsdb.tools.TSDMain"}, version: []string{"net.opentsdb:opentsdb"}, usual: "4242 http",
		},
		{
			name: "KairosDB", source: "bin/kairosdb.sh",
			main: []string{"org.kairosdb.core.Main"}, version: []string{"org.kairosdb:kairosdb"}, usual: "8080 http 4242 database",
		},
		{
			name: "Apache IoTDB", source: "sbin/start-datanode.sh, sbin/start-confignode.sh",
			main:    []string{"org.apache.iotdb.db.service.DataNode", "org.apache.iotdb.db.service.IoTDB", "org.apache.iotdb.confignode.service.ConfigNode"},
			version: []string{"org.apache.iotdb:iotdb-server"}, usual: "6667 database 10710 cluster 10720 cluster",
		},
		{
			name: "ApacheDS", source: "bin/apacheds.sh",
			main: []string{"org.apache.directory.server.UberjarMain"}, jar: []string{"apacheds-service-*.jar"},
			version: []string{"=apacheds-service", "org.apache.directory.server:apacheds-service"}, usual: "10389 naming 10636 naming",
		},
		{
			name: "OpenDJ", source: "bin/start-ds",
			main:    []string{"org.opends.server.core.DirectoryServer"},
			version: []string{"org.openidentityplatform.opendj:opendj-server-legacy", "org.forgerock.opendj:opendj-server-legacy"},
			usual:   "1389 naming 1636 naming 389 naming 636 naming 4444 management 1689 jmx 8989 cluster",
		},
		{
			name: "Apache Jackrabbit", source: "its README: -jar jackrabbit-standalone-VERSION.jar",
			main: []string{"org.apache.jackrabbit.standalone.Main", "org.apache.jackrabbit.standalone.cli.Main"}, jar: []string{"jackrabbit-standalone-*.jar"},
			version: []string{"=jackrabbit-standalone"}, usual: "8080 http",
		},
	}
}
