package parse

import (
	"strings"
)

// SpringBoot is what an executable Spring Boot archive says about itself
// (docs.spring.io: "The Executable Jar Format", "Layering").
type SpringBoot struct {
	StartClass ManifestAttribute // Start-Class
	Version    ManifestAttribute // Spring-Boot-Version; empty before 1.x wrote it
	Launcher   ManifestAttribute // Main-Class: org.springframework.boot.loader(.launch).JarLauncher, WarLauncher, PropertiesLauncher
	Classes    string            // Spring-Boot-Classes: "BOOT-INF/classes/"
	Lib        string            // Spring-Boot-Lib: "BOOT-INF/lib/"
	LayersName string            // Spring-Boot-Layers-Index: "BOOT-INF/layers.idx"; "" when the archive is not layered
}

// SpringBoot reports whether a manifest is that of an executable Spring Boot archive: the launcher or the version names Spring Boot,
// and Start-Class the application. PropertiesLauncher may find the class elsewhere (loader.main), so there it may be missing.
func (m Manifest) SpringBoot() (SpringBoot, bool) {
	s := SpringBoot{Classes: m.Value("Spring-Boot-Classes"), Lib: m.Value("Spring-Boot-Lib"), LayersName: m.Value("Spring-Boot-Layers-Index")}
	s.StartClass, _ = m.Get("Start-Class")
	s.Version, _ = m.Get("Spring-Boot-Version")
	s.Launcher, _ = m.Get("Main-Class")
	launched := SpringBootLauncher(s.Launcher.Value)
	if !launched && (s.Version.Value == "" || s.StartClass.Value == "") {
		return SpringBoot{}, false
	}
	return s, true
}

// SpringBootLauncher reports whether a class is one of Spring Boot's launchers: org.springframework.boot.loader.JarLauncher up to 3.1,
// org.springframework.boot.loader.launch.JarLauncher since 3.2.
func SpringBootLauncher(class string) bool {
	rest, ok := strings.CutPrefix(class, "org.springframework.boot.loader.")
	return ok && strings.HasSuffix(rest, "Launcher")
}

// SpringLayer is one layer of layers.idx, from what changes least to what changes most.
type SpringLayer struct {
	Name  string
	Paths []string // entries, or prefixes when they end with "/"
}

// ReadSpringLayers reads layers.idx as Spring Boot's own tools do: line by line, not as YAML in general.
//
//   - "dependencies":
//   - "BOOT-INF/lib/"
//   - "application":
//   - "BOOT-INF/classes/"
func ReadSpringLayers(data []byte) ([]SpringLayer, error) {
	var layers []SpringLayer
	for n := 1; len(data) > 0; n++ {
		var raw []byte
		raw, data = cutLine(data)
		line := string(raw)
		switch {
		case strings.TrimSpace(line) == "":
		case strings.HasPrefix(line, `- "`) && strings.HasSuffix(line, `":`) && len(line) >= 5:
			layers = append(layers, SpringLayer{Name: line[3 : len(line)-2]})
		case strings.HasPrefix(line, `  - "`) && strings.HasSuffix(line, `"`) && len(line) >= 6 && len(layers) > 0:
			last := &layers[len(layers)-1]
			last.Paths = append(last.Paths, line[5:len(line)-1])
		default:
			return nil, syntaxf(n, "neither a layer nor a path: %q", excerpt(line))
		}
	}
	return layers, nil
}

// ReadSpringClasspath reads classpath.idx: the order in which the nested jars stand on the class path.
//
//   - "BOOT-INF/lib/spring-web-6.1.jar"
func ReadSpringClasspath(data []byte) ([]string, error) {
	var paths []string
	for n := 1; len(data) > 0; n++ {
		var raw []byte
		raw, data = cutLine(data)
		line := strings.TrimSpace(string(raw))
		if line == "" {
			continue
		}
		if !strings.HasPrefix(line, `- "`) || !strings.HasSuffix(line, `"`) || len(line) < 4 {
			return nil, syntaxf(n, "no path: %q", excerpt(line))
		}
		paths = append(paths, line[3:len(line)-1])
	}
	return paths, nil
}
