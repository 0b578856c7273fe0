package servers

import (
	"context"
	"fmt"

	"a2c/proof/apps"
)

// HelidonSE has its libraries in the manifest's Class-Path alone; a file in the working folder counts before the packaged one.
func HelidonSE() Server {
	return Server{
		Name: "helidon-se", Kind: "java-helidon", Ports: 18840, Ready: []int{18840, 18841}, Page: "/",
		Program: func(ctx context.Context, p Place) error {
			return p.Build(ctx, "helidon", p.Program("helidon-se"), []string{"counter-1.0.3.jar", "libs"})
		},
		Configure: func(_ context.Context, p Place) error {
			return p.Write("work/application.yaml", fmt.Sprintf("server:\n  port: %d\n  host: 127.0.0.1\n  sockets:\n    - name: admin\n      port: %d\n      bind-address: 127.0.0.1\n      host: 127.0.0.1\n", p.Port(0), p.Port(1)))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{Dir: p.Path("work"), Env: p.Env(), Argv: []string{p.Java + "/bin/java", "-Xmx64m", "-jar", p.Program("helidon-se/counter-1.0.3.jar")}}
		},
	}
}

// HelidonMP is started by Helidon's own main class; the environment counts before META-INF/microprofile-config.properties.
func HelidonMP() Server {
	return Server{
		Name: "helidon-mp", Kind: "java-helidon", Ports: 18860, Ready: []int{18860}, Page: "/",
		Program: func(ctx context.Context, p Place) error {
			return p.Build(ctx, "helidon-mp", p.Program("helidon-mp"), []string{"counter-1.0.3.jar", "libs"})
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: p.Program("helidon-mp"), Argv: []string{p.Java + "/bin/java", "-Xmx96m", "-cp", "counter-1.0.3.jar:libs/*", "io.helidon.microprofile.cdi.Main"},
				Env: p.Env(fmt.Sprint("SERVER_PORT=", p.Port(0))),
			}
		},
	}
}
