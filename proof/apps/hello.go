package apps

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Hello is the smallest Spring Boot application that answers (testdata/apps/hello): one archive, nothing beside it.
func Hello() App {
	java, _ := JavaHome() // its absence is said when the archive is built
	return hello("hello", 8, java)
}

// FromItself is the name of HelloFromItself.
const FromItself = "hello-itself"

// HelloFromItself is Hello on a JDK that has no module files and links from itself (JEP 493), for which the machine has to have one; false: it has none.
func HelloFromItself() (App, bool) {
	found, err := filepath.Glob("/usr/lib/jvm/*/release")
	if err != nil {
		return App{}, false
	}
	for _, release := range found {
		home := filepath.Dir(release)
		if _, err := os.Stat(filepath.Join(home, "jmods")); err != nil && feature(release) >= 24 {
			return hello(FromItself, 9, home), true
		}
	}
	return App{}, false
}

// feature reads JAVA_VERSION="25.0.3" of a runtime's file release.
func feature(release string) int {
	text, err := os.ReadFile(release)
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(text), `JAVA_VERSION="`)
	n, _ := strconv.Atoi(after[:max(0, strings.IndexAny(after, `."`))]) // 0: not known
	return n
}

func hello(name string, offset int, java string) App {
	return App{
		Name: name, Title: "Spring Boot hello world on " + filepath.Base(java), Kind: "java-springboot",
		Listens: []Listen{{Offset: offset, Purpose: "http"}},
		Asks:    []Ask{{Path: "/", Status: 200, Why: "the controller"}},
		Tools:   []Tool{jdk(), maven()},
		Program: func(ctx context.Context, s *Site) error {
			return s.Build(ctx, "hello", s.path("opt", name), []string{"hello-1.0.jar"})
		},
		Configure: func(s *Site) error { return freshFolder(s.path("var/lib", name), s.path("var/log", name)) },
		Command: func(s *Site) Command {
			return Command{
				Dir: s.path("var/lib", name), Env: []string{"PATH=/usr/bin:/bin", "LANG=C.UTF-8"},
				Argv: []string{
					filepath.Join(java, "bin", "java"), "-Xmx128m", "-XX:+UseSerialGC", "-jar", s.path("opt", name, "hello-1.0.jar"),
					fmt.Sprint("--server.port=", s.state.PortBase+offset), "--server.address=127.0.0.1",
				},
			}
		},
		Residue: []string{"/tmp/hsperfdata_a2c-demo-" + name},
	}
}
