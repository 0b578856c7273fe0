package servers

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"a2c/proof/apps"
)

// The proof `starts` has more ways to start Spring Boot: unpacked, extracted, by an argument file, below a shell.

func ordersBuild(ctx context.Context, p Place) error {
	return p.Build(ctx, "orders", p.Program("orders"), []string{"orders-1.4.2.jar"})
}

// memoryDatabase is the environment that the sample application needs to keep nothing.
func memoryDatabase(p Place, more ...string) []string {
	return p.Env(append(more, "SPRING_DATASOURCE_URL=jdbc:h2:mem:orders", "SPRING_DATASOURCE_PASSWORD=")...)
}

// SpringBootLoader is PropertiesLauncher: loader.properties in the working folder names the class and a folder that goes before the archive.
func SpringBootLoader() Server {
	return Server{
		Name: "springboot-loader", Kind: "java-springboot", Ports: 18720, Program: ordersBuild, Ready: []int{18720, 18721}, Page: "/orders",
		Configure: func(_ context.Context, p Place) error {
			return firstError(
				p.Write("work/loader.properties", "loader.main=orders.Orders\nloader.path=${dir}/extra\n"),
				p.Write("extra/application-site.yml", fmt.Sprintf("server:\n  address: 127.0.0.1\n  port: %d\nmanagement:\n  server:\n    address: 127.0.0.1\n    port: %d\n", p.Port(0), p.Port(1))))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: p.Path("work"), Env: memoryDatabase(p, "SPRING_PROFILES_ACTIVE=site"),
				Argv: []string{p.Java + "/bin/java", "-Xmx96m", "-cp", p.Program("orders/orders-1.4.2.jar"), "org.springframework.boot.loader.launch.PropertiesLauncher"},
			}
		},
	}
}

// SpringBootWar is an executable war behind a link `current`, with arguments that count before everything.
func SpringBootWar() Server {
	return Server{
		Name: "springboot-war", Kind: "java-springboot", Ports: 18740, Program: ordersBuild, Ready: []int{18740}, Page: "/orders",
		Configure: func(_ context.Context, p Place) error {
			return firstError(
				os.MkdirAll(p.Path("releases/7"), 0o755),
				executableWar(p.Program("orders/orders-1.4.2.jar"), p.Path("releases/7/orders.war")),
				os.Symlink("releases/7", p.Path("current")))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: "/", Env: memoryDatabase(p, fmt.Sprint("SERVER_PORT=", p.Port(9)), "MANAGEMENT_SERVER_PORT=-1"),
				Argv: []string{p.Java + "/bin/java", "-Xmx96m", "-jar", p.Path("current/orders.war"), fmt.Sprint("--server.port=", p.Port(0)), "--server.address=127.0.0.1"},
			}
		},
	}
}

// executableWar makes of an executable jar what Spring Boot's plugin makes of a war: the same below WEB-INF, with WarLauncher.
func executableWar(jar, war string) error {
	in, err := zip.OpenReader(jar)
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // it was only read
	out, err := os.Create(war)
	if err != nil {
		return err
	}
	z := zip.NewWriter(out)
	for _, f := range in.File {
		if strings.HasSuffix(f.Name, ".idx") {
			continue // they name the jar's entries
		}
		if err = moveEntry(z, f); err != nil {
			break
		}
	}
	return errors.Join(err, z.Close(), out.Close())
}

// moveEntry copies an entry as it is stored: nested archives stay uncompressed. The manifest alone is written anew.
func moveEntry(z *zip.Writer, f *zip.File) error {
	r, err := f.Open()
	if err != nil {
		return err
	}
	h := &zip.FileHeader{Name: strings.Replace(f.Name, "BOOT-INF/", "WEB-INF/", 1), Method: f.Method, Modified: f.Modified}
	w, err := z.CreateHeader(h)
	if err != nil {
		return errors.Join(err, r.Close())
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return errors.Join(err, r.Close())
	}
	if f.Name == "META-INF/MANIFEST.MF" {
		var lines []string
		for line := range strings.Lines(string(data)) {
			if !strings.Contains(line, "-Index: ") {
				lines = append(lines, strings.NewReplacer("BOOT-INF/", "WEB-INF/", ".JarLauncher", ".WarLauncher").Replace(line))
			}
		}
		data = []byte(strings.Join(lines, ""))
	}
	_, err = w.Write(data)
	return errors.Join(err, r.Close())
}
