package servers

import (
	"context"
	"crypto/sha1" //nolint:gosec // the name that WildFly gives to content
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"

	"a2c/proof/apps"
)

const wildFlyName = "wildfly-34.0.1.Final"

func wildFlyProgram(ctx context.Context, p Place) error {
	return p.Distribution(ctx, wildFlyName, "org.wildfly:wildfly-dist:34.0.1.Final:zip", "6354e2871db34669b492ad2f5da5974f069ddea7b7a494bc122ed04719f716c8", wildFlyName)
}

// wildFlyConfig copies a configuration folder: WildFly writes to it.
func wildFlyConfig(p Place, from, to string) error {
	return os.CopyFS(p.Path(to), os.DirFS(p.Program(wildFlyName, from)))
}

// wildFlyContent makes the layout's file a managed deployment, as the command `deploy` does, and returns its configuration.
func wildFlyContent(p Place, file, data, name, runtimeName string) (string, error) {
	content, err := os.ReadFile(p.Path(file))
	if err != nil {
		return "", err
	}
	sum := sha1.Sum(content)
	digest := hex.EncodeToString(sum[:])
	to := p.Path(data, "content", digest[:2], digest[2:], "content")
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return "", err
	}
	return fmt.Sprintf(`<deployments>
        <deployment name=%q runtime-name=%q>
            <content sha1=%q/>
        </deployment>
    </deployments>
`, name, runtimeName, digest), os.Rename(p.Path(file), to)
}

const wildFlyJVM = "-Xms64m -Xmx256m -XX:MetaspaceSize=96m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Djava.net.preferIPv4Stack=true"

// WildFlyBase has its base folder elsewhere and shifts all ports; the scanner deploys an archive and leaves another alone.
func WildFlyBase() Server {
	return Server{
		Name: "wildfly-base", Kind: "java-jboss", Ports: 18460, Program: wildFlyProgram, Ready: []int{18460, 18461, 18462}, Page: "/shop/",
		Configure: func(_ context.Context, p Place) error {
			return firstError(wildFlyConfig(p, "standalone/configuration", "base/configuration"),
				p.War("base/deployments/shop.war", "shop"),
				p.War("base/deployments/old.war", "old"),
				p.Write("base/deployments/old.war.skipdeploy", ""),
				p.Give("base"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: p.Dir, Argv: []string{
					p.Program(wildFlyName, "bin/standalone.sh"), "-Djboss.server.base.dir=" + p.Path("base"), "-Djboss.socket.binding.port-offset=10000",
					"-Djboss.http.port=8460", "-Djboss.https.port=8461", "-Djboss.management.http.port=8462",
				},
				Env: p.Env("JAVA_OPTS=" + wildFlyJVM),
			}
		},
	}
}

// WildFlyFull is behind a link `current`, with the configuration named by -c, the address by -b, ports by a file, the base by the environment, and a
// managed deployment, whose context is its own.
func WildFlyFull() Server {
	return Server{
		Name: "wildfly-full", Kind: "java-jboss", Ports: 18480, Program: wildFlyProgram, Ready: []int{18480, 18482, 18483}, Page: "/",
		Configure: func(_ context.Context, p Place) error {
			if err := firstError(wildFlyConfig(p, "standalone/configuration", "base/configuration"),
				p.War("shop.war", "shop", [2]string{"WEB-INF/jboss-web.xml", "<jboss-web><context-root>/store</context-root></jboss-web>\n"}),
				p.Write("ports.properties", fmt.Sprintf("jboss.http.port=%d\njboss.https.port=%d\njboss.management.http.port=%d\n", p.Port(0), p.Port(1), p.Port(2)))); err != nil {
				return err
			}
			deployments, err := wildFlyContent(p, "shop.war", "base/data", "shop-1.2.war", "shop.war")
			return firstError(err,
				p.Edit("base/configuration/standalone-full.xml",
					"    </socket-binding-group>\n</server>", "    </socket-binding-group>\n    "+deployments+"</server>",
					`name="iiop" interface="unsecure" port="3528"`, fmt.Sprintf(`name="iiop" interface="unsecure" port="%d"`, p.Port(3))),
				os.Symlink(p.Program(wildFlyName), p.Path("current")),
				p.Give("base"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: p.Dir, Argv: []string{p.Path("current/bin/standalone.sh"), "-c", "standalone-full.xml", "-b", "127.0.0.1", "-P", "ports.properties"},
				Env: p.Env("JAVA_OPTS="+wildFlyJVM, "JBOSS_BASE_DIR=${dir}/base"),
			}
		},
	}
}

// WildFlyDomain is a domain of one host with one server: a process controller, a host controller and the server, which has a managed deployment.
func WildFlyDomain() Server {
	return Server{
		Name: "wildfly-domain", Kind: "java-jboss", Ports: 18500, Program: wildFlyProgram, Ready: []int{18500, 18502}, Page: "/shop/", Others: []string{"primary"},
		Configure: func(_ context.Context, p Place) error {
			if err := firstError(wildFlyConfig(p, "domain/configuration", "domain/configuration"), p.War("shop.war", "shop")); err != nil {
				return err
			}
			deployments, err := wildFlyContent(p, "shop.war", "domain/data", "shop.war", "shop.war")
			return firstError(err,
				p.Edit("domain/configuration/domain.xml",
					"    <server-groups>\n", "    "+deployments+"    <server-groups>\n",
					`<server-group name="main-server-group" profile="full">`, `<server-group name="main-server-group" profile="default">
            <deployments><deployment name="shop.war" runtime-name="shop.war"/></deployments>`,
					`<socket-binding-group ref="full-sockets"/>`, `<socket-binding-group ref="standard-sockets"/>`),
				p.Edit("domain/configuration/host.xml",
					`<server name="server-one" group="main-server-group"/>`, `<server name="shop" group="main-server-group">
            <socket-bindings port-offset="100"/>
        </server>`,
					`<server name="server-two" group="main-server-group" auto-start="true">`, `<server name="server-two" group="main-server-group" auto-start="false">`),
				p.Give("domain"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: p.Dir, Argv: []string{
					p.Program(wildFlyName, "bin/domain.sh"), "-Djboss.domain.base.dir=" + p.Path("domain"),
					"-Djboss.http.port=18400", "-Djboss.https.port=18401", "-Djboss.management.http.port=18502",
				},
				Env: p.Env("JAVA_OPTS=" + wildFlyJVM),
			}
		},
	}
}
