package proof

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// parts are the beginnings of package URLs that the list of an application's parts must hold: what it is known to be built with.
func parts(name string) []string {
	return map[string][]string{
		"shop":   {"pkg:maven/com.h2database/h2@"},
		"orders": {"pkg:maven/com.h2database/h2@", "pkg:maven/org.springframework.boot/spring-boot@", "pkg:maven/org.springframework/spring-webmvc@", "pkg:maven/org.apache.tomcat.embed/tomcat-embed-core@"},
		"azmcp":  {"pkg:nuget/Azure.Core@"},
	}[name]
}

// checkParts holds the list of parts against what is known of the application, and the package records in the image against the machine's package manager.
func checkParts(t *testing.T, c Command, j Job) {
	t.Helper()
	dir := filepath.Join(c.Workspace, j.ID, "image")
	data, err := os.ReadFile(filepath.Join(dir, "sbom.cdx.json"))
	if err != nil {
		t.Fatal(err)
	}
	var bom struct {
		Components []struct {
			Type string `json:"type"`
			PURL string `json:"purl"`
		} `json:"components"`
	}
	if err := json.Unmarshal(data, &bom); err != nil {
		t.Fatal(err)
	}
	if len(bom.Components) != j.Image.Components {
		t.Errorf("image.json counts %d components, the list has %d", j.Image.Components, len(bom.Components))
	}
	has := func(prefix string) bool {
		for _, c := range bom.Components {
			if strings.HasPrefix(c.PURL, prefix) {
				return true
			}
		}
		return false
	}
	for _, want := range append(parts(j.App.Name), "pkg:deb/") {
		if !has(want) {
			t.Errorf("the list of parts of %s has no %s…", j.App.Name, want)
		}
	}
	records, err := filepath.Glob(filepath.Join(dir, "context", "*", "0-0", "var/lib/dpkg/status.d", "*"))
	if err != nil || len(records) == 0 {
		t.Fatalf("no package records in the image: %v", err)
	}
	releases, err := filepath.Glob(filepath.Join(dir, "context", "*", "0-0", "etc/os-release"))
	if err != nil || len(releases) != 1 {
		t.Errorf("os-release stands %d times in the image: %v", len(releases), err)
	}
	for _, record := range records {
		checkRecord(t, record)
	}
}

// checkRecord asks dpkg for the package that a record is of.
func checkRecord(t *testing.T, file string) {
	t.Helper()
	record, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Base(file)
	out, err := exec.CommandContext(t.Context(), "dpkg-query", "-W", "-f", "Version: ${Version}\n", name).Output()
	if err != nil {
		t.Errorf("dpkg-query %s: %v", name, err)
		return
	}
	if first, _, _ := strings.Cut(string(out), "\n"); !strings.Contains(string(record), first+"\n") {
		t.Errorf("the record of %s does not say %q", name, first)
	}
}
