package proof

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestCamera changes one thing of each kind below a folder and demands that the pictures differ in just these.
func TestCamera(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return file
	}
	same, edited, mode, gone := write("a/same", "1"), write("a/edited", "1234"), write("a/mode", "1"), write("a/gone", "1")
	log := write("logs/app.log", "1")
	c := camera{hashed: []string{filepath.Join(dir, "a"), filepath.Join(dir, "logs")}, except: []string{filepath.Join(dir, "logs", "*.log")}}
	files := func() picture {
		p := picture{}
		for _, d := range c.hashed {
			c.files(t, p, d, true)
		}
		return p
	}
	before := files()
	if diff := differences(before, files()); len(diff) > 0 {
		t.Fatalf("nothing happened, but: %s", strings.Join(diff, "\n"))
	}
	info, err := os.Stat(edited)
	if err != nil {
		t.Fatal(err)
	}
	write("a/edited", "4321") // the same size, and the old time put back
	if err := os.Chtimes(edited, time.Time{}, info.ModTime()); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(mode, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(gone); err != nil {
		t.Fatal(err)
	}
	fresh := write("a/new", "1")
	if err := os.WriteFile(log, []byte("more"), 0o644); err != nil {
		t.Fatal(err)
	}
	diff := strings.Join(differences(before, files()), "\n")
	for _, want := range []string{"changed: file " + edited, "changed: file " + mode, "gone: file " + gone, "new: file " + fresh} {
		if !strings.Contains(diff, want) {
			t.Errorf("not seen: %s", want)
		}
	}
	for _, not := range []string{same, log} {
		if strings.Contains(diff, not) {
			t.Errorf("%s is reported, although it is the same or a named exception", not)
		}
	}
}

// TestPictureOfThisMachine takes the parts that need no root twice: they hold something, and a mount, setting or process shows.
func TestPictureOfThisMachine(t *testing.T) {
	p := picture{}
	p.mounts(t)
	p.sysctls(t)
	p.processes(t)
	p.sockets(t)
	for _, kind := range []string{"mount ", "sysctl kernel/", "process ", "namespace mnt:"} {
		found := false
		for name := range p {
			found = found || strings.HasPrefix(name, kind)
		}
		if !found {
			t.Errorf("the picture holds nothing that begins with %q", kind)
		}
	}
}
