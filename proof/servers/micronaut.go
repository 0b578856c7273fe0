package servers

import (
	"context"
	"fmt"

	"a2c/proof/apps"
)

func micronautBuild(ctx context.Context, p Place) error {
	return p.Build(ctx, "micronaut", p.Program("micronaut"), []string{"counter-1.0.3.jar", "counter-1.0.3-all.jar", "lib"})
}

// MicronautFat is one archive with everything in it; a file that the environment names gives the port.
func MicronautFat() Server {
	return Server{
		Name: "micronaut-fat", Kind: "java-micronaut", Ports: 18800, Program: micronautBuild, Ready: []int{18800}, Page: "/",
		Configure: func(_ context.Context, p Place) error {
			return p.Write("etc/counter.yml", fmt.Sprintf("micronaut:\n  server:\n    port: %d\n", p.Port(0)))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: "/", Argv: []string{p.Java + "/bin/java", "-Xmx64m", "-jar", p.Program("micronaut/counter-1.0.3-all.jar")},
				Env: p.Env("MICRONAUT_CONFIG_FILES=${dir}/etc/counter.yml"),
			}
		},
	}
}

// MicronautPath has its libraries in a folder of their own, the endpoints on a second port, and an argument that counts before the environment.
func MicronautPath() Server {
	return Server{
		Name: "micronaut-path", Kind: "java-micronaut", Ports: 18820, Program: micronautBuild, Ready: []int{18820, 18821}, Page: "/",
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: p.Program("micronaut"),
				Argv: []string{
					p.Java + "/bin/java", "-Xmx64m", "-cp", "counter-1.0.3.jar:lib/*", "counter.Counter",
					fmt.Sprintf("--micronaut.server.port=%d", p.Port(0)),
				},
				Env: p.Env(fmt.Sprint("MICRONAUT_SERVER_PORT=", p.Port(9)), fmt.Sprint("ENDPOINTS_ALL_PORT=", p.Port(1))),
			}
		},
	}
}
