package servers

import (
	"context"
	"fmt"
	"os"

	"a2c/proof/apps"
)

// jarProgram puts one archive of Maven Central into the folder name of the programs.
func jarProgram(name, coordinates, digest, file string) func(context.Context, Place) error {
	return func(ctx context.Context, p Place) error {
		if p.Have(name + "/" + file) {
			return nil
		}
		archive, err := p.FetchMaven(ctx, coordinates, digest)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(archive)
		if err != nil {
			return err
		}
		return firstError(os.MkdirAll(p.Program(name), 0o755), os.WriteFile(p.Program(name, file), data, 0o644))
	}
}

// WireMock is a fat jar with Jetty inside; the heap comes from the environment, and a relative name from the working folder.
func WireMock() Server {
	return Server{
		Name: "products-wiremock", Kind: "java-generic", Ports: 18880, Ready: []int{18880}, Page: "/__admin/health",
		Program: jarProgram("wiremock", "org.wiremock:wiremock-standalone:3.9.2:jar", "77b88dc41c3268e3ce391f3fef222b0cd0696f286d3fc35a84ba22ffcb877012", "wiremock-standalone-3.9.2.jar"),
		Configure: func(_ context.Context, p Place) error {
			return firstError(os.Symlink(p.Program("wiremock"), p.Path("current")), p.Give("root"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: p.Path("current"), Env: p.Env("JAVA_TOOL_OPTIONS=-Xmx64m", "PWD=${dir}/current"),
				Argv: []string{
					p.Java + "/bin/java", "-jar", "wiremock-standalone-3.9.2.jar", "--port", fmt.Sprint(p.Port(0)), "--bind-address", "127.0.0.1", "--root-dir", p.Path("root"),
				},
			}
		},
	}
}

// H2Server is a class behind an argument file; the address it binds is an option of the environment.
func H2Server() Server {
	return Server{
		Name: "products-h2", Kind: "java-generic", Ports: 18900, Ready: []int{18900, 18901},
		Program: jarProgram("h2", "com.h2database:h2:2.3.232:jar", "8dae62d22db8982c3dcb3826edb9c727c5d302063a67eef7d63d82de401f07d3", "h2-2.3.232.jar"),
		Configure: func(_ context.Context, p Place) error {
			return firstError(
				p.Write("h2.options", "# how the database is started\n-Xmx64m\n-cp \"${programs}/h2/h2-2.3.232.jar\"\norg.h2.tools.Server\n"),
				p.Give("data"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: p.Dir, Env: p.Env("JDK_JAVA_OPTIONS=-Dh2.bindAddress=127.0.0.1"),
				Argv: []string{
					p.Java + "/bin/java", "@h2.options", "-tcp", "-tcpPort", fmt.Sprint(p.Port(0)), "-web", "-webPort", fmt.Sprint(p.Port(1)), "-baseDir", "data", "-ifNotExists",
				},
			}
		},
	}
}

// HSQLDB is a module with a class of it; address and port stand in server.properties of the working folder.
func HSQLDB() Server {
	return Server{
		Name: "products-hsqldb", Kind: "java-generic", Ports: 18920, Ready: []int{18920},
		Program: jarProgram("hsqldb", "org.hsqldb:hsqldb:2.7.4:jar", "5fab2bb4384ac06b762638c8fa2740c944b8d080e4796c0c6c2af8b90dd4e5ad", "hsqldb-2.7.4.jar"),
		Configure: func(_ context.Context, p Place) error {
			return p.Write("work/server.properties", fmt.Sprintf("server.database.0=mem:shop\nserver.dbname.0=shop\nserver.address=127.0.0.1\nserver.port=%d\n", p.Port(0)))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: p.Path("work"), Env: p.Env(),
				Argv: []string{p.Java + "/bin/java", "-Xmx64m", "-p", p.Program("hsqldb"), "--add-modules", "java.sql", "-m", "org.hsqldb/org.hsqldb.server.Server"},
			}
		},
	}
}

// ZooKeeper has its libraries in the manifest of an archive without classes; an option of the JVM overrides a setting of zoo.cfg.
func ZooKeeper() Server {
	return Server{
		Name: "products-zookeeper", Kind: "java-generic", Ports: 18940, Ready: []int{18940},
		Program: func(ctx context.Context, p Place) error {
			return p.Build(ctx, "zookeeper", p.Program("zookeeper"), []string{"zk-1.jar", "lib"})
		},
		Configure: func(_ context.Context, p Place) error {
			return firstError(
				p.Write("conf/zoo.cfg", fmt.Sprintf("tickTime=2000\ndataDir=${dir}/data\nclientPort=%d\nclientPortAddress=127.0.0.1\nadmin.enableServer=true\n", p.Port(0))),
				p.Give("data"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: "/", Env: p.Env("CLASSPATH=${programs}/zookeeper/zk-1.jar"),
				Argv: []string{p.Java + "/bin/java", "-Xmx64m", "-Dzookeeper.admin.enableServer=false", "org.apache.zookeeper.server.quorum.QuorumPeerMain", p.Path("conf/zoo.cfg")},
			}
		},
	}
}

// HSQLDBWildcard is a class behind a wildcard class path, with all settings as arguments.
func HSQLDBWildcard() Server {
	s := HSQLDB()
	s.Name, s.Ports, s.Ready = "products-wildcard", 18960, []int{18960}
	s.Configure = nil
	s.Command = func(p Place) apps.Command {
		return apps.Command{
			Dir: p.Program("hsqldb"), Env: p.Env(),
			Argv: []string{
				p.Java + "/bin/java", "-Xmx64m", "-classpath", "*", "org.hsqldb.server.Server", "--address", "127.0.0.1", "--port", fmt.Sprint(p.Port(0)),
				"--database.0", "mem:shop", "--dbname.0", "shop",
			},
		}
	}
	return s
}
