package host

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzLookup holds that both ways find the same, or fail the same, whatever the name.
func FuzzLookup(f *testing.F) {
	f.Add("/opt/current/../climb")
	f.Add("/etc/passwd/.")
	f.Add("/loop1/x")
	f.Add("/dangling/..")
	f.Add("/opt/current/")
	f.Add("/opt/climb/")
	f.Add("//../etc/./passwd")
	f.Add("/pipe/..")
	dir := f.TempDir()
	fillDisk(f, dir)
	a, b, slow := tree(f, dir, openat2), tree(f, dir, walk), tree(f, dir, walk)
	slow.guard.risky, slow.guard.limit = true, patience
	f.Fuzz(func(t *testing.T, name string) {
		if len(name) > 2000 {
			t.Skip("the kernel's limit of a name is not walk's")
		}
		for _, m := range []*machine{b, slow} {
			compare(t, "Lstat", name, a.Lstat, m.Lstat)
			compare(t, "Readlink", name, a.Readlink, m.Readlink)
			compare(t, "ReadDir", name, a.ReadDir, m.ReadDir)
			read := func(m *machine) func(string) ([]byte, error) {
				return func(name string) ([]byte, error) { return ReadFile(m, name, 1000) }
			}
			compare(t, "ReadFile", name, read(a), read(m))
		}
	})
}

func compare[T any](t *testing.T, what, name string, a, b func(string) (T, error)) {
	t.Helper()
	want, err1 := a(name)
	got, err2 := b(name)
	if fmt.Sprint(err1) != fmt.Sprint(err2) {
		t.Fatalf("%s(%q): openat2 says %v, walk %v", what, name, err1, err2)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s(%q) (-openat2 +walk):\n%s", what, name, diff)
	}
}
