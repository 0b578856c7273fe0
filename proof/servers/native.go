package servers

import (
	"context"
	"fmt"
	"os"

	"a2c/proof/apps"
)

const recheckName = "recheck-4.5.0"

// NativePipe is a native image behind a link `current`, with two threads, that takes its work from standard input: recheck looks for regular
// expressions that take forever.
func NativePipe() Server {
	return Server{
		Name: "native-pipe", Kind: "java-native", Ports: 19300, Tools: []apps.Tool{apps.NPM()}, Line: `"status":"safe"`,
		Program: func(ctx context.Context, p Place) error {
			return p.Package(ctx, recheckName, "recheck-linux-x64", "4.5.0", "cc7c55874e1fe1b244d63910200392dab254e4cc20a6534cd12c0780cd86b1d6", "package")
		},
		Configure: func(_ context.Context, p Place) error {
			return firstError(p.Give("run"), os.Symlink(p.Program(recheckName), p.Path("current")))
		},
		Command: func(p Place) apps.Command {
			const ask = `{"jsonrpc":"2.0+push","id":1,"method":"check","params":{"source":"^a$","flags":"","params":{}}}`
			run := "mkfifo ${dir}/run/in; exec 3<>${dir}/run/in; echo '" + ask + "' >&3; exec ${dir}/current/recheck agent <&3"
			return apps.Command{Dir: "/", Argv: []string{"/bin/sh", "-c", p.Expand(run)}, Env: p.Env()}
		},
	}
}

// NativeSpring is a native image of a Spring Boot application with Tomcat in it: Yaci DevKit's command line, which has an
// HTTP interface beside its prompt. The environment says where it listens.
func NativeSpring() Server {
	const name = "yaci-devkit-0.10.6"
	return Server{
		Name: "native-spring", Kind: "java-native", Ports: 19320, Tools: []apps.Tool{apps.NPM()}, Ready: []int{19320},
		Program: func(ctx context.Context, p Place) error {
			return p.Package(ctx, name, "@bloxbean/yaci-devkit-linux-x64", "0.10.6", "3cd851984d004597c43a9429dca8c4a81613ef930f5715b11a6703952939416a", "package")
		},
		Configure: func(_ context.Context, p Place) error {
			return firstError(p.Give("run"), os.Symlink(p.Program(name, "config"), p.Path("run/config")))
		},
		Command: func(p Place) apps.Command {
			run := "mkfifo in; exec 3<>in; exec " + p.Program(name, "yaci-cli") + " <&3" // it ends with its standard input
			return apps.Command{
				Dir: p.Path("run"), Argv: []string{"/bin/sh", "-c", run},
				Env: p.Env("SERVER_ADDRESS=127.0.0.1", fmt.Sprint("SERVER_PORT=", p.Port(0)), "YACI_CLI_HOME=${dir}/run/home"),
			}
		},
	}
}
