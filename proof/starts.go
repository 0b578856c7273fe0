package proof

import (
	"archive/zip"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"a2c/model"
	"a2c/proof/apps"
)

// Starts shows that inventory knows an application in whatever way it was started: unpacked, with its libraries beside it, by an argument
// file, under a shell that waits, under commons-daemon's jsvc with its controller.
func Starts() Proof {
	return Proof{
		Name: "starts", Needs: []Need{Root, AMD64, Packages}, Budget: 3 * time.Minute,
		Install: func(t *testing.T, b *Bench) {
			InstallApps(apps.Orders(), apps.Shop())(t, b)
			if err := apps.Ensure(t.Context(), b.Log, []apps.Tool{apps.Jsvc()}); err != nil {
				t.Fatal(err)
			}
		},
		Run: func(t *testing.T, b *Bench) {
			s := newStarts(t, b)
			list := s.cases()
			for i := range list {
				s.start(&list[i])
			}
			for i := range list {
				s.wait(list[i])
			}
			c := b.Command(filepath.Join(s.dir, "workspace"))
			c.Run(t, []int{exitDone, exitNotAllSeen}, "inventory", "-o", "json")
			var found model.Inventory
			readJSON(t, filepath.Join(c.Workspace, "inventory.json"), &found)
			for _, one := range list {
				t.Run(one.name, func(t *testing.T) { one.check(t, found) })
			}
		},
	}
}

type starts struct {
	t                *testing.T
	b                *Bench
	dir              string
	java, jar        string
	tomcat, userName string
}

