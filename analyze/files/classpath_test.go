package files

import (
	"os"
	"path/filepath"
	"testing"

	"a2c/analyze/config"
	"a2c/inventory/host"
)

// TestClassPathOverLinks holds that an archive of the class path is one whatever links a walk has come by: here the server stands behind one, and the folder
// of all servers behind another, which the class path takes and the working folder does not.
func TestClassPathOverLinks(t *testing.T) {
	top := t.TempDir()
	bin := filepath.Join(top, "data/programs/server-9/bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"bootstrap.jar", "juli.jar", "daemon.jar", "old.jar"} {
		if err := os.WriteFile(filepath.Join(bin, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, target := range map[string]string{"servers": "data", "data/current": "programs/server-9"} {
		if err := os.Symlink(target, filepath.Join(top, name)); err != nil {
			t.Fatal(err)
		}
	}
	tree, err := host.Machine(top)
	if err != nil {
		t.Fatal(err)
	}
	c := &collector{in: Input{Config: &config.Config{}}, set: NewSet(tree, nil), named: map[string]bool{}}
	for _, name := range []string{"bootstrap.jar", "juli.jar", "daemon.jar"} {
		c.in.Config.References = append(c.in.Config.References, config.Reference{Path: "/servers/current/bin/" + name, Reason: "config: entry 1 of the class path"})
	}
	p := c.classPath()
	for name, want := range map[string]bool{
		"/data/current/bin/bootstrap.jar": false, "/servers/current/bin/juli.jar": false, "/data/programs/server-9/bin/daemon.jar": false,
		"/data/current/bin/old.jar": true, "/data/programs/server-9/bin/old.jar": true,
	} {
		if got := p.off(name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
