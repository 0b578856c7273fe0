package servers

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

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

// HelidonScript is what Gradle's installDist makes: a script enters the libraries into the class path one by one, more than 60 of them. An older release
// of the application lies among them.
func HelidonScript() Server {
	s := HelidonMP()
	s.Name, s.Ports, s.Ready = "helidon-script", 18980, []int{18980}
	s.Configure = func(_ context.Context, p Place) error {
		libraries, err := filepath.Glob(p.Program("helidon-mp/libs/*.jar"))
		if err != nil || len(libraries) < 60 {
			return fmt.Errorf("%d libraries, not 60: %w", len(libraries), err)
		}
		const application = "counter-1.0.3.jar"
		path := []string{"$APP_HOME/lib/" + application}
		failed := []error{
			p.Write("counter/lib/counter-1.0.2.jar", "an older release"),
			os.Link(p.Program("helidon-mp", application), p.Path("counter/lib", application)),
		}
		for _, l := range libraries {
			failed = append(failed, os.Link(l, p.Path("counter/lib", filepath.Base(l))))
			path = append(path, "$APP_HOME/lib/"+filepath.Base(l))
		}
		failed = append(failed,
			p.Write("counter/bin/counter", `#!/bin/sh
APP_HOME=$(cd "$(dirname "$0")/.." >/dev/null && pwd -P) || exit
CLASSPATH=`+strings.Join(path, ":")+`
set -- -Xmx96m -classpath "$CLASSPATH" io.helidon.microprofile.cdi.Main "$@"
exec "$JAVA_HOME/bin/java" "$@"
`),
			os.Chmod(p.Path("counter/bin/counter"), 0o755),
			p.Write("counter/bin/counter.bat", strings.Join([]string{"@rem the same for Windows", "exit /b 1", ""}, "\r\n")))
		return firstError(failed...)
	}
	s.Command = func(p Place) apps.Command {
		return apps.Command{Dir: "/", Argv: []string{"/bin/sh", p.Path("counter/bin/counter")}, Env: p.Env(fmt.Sprint("SERVER_PORT=", p.Port(0)))}
	}
	return s
}
