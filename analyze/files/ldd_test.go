package files

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/inventory/host"
)

// TestClosureLikeLoader holds the closure of real programs and libraries of this machine against what the loader itself says (ldd(1), which
// runs the loader, not the program).
func TestClosureLikeLoader(t *testing.T) {
	if _, err := exec.LookPath("ldd"); err != nil {
		t.Skip(err)
	}
	tree, err := host.Machine("/")
	if err != nil {
		t.Skip(err)
	}
	var targets []string
	for _, pattern := range []string{
		"/usr/lib/jvm/*/bin/java", "/usr/lib/jvm/*/lib/server/libjvm.so", "/usr/lib/jvm/*/lib/lib[afn]*.so", "/usr/bin/git", "/usr/bin/python3", "/bin/ls",
		"/usr/bin/curl", "/usr/lib/x86_64-linux-gnu/libssl.so.*", "/usr/lib/x86_64-linux-gnu/libicui18n.so.*", "/usr/share/dotnet/shared/Microsoft.NETCore.App/*/lib*.so",
	} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		targets = append(targets, found...)
	}
	if len(targets) == 0 {
		t.Skip("no program to compare with")
	}
	seen := map[string]bool{}
	for _, p := range targets {
		real, err := filepath.EvalSymlinks(p)
		if err != nil || seen[real] {
			continue
		}
		seen[real] = true
		t.Run(real, func(t *testing.T) {
			wantFound, wantMissing, ok := ldd(t, real)
			if !ok {
				t.Skip("ldd says it is not dynamic")
			}
			gotFound, gotMissing := closureOf(t, tree, real)
			if diff := cmp.Diff(wantFound, gotFound); diff != "" {
				t.Errorf("found (-ldd +closure):\n%s", diff)
			}
			if diff := cmp.Diff(wantMissing, gotMissing); diff != "" {
				t.Errorf("missing (-ldd +closure):\n%s", diff)
			}
		})
	}
}

func ldd(t *testing.T, p string) (found, missing []string, ok bool) {
	t.Helper()
	out, err := exec.Command("ldd", p).CombinedOutput()
	if err != nil {
		return nil, nil, false
	}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		switch {
		case len(f) >= 4 && f[1] == "=>" && f[2] == "not":
			missing = append(missing, f[0])
		case len(f) >= 3 && f[1] == "=>":
			found = append(found, f[2])
		case len(f) >= 1 && strings.HasPrefix(f[0], "/"):
			found = append(found, f[0])
		}
	}
	for i, p := range found {
		if found[i], err = filepath.EvalSymlinks(p); err != nil {
			t.Fatal(err)
		}
	}
	return sorted(found), sorted(missing), true
}

func closureOf(t *testing.T, tree host.Tree, real string) (found, missing []string) {
	t.Helper()
	s := NewSet(tree, func(string, host.Info) (string, string) { return "", "" })
	c := NewClosure(s, nil, map[string]bool{})
	c.Add(real)
	if err := c.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	for p, o := range c.objects {
		if p != real && !strings.Contains(p, "/glibc-hwcaps/") {
			found = append(found, p)
		}
		missing = append(missing, o.missing...)
	}
	return sorted(found), sorted(missing)
}

func sorted(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}