func newStarts(t *testing.T, b *Bench) *starts {
	site := b.Site(t)
	s := &starts{t: t, b: b, dir: b.Scratch(t, "starts"), java: apps.Orders().Command(site).Argv[0], userName: apps.Orders().User()}
	s.jar = filepath.Join(b.Dir, "demo", "opt", "orders", "orders.jar")
	found, err := filepath.Glob(filepath.Join(b.Dir, "demo", "opt", "tomcat-*", "bin", "bootstrap.jar"))
	if err != nil || len(found) == 0 {
		t.Fatalf("no Tomcat in the demo's folder: %v", err)
	}
	s.tomcat = filepath.Dir(filepath.Dir(found[0]))
	for _, dir := range []string{s.dir, filepath.Dir(s.dir)} { // the application's user has to enter
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func (s *starts) path(elem ...string) string {
	return filepath.Join(append([]string{s.dir}, elem...)...)
}

// cases prepares the files of every way to start.
func (s *starts) cases() []startCase {
	class := s.unpack("exploded")
	s.write("options", fmt.Sprintf("-Xmx128m # a comment\n-cp %q\n", s.path("exploded/BOOT-INF/classes")+":"+s.path("exploded/BOOT-INF/lib/*")))
	s.write("site/application.yml", "server:\n  address: localhost\n")
	s.run(s.java, "-Djarmode=tools", "-jar", s.jar, "extract", "--destination", s.path("extracted"))
	extracted, err := filepath.Glob(s.path("extracted/*.jar"))
	if err != nil || len(extracted) != 1 {
		s.t.Fatalf("extracted: %v, %v", extracted, err)
	}
	list := []startCase{{
		name: "unpacked", dir: s.path("exploded"), argv: []string{s.java, "-Xmx128m", "org.springframework.boot.loader.launch.JarLauncher"},
		env: []string{"SERVER_ADDRESS=127.0.0.1"}, processes: 1,
		artifact: s.path("exploded"), base: s.path("exploded"), mechanism: "spring-property", value: "127.0.0.1", evidence: "env SERVER_ADDRESS of PID",
	}, {
		name: "extracted", dir: s.path("extracted"), argv: []string{s.java, "-Xmx128m", "-Dserver.address=127.0.0.1", "-jar", filepath.Base(extracted[0])}, processes: 1,
		artifact: extracted[0], base: s.path("extracted"), mechanism: "spring-property", value: "127.0.0.1", evidence: "argv[2] of PID",
	}, {
		name: "argument_file", dir: s.dir, argv: []string{s.java, "@options", class, "--spring.config.additional-location=site/"}, processes: 1,
		artifact: s.path("exploded/BOOT-INF/classes"), base: s.path("exploded"), mechanism: "spring-property", value: "localhost", file: s.path("site/application.yml"),
	}, {
		name: "shell_that_waits", dir: s.dir, argv: []string{"/bin/sh", "-c", s.java + " -Xmx128m -jar " + s.jar + " --server.address=127.0.0.1; exit 7"}, processes: 2,
		artifact: s.jar, base: filepath.Dir(s.jar), mechanism: "spring-property", value: "127.0.0.1", evidence: "argv[4] of PID",
	}}
	for i := range list {
		c := &list[i]
		c.kind, c.user, c.port = "java-springboot", s.userName, s.freePort()
		c.env = append(c.env, "SERVER_PORT="+strconv.Itoa(c.port), "MANAGEMENT_SERVER_PORT=-1", "SPRING_DATASOURCE_URL=jdbc:h2:mem:"+c.name, "SPRING_DATASOURCE_PASSWORD=")
	}
	return append(list, s.jsvc())
}

// jsvc prepares a Tomcat instance for commons-daemon. Its shutdown port stays closed: the controller ends it by a signal.
func (s *starts) jsvc() startCase {
	port := s.freePort()
	s.write("tomcat/conf/server.xml", fmt.Sprintf(`<Server port="-1">
  <Service name="Catalina">
    <Connector port="%d" address="127.0.0.1"/>
    <Engine name="Catalina" defaultHost="localhost"><Host name="localhost"/></Engine>
  </Service>
</Server>
`, port))
	s.write("tomcat/conf/web.xml", "<web-app/>\n")
	s.write("tomcat/webapps/hello/index.html", "hello\n")
	s.write("tomcat/temp/keep", "")
	s.run("chown", "-R", s.userName, s.path("tomcat"))
	bin := filepath.Join(s.tomcat, "bin")
	return startCase{
		name: "jsvc", dir: "/", port: port, processes: 2, kind: "java-tomcat", webApp: "hello",
		argv: []string{
			"/usr/bin/jsvc", "-nodetach", "-java-home", filepath.Dir(filepath.Dir(s.java)), "-user", s.userName, "-pidfile", s.path("jsvc.pid"),
			"-Dcatalina.home=" + s.tomcat, "-Dcatalina.base=" + s.path("tomcat"), "-Djava.io.tmpdir=" + s.path("tomcat/temp"),
			"-cp", filepath.Join(bin, "bootstrap.jar") + ":" + filepath.Join(bin, "tomcat-juli.jar") + ":" + filepath.Join(bin, "commons-daemon.jar"),
			"org.apache.catalina.startup.Bootstrap",
		},
		artifact: s.path("tomcat"), base: s.path("tomcat"), mechanism: "tomcat-connector", value: "127.0.0.1", file: s.path("tomcat/conf/server.xml"),
	}
}

// unpack unpacks the application's jar and returns its main class.
func (s *starts) unpack(dir string) string {
	z, err := zip.OpenReader(s.jar)
	if err != nil {
		s.t.Fatal(err)
	}
	defer z.Close() //nolint:errcheck // it was only read
	class := ""
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			s.t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			s.t.Fatal(err)
		}
		if f.Name == "META-INF/MANIFEST.MF" {
			_, rest, _ := strings.Cut(string(data), "Start-Class: ")
			class, _, _ = strings.Cut(rest, "\r")
		}
		s.write(filepath.Join(dir, f.Name), string(data))
	}
	return class
}

func (s *starts) write(name, text string) {
	s.t.Helper()
	if err := os.MkdirAll(filepath.Dir(s.path(name)), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(s.path(name), []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

func (s *starts) run(argv ...string) {
	s.t.Helper()
	if out, err := exec.CommandContext(s.t.Context(), argv[0], argv[1:]...).CombinedOutput(); err != nil {
		s.t.Fatalf("%s: %v\n%s", strings.Join(argv, " "), err, out)
	}
}

func (s *starts) freePort() int {
	s.t.Helper()
	l, err := new(net.ListenConfig).Listen(s.t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
