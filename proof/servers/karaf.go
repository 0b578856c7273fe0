package servers

import (
	"context"
	"fmt"
	"os"

	"a2c/proof/apps"
)

const karafName = "apache-karaf-minimal-4.4.7"

// karafProgram installs Karaf and makes the folder that its features are downloaded into, from Maven Central, when it first starts with them.
func karafProgram(ctx context.Context, p Place) error {
	if err := os.MkdirAll(p.Program("karaf-repository"), 0o755); err != nil {
		return err
	}
	if err := os.Chown(p.Program("karaf-repository"), p.UID, p.GID); err != nil {
		return err
	}
	return p.Distribution(ctx, karafName, "org.apache.karaf:apache-karaf-minimal:4.4.7:tar.gz", "5449a1cafed1a81c4965dd1ebb8385dd293c7e0056b4766aad8fa8c26c1d5f7b", karafName)
}

// KarafHome is one folder for everything, with web applications in deploy, SSH and JMX. Its features start in stages: JMX that starts beside what it
// needs is restarted at once, and may find its port in use.
func KarafHome() Server {
	return Server{
		Name: "karaf-home", Kind: "java-karaf", Ports: 18680, Program: karafProgram, Ready: []int{18680, 18681, 18682, 18683}, Page: "/shop/",
		Configure: func(_ context.Context, p Place) error {
			err := os.CopyFS(p.Path("karaf"), os.DirFS(p.Program(karafName)))
			return firstError(err,
				p.Edit("karaf/etc/org.apache.karaf.features.cfg", "    framework/4.4.7, \\", "    (framework/4.4.7, \\", "    config/4.4.7", "    config/4.4.7), (management, http, war), pax-web-karaf"),
				p.Write("karaf/etc/org.ops4j.pax.web.cfg", fmt.Sprintf("org.osgi.service.http.port=%d\norg.ops4j.pax.web.listening.addresses=127.0.0.1\n", p.Port(0))),
				p.Edit("karaf/etc/org.apache.karaf.shell.cfg", "sshPort = 8101", fmt.Sprint("sshPort = ", p.Port(1)), "sshHost = 0.0.0.0", "sshHost = 127.0.0.1"),
				p.Write("karaf/etc/org.apache.karaf.management.cfg", fmt.Sprintf("rmiRegistryHost=127.0.0.1\nrmiRegistryPort=%d\nrmiServerHost=127.0.0.1\nrmiServerPort=%d\n", p.Port(2), p.Port(3))),
				p.Edit("karaf/etc/org.ops4j.pax.url.mvn.cfg", "org.ops4j.pax.url.mvn.useFallbackRepositories=false",
					p.Expand("org.ops4j.pax.url.mvn.useFallbackRepositories=false\norg.ops4j.pax.url.mvn.localRepository=${programs}/karaf-repository")),
				p.War("karaf/deploy/shop-1.2.war", "shop"),
				p.Give("karaf"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{Dir: "/", Argv: []string{p.Path("karaf/bin/karaf"), "server"}, Env: p.Env("JAVA_OPTS=-Xmx128m")}
		},
	}
}

// KarafBase has KARAF_BASE, KARAF_ETC and KARAF_DATA apart from the program, which stands behind a link `current`; the port comes from a variable that
// overrides the configuration.
func KarafBase() Server {
	return Server{
		Name: "karaf-base", Kind: "java-karaf", Ports: 18700, Program: karafProgram, Ready: []int{18700},
		Configure: func(_ context.Context, p Place) error {
			return firstError(
				os.Symlink(p.Program(karafName), p.Path("current")),
				os.CopyFS(p.Path("config"), os.DirFS(p.Program(karafName, "etc"))),
				p.Edit("config/org.apache.karaf.shell.cfg", "sshHost = 0.0.0.0", "sshHost = ${env:BIND}"),
				p.Give("config", "base", "data"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: "/", Argv: []string{p.Path("current/bin/karaf"), "run"},
				Env: p.Env("JAVA_OPTS=-Xmx128m", "KARAF_BASE=${dir}/base", "KARAF_ETC=${dir}/config", "KARAF_DATA=${dir}/data", "BIND=127.0.0.1",
					fmt.Sprint("ORG_APACHE_KARAF_SHELL_SSHPORT=", p.Port(0))),
			}
		},
	}
}
