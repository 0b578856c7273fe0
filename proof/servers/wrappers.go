package servers

import (
	"context"
	"fmt"
	"os"

	"a2c/proof/apps"
)

// h2Program is the database that the wrappers start.
func h2Program(ctx context.Context, p Place) error { return H2Server().Program(ctx, p) }

// Tanuki is Tanuki's Java Service Wrapper from Debian: the wrapper stays parent, the application is an argument of the wrapper's main class.
func Tanuki() Server {
	return Server{
		Name: "wrappers-tanuki", Kind: "java-generic", Ports: 19000, Program: h2Program, Ready: []int{19000}, Tools: []apps.Tool{apps.ServiceWrapper()},
		Configure: func(_ context.Context, p Place) error {
			return p.Write("conf/wrapper.conf", fmt.Sprintf(`wrapper.java.command=${java}/bin/java
wrapper.java.mainclass=org.tanukisoftware.wrapper.WrapperSimpleApp
wrapper.java.classpath.1=/usr/share/java/wrapper.jar
wrapper.java.classpath.2=${programs}/h2/h2-2.3.232.jar
wrapper.java.library.path.1=/usr/lib/jni
wrapper.java.additional.1=-Dh2.bindAddress=127.0.0.1
wrapper.java.maxmemory=64
wrapper.app.parameter.1=org.h2.tools.Server
wrapper.app.parameter.2=-tcp
wrapper.app.parameter.3=-tcpPort
wrapper.app.parameter.4=%d
wrapper.port=%d
wrapper.logfile=
`, p.Port(0), p.Port(1)))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{Dir: p.Dir, Env: p.Env(), Argv: []string{"/usr/sbin/wrapper", "-c", p.Path("conf/wrapper.conf")}}
		},
	}
}

// LoginShell is root's su, which waits, with a shell that gives the JVM another name; java is SDKMAN's link to a link.
func LoginShell() Server {
	return Server{
		Name: "wrappers-su", Kind: "java-generic", Ports: 19020, Program: h2Program, Ready: []int{19020}, Root: true,
		Configure: func(_ context.Context, p Place) error {
			candidates := p.Path("sdkman/candidates/java")
			return firstError(os.MkdirAll(candidates, 0o755),
				os.Symlink(p.Java, candidates+"/17.0.15-tem"), os.Symlink("17.0.15-tem", candidates+"/current"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: "/", Env: p.Env(),
				Argv: []string{
					"/bin/su", "-s", "/bin/bash", apps.ServersUser, "-c",
					fmt.Sprintf("cd %s && exec -a h2d %s -Xmx64m -Dh2.bindAddress=127.0.0.1 -cp h2-2.3.232.jar org.h2.tools.Server -tcp -tcpPort %d",
						p.Program("h2"), p.Path("sdkman/candidates/java/current/bin/java"), p.Port(0)),
				},
			}
		},
	}
}

// ShellParent is a script that waits for a script that becomes setpriv and so the JVM, which a link of /etc/alternatives names.
func ShellParent() Server {
	return Server{
		Name: "wrappers-shell", Kind: "java-generic", Ports: 19040, Program: h2Program, Ready: []int{19040}, Root: true,
		Configure: func(_ context.Context, p Place) error {
			return firstError(
				os.MkdirAll(p.Path("alternatives"), 0o755), os.Symlink(p.Java+"/bin/java", p.Path("alternatives/java")),
				p.Write("bin/start.sh", "#!/bin/sh\n${dir}/bin/run.sh -tcp -tcpPort \"$1\"\necho \"the database ended with $?\"\n"),
				p.Write("bin/run.sh", fmt.Sprintf("#!/bin/sh\nexec setpriv --reuid=%d --regid=%d --clear-groups ${dir}/alternatives/java -Xmx64m -Dh2.bindAddress=127.0.0.1 -cp ${programs}/h2/h2-2.3.232.jar org.h2.tools.Server \"$@\"\n", p.UID, p.GID)),
				os.Chmod(p.Path("bin/run.sh"), 0o755))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{Dir: p.Dir, Env: p.Env(), Argv: []string{"/bin/sh", p.Path("bin/start.sh"), fmt.Sprint(p.Port(0))}}
		},
	}
}

// SnapJava is runuser with the JVM of a snap: a revision behind a link `current`, and a wrapper script as snaps have it. nohup stands before it.
func SnapJava() Server {
	return Server{
		Name: "wrappers-snap", Kind: "java-generic", Ports: 19220, Program: h2Program, Ready: []int{19220}, Root: true,
		Configure: func(_ context.Context, p Place) error {
			return firstError(
				os.MkdirAll(p.Path("snap/openjdk/1735"), 0o755), os.Symlink(p.Java, p.Path("snap/openjdk/1735/jdk")), os.Symlink("1735", p.Path("snap/openjdk/current")),
				p.Write("snap/bin/openjdk.java", "#!/bin/sh\nSNAP=${dir}/snap/openjdk/current exec ${dir}/snap/openjdk/current/jdk/bin/java \"$@\"\n"),
				os.Chmod(p.Path("snap/bin/openjdk.java"), 0o755))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: p.Dir, Env: p.Env(),
				Argv: []string{
					"/sbin/runuser", "-u", apps.ServersUser, "--", "/usr/bin/nohup", p.Path("snap/bin/openjdk.java"),
					"-Xmx64m", "-Dh2.bindAddress=127.0.0.1", "-cp", p.Program("h2/h2-2.3.232.jar"), "org.h2.tools.Server", "-tcp", "-tcpPort", fmt.Sprint(p.Port(0)),
				},
			}
		},
	}
}
