package inventory_test

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/inventory"
	"a2c/inventory/host"
)

// watched is a tree that remembers which files were looked at, and how often.
type watched struct {
	host.Tree
	mu   sync.Mutex
	seen map[string]int
}

func (w *watched) note(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen[name]++
}

func (w *watched) Readlink(name string) (string, error) {
	w.note(name)
	return w.Tree.Readlink(name)
}

func (w *watched) ReadDir(name string) ([]host.Entry, error) {
	w.note(name)
	return w.Tree.ReadDir(name)
}

func (w *watched) Open(name string) (host.File, error) {
	w.note(name)
	return w.Tree.Open(name)
}

// Of a process that is no candidate three files are looked at, never its arguments, descriptors or mappings; the tables of sockets are read once
// for a network namespace, and an archive is opened once for all detectors.
func TestOnlyCandidatesAreLookedInto(t *testing.T) {
	var archive strings.Builder
	archive.WriteString("-- proc/stat --\nbtime 1000\n-- proc/1/cmdline ppid=0 start=1 --\ninit\n-- proc/1/exe -> /sbin/init --\n")
	const others = 50
	for pid := 100; pid < 100+others; pid++ {
		fmt.Fprintf(&archive, "-- proc/%[1]d/cmdline ppid=1 start=%[1]d --\nworker\n-- proc/%[1]d/exe -> /usr/bin/worker --\n-- proc/%[1]d/fd/3 -> socket:[%[1]d] --\n", pid)
	}
	for pid := 10; pid < 13; pid++ {
		fmt.Fprintf(&archive, "-- proc/%[1]d/cmdline ppid=1 start=%[1]d --\njava\n-jar\n/opt/%[1]d.jar\n-- proc/%[1]d/exe -> /usr/bin/java --\n-- proc/%[1]d/cwd -> / --\n"+
			"-- proc/%[1]d/fd/3 -> socket:[%[1]d] --\n-- proc/%[1]d/ns/net -> net:[1] --\n-- opt/%[1]d.jar!/META-INF/MANIFEST.MF --\nMain-Class: x.Main\n", pid)
	}
	archive.WriteString("-- proc/10/net/tcp --\n127.0.0.1:8001 LISTEN 10\n127.0.0.1:8002 LISTEN 11\n127.0.0.1:8003 LISTEN 12\n")
	w := &watched{Tree: text(t, archive.String()), seen: map[string]int{}}
	r := run(t, w, inventory.Options{})
	if len(r.Inventory) != 3 {
		t.Fatalf("%d applications", len(r.Inventory))
	}
	tables := 0
	files := map[string]bool{}
	for name, times := range w.seen {
		part := strings.Split(name, "/")
		if len(part) < 4 {
			continue
		}
		if pid, err := strconv.Atoi(part[2]); err == nil && pid >= 100 {
			files[strings.Join(part[3:], "/")] = true
		}
		if path.Base(name) == "tcp" {
			tables += times
		}
	}
	var got []string
	for f := range files {
		got = append(got, f)
	}
	slices.Sort(got)
	if d := cmp.Diff([]string{"exe", "root", "stat"}, got); d != "" {
		t.Errorf("of processes that are no candidates (-want +got)\n%s", d)
	}
	if tables != 1 {
		t.Errorf("the table of TCP sockets was read %d times", tables)
	}
	for _, a := range r.Inventory {
		if len(a.Listeners) != 1 {
			t.Errorf("%s has the listeners %+v", a.Artifact, a.Listeners)
		}
		if n := w.seen[string(a.Artifact)]; n != 1 {
			t.Errorf("%s was opened %d times: the detectors share what one has opened", a.Artifact, n)
		}
	}
}
