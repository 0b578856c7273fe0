package detect

import (
	"path"
	"slices"
	"strings"
	"testing"
)

// Every product is named once, by a class or an archive that is no other's, and its usual ports have purposes that the model knows.
func TestProducts(t *testing.T) {
	known := []string{"http", "https", "ajp", "shutdown", "jmx", "debug", "management", "grpc", "cluster", "metrics", "messaging", "database", "ssh", "iiop", "naming"}
	seen := map[string]string{}
	for _, p := range products() {
		if p.name == "" || p.source == "" || len(p.main)+len(p.jar) == 0 {
			t.Errorf("%+v: a name, a source and a class or an archive are wanted", p)
		}
		for _, sign := range slices.Concat([]string{p.name}, p.main, p.jar) {
			if other := seen[sign]; other != "" {
				t.Errorf("%s is of %s and of %s", sign, p.name, other)
			}
			seen[sign] = p.name
		}
		for _, pattern := range p.jar {
			if _, err := path.Match(pattern, "x.jar"); err != nil || strings.HasPrefix(pattern, "*") {
				t.Errorf("%s: the archive %s: %v", p.name, pattern, err)
			}
		}
		for _, class := range p.main {
			if strings.ContainsAny(class, "/ ") || !strings.Contains(class, ".") {
				t.Errorf("%s: %q is no class", p.name, class)
			}
		}
		words := strings.Fields(p.usual)
		for i := 0; i < len(words); i += 2 {
			if number(words[i]) == 0 || i+1 == len(words) || !slices.Contains(known, words[i+1]) {
				t.Errorf("%s: usual port %v", p.name, words[i:])
			}
		}
	}
}
