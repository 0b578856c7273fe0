package servers

import (
	"context"
	"fmt"
	"os"

	"a2c/proof/apps"
)

func quarkusBuild(kind string, names ...string) func(context.Context, Place) error {
	return func(ctx context.Context, p Place) error {
		return p.Build(ctx, "quarkus", p.Program("quarkus-"+kind), names, "-Dquarkus.package.jar.type="+kind)
	}
}

// QuarkusFast is a fast-jar behind a link `current`: the port comes from config/application.properties of the working folder, the management
// interface's from the environment, the address from the archive.
func QuarkusFast() Server {
	return Server{
		Name: "quarkus-fast", Kind: "java-quarkus", Ports: 18760, Program: quarkusBuild("fast-jar", "quarkus-app"), Ready: []int{18760, 18761}, Page: "/",
		Configure: func(_ context.Context, p Place) error {
			return firstError(
				os.Symlink(p.Program("quarkus-fast-jar/quarkus-app"), p.Path("current")),
				p.Write("work/config/application.properties", fmt.Sprintf("# of this machine\nquarkus.http.port=%d\n", p.Port(0))))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: p.Path("work"), Argv: []string{p.Java + "/bin/java", "-Xmx64m", "-jar", p.Path("current/quarkus-run.jar")},
				Env: p.Env(fmt.Sprint("QUARKUS_MANAGEMENT_PORT=", p.Port(1))),
			}
		},
	}
}

// QuarkusUber is an uber-jar: a system property of the profile decides the port.
func QuarkusUber() Server {
	return Server{
		Name: "quarkus-uber", Kind: "java-quarkus", Ports: 18780, Program: quarkusBuild("uber-jar", "counter-1.0.3-runner.jar"), Ready: []int{18780, 18781}, Page: "/",
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: "/", Env: p.Env(),
				Argv: []string{
					p.Java + "/bin/java", "-Xmx64m", "-Dquarkus.profile=site", fmt.Sprintf("-D%%site.quarkus.http.port=%d", p.Port(0)),
					fmt.Sprintf("-Dquarkus.management.port=%d", p.Port(1)), "-jar", p.Program("quarkus-uber-jar/counter-1.0.3-runner.jar"),
				},
			}
		},
	}
}
