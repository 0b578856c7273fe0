package servers

import (
	"context"
	"fmt"
	"os"
	"os/exec"

	"a2c/proof/apps"
)

const (
	jetty12 = "jetty-home-12.0.16"
	jetty94 = "jetty-home-9.4.57.v20241219"
)

func jetty12Program(ctx context.Context, p Place) error {
	return p.Distribution(ctx, jetty12, "org.eclipse.jetty:jetty-home:12.0.16:tar.gz", "39b39f25da5f432c56c52f290a17f4ebbc754a7caf3b80a7eef4c7ce76d91313", jetty12)
}

func jetty94Program(ctx context.Context, p Place) error {
	return p.Distribution(ctx, jetty94, "org.eclipse.jetty:jetty-home:9.4.57.v20241219:tar.gz", "cedae0125661d3d496076636d6e46e91d5d5b51adfb35c9929919bdad1e04328", jetty94)
}

// JettyBase has jetty.base apart, by -D, and the home behind a link `current`; start.jar forks a second JVM, HTTPS beside HTTP, a port to stop it.
func JettyBase() Server {
	return Server{
		Name: "jetty-base", Kind: "java-jetty", Ports: 18400, Program: jetty12Program, Ready: []int{18400, 18401, 18402}, Page: "/shop/",
		Configure: func(ctx context.Context, p Place) error {
			return firstError(
				os.Symlink(p.Program(jetty12), p.Path("current")),
				p.Write("base/start.ini", "--module=http\njetty.http.port=1\n"),
				p.Write("base/start.d/10-http.ini", fmt.Sprintf("jetty.http.host=127.0.0.1\njetty.http.port=%d\n", p.Port(0))),
				p.Write("base/start.d/20-https.ini", fmt.Sprintf("--module=https\njetty.ssl.host=127.0.0.1\njetty.ssl.port=%d\njetty.sslContext.keyStorePassword=changeit\n", p.Port(2))),
				p.Write("base/start.d/30-jvm.ini", fmt.Sprintf("--exec\n-Xmx64m\nSTOP.PORT=%d\nSTOP.KEY=stop\n", p.Port(1))),
				p.Write("base/start.d/40-deploy.ini", "--module=ee10-deploy\n"),
				p.War("base/webapps/shop.war", "shop"),
				p.War("base/webapps/root.war", "root"),
				os.Mkdir(p.Path("base/etc"), 0o755), p.KeyStore(ctx, "base/etc/keystore.p12", "changeit"),
				p.Give("base"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: "/", Env: p.Env(),
				Argv: []string{p.Java + "/bin/java", "-Xmx32m", "-Djetty.base=" + p.Path("base"), "-jar", p.Path("current/start.jar")},
			}
		},
	}
}

// JettyHome is a Jetty 9.4 whose base is the working folder, in one process: ports from the command line over start.ini, JMX by Jetty's module, an
// application that a descriptor deploys from elsewhere.
func JettyHome() Server {
	return Server{
		Name: "jetty-home", Kind: "java-jetty", Ports: 18420, Program: jetty94Program, Ready: []int{18420, 18421}, Page: "/api/v1/",
		Configure: func(_ context.Context, p Place) error {
			return firstError(
				p.Write("base/start.ini", fmt.Sprintf("--module=http,deploy,jmx-remote\njetty.http.port=8080\njetty.jmxremote.rmiserverport=%[1]d\njetty.jmxremote.rmiregistryport=%[1]d\n", p.Port(1))),
				p.Write("base/webapps/api.xml", `<?xml version="1.0"?>
<!DOCTYPE Configure PUBLIC "-//Jetty//Configure//EN" "https://www.eclipse.org/jetty/configure_9_3.dtd">
<Configure class="org.eclipse.jetty.webapp.WebAppContext">
  <Set name="contextPath">/api/v1</Set>
  <Set name="war"><SystemProperty name="jetty.base" default="${dir}/base"/>/../elsewhere/api.war</Set>
</Configure>
`),
				p.War("elsewhere/api.war", "api"),
				p.War("base/webapps/shop.war", "shop"),
				p.Give("base"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: p.Path("base"), Env: p.Env(),
				Argv: []string{
					p.Java + "/bin/java", "-Xmx64m", "-Djetty.http.host=127.0.0.1", "-Djava.rmi.server.hostname=127.0.0.1",
					"-jar", p.Program(jetty94, "start.jar"), fmt.Sprint("jetty.http.port=", p.Port(0)),
				},
			}
		},
	}
}

// JettyDryRun runs what `start.jar --dry-run` prints, as jetty.sh does it: one JVM, with all properties and files on its command line.
func JettyDryRun() Server {
	return Server{
		Name: "jetty-dry-run", Kind: "java-jetty", Ports: 18440, Program: jetty12Program, Ready: []int{18440}, Page: "/",
		Configure: func(_ context.Context, p Place) error {
			return firstError(
				p.Write("base/start.d/server.ini", "--module=ee10-deploy\n--module=http\njetty.http.host=127.0.0.1\n-Xmx64m\n"),
				p.War("base/webapps/root/old.war", "kept inside the application"),
				p.Write("base/webapps/root/index.html", "root\n"),
				p.Give("base"))
		},
		Command: func(p Place) apps.Command {
			run := fmt.Sprintf(`eval exec "$('%s/bin/java' -jar '%s' jetty.base='%s' jetty.http.port=%d --dry-run)"`, p.Java, p.Program(jetty12, "start.jar"), p.Path("base"), p.Port(0))
			return apps.Command{Dir: "/", Argv: []string{"/bin/sh", "-c", run}, Env: p.Env()}
		},
	}
}

// KeyStore makes a key with its certificate, for TLS.
func (p Place) KeyStore(ctx context.Context, name, password string) error {
	out, err := exec.CommandContext(ctx, p.Java+"/bin/keytool", "-genkeypair", "-alias", "server", "-keyalg", "EC", "-dname", "CN=localhost",
		"-storetype", "PKCS12", "-storepass", password, "-keystore", p.Path(name)).CombinedOutput()
	if err != nil {
		return fmt.Errorf("keytool: %w\n%s", err, out)
	}
	return nil
}
