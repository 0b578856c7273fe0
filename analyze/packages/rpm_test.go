package packages_test

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/analyze/packages"
	"a2c/inventory/host"
)

// TestOwnersRPM lays each of rpm's databases where a system has it. The package "late" stands only in SQLite's write-ahead log.
func TestOwnersRPM(t *testing.T) {
	tool := map[string]string{"/usr/bin/tool": "tool 7:2.1-3.el9.noarch"}
	late := map[string]string{"/usr/bin/tool": "tool 7:2.1-3.el9.noarch", "/usr/bin/late": "late 4-1.noarch"}
	for _, c := range []struct {
		dir   string
		files []string
		want  map[string]string
	}{
		{"var/lib/rpm", []string{"rpmdb.sqlite"}, tool},
		{"usr/lib/sysimage/rpm", []string{"rpmdb.sqlite", "rpmdb.sqlite-wal"}, late},
		{"usr/lib/sysimage/rpm", []string{"Packages.db"}, tool},
		{"var/lib/rpm", []string{"Packages"}, tool},
		{"var/lib/rpm", nil, map[string]string{}},
	} {
		root := t.TempDir()
		for _, name := range c.files {
			unpack(t, filepath.Join("../../parse/testdata/rpm", name+".gz"), filepath.Join(root, c.dir, name))
		}
		tree, err := host.Machine(root)
		if err != nil {
			t.Fatal(err)
		}
		got, skips, err := packages.Owners(t.Context(), tree, func(p string) bool { return filepath.Dir(p) == "/usr/bin" && p != "/usr/bin/small" })
		if err != nil || len(skips) > 0 {
			t.Errorf("%s %v: skips %v, error %v", c.dir, c.files, skips, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s %v: owners (-want +got):\n%s", c.dir, c.files, diff)
		}
	}
}

func unpack(t *testing.T, from, to string) {
	t.Helper()
	f, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, data, 0o644); err != nil {
		t.Fatal(err)
	}
}
