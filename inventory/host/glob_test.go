package host

import (
	"fmt"
	"path"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// TestGlob holds what a pattern matches, and that each folder which could not be looked through is told.
func TestGlob(t *testing.T) {
	tree, err := Text(txtar.Parse([]byte(`
-- etc/a/one.conf --
-- etc/a/two.conf --
-- etc/a/.hidden.conf --
-- etc/b/three.conf --
-- etc/file --
-- etc/c/ err=EACCES --
-- etc/d/ err=EIO --
`)))
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		pattern string
		limit   int
		want    []string
		unread  []string
	}{
		{"/etc/a/one.conf", 9, []string{"/etc/a/one.conf"}, nil},
		{"/none/./x", 9, []string{"/none/x"}, nil},
		{"/etc/a/*.conf", 9, []string{"/etc/a/one.conf", "/etc/a/two.conf"}, nil},
		{"/etc/a/.*", 9, []string{"/etc/a/.hidden.conf"}, nil},
		{"/etc/none/*", 9, nil, nil},
		{"/etc/file/*", 9, nil, nil},
		{"/etc/c/*", 9, nil, []string{"/etc/c: permission denied"}},
		{"/etc/*/*.conf", 9, []string{"/etc/a/one.conf", "/etc/a/two.conf", "/etc/b/three.conf"}, []string{"/etc/c: permission denied", "/etc/d: input/output error"}},
		{"/etc/*/three.conf", 9, []string{"/etc/a/three.conf", "/etc/b/three.conf", "/etc/c/three.conf", "/etc/d/three.conf", "/etc/file/three.conf"}, nil},
		{"/etc/a/*", 1, []string{"/etc/a/one.conf"}, []string{"/etc/a: more than 1 names match: the rest is left out"}},
		{"/etc/a/[", 9, nil, []string{"/etc/a: syntax error in pattern"}},
	} {
		var unread []string
		got := Glob(tree, tc.pattern, tc.limit, func(folder string, err error) {
			unread = append(unread, fmt.Sprintf("%s: %s", path.Clean(folder), Reason(err)))
		})
		if diff := cmp.Diff(tc.want, got) + cmp.Diff(tc.unread, unread); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tc.pattern, diff)
		}
	}
}

func TestCovers(t *testing.T) {
	for _, tt := range []struct {
		pattern, name string
		want          bool
	}{
		{"/opt/a", "/opt/a", true},
		{"/opt/a/", "/opt/a/b/c", true},
		{"/opt/a", "/opt/ab", false},
		{"/", "/x", true},
		{"/opt/*.bak", "/opt/x.bak", true},
		{"/opt/*.bak", "/opt/x.bak/below/it", true},
		{"/opt/*.bak", "/opt/x/y.bak", false},
		{"/opt/*/old", "/opt/x/old/y", true},
		{"/opt/*/old", "/opt/x", false},
		{"/opt/[a]", "/opt/a", true},
		{"/opt/[a]", "/opt/[a]/b", true},
		{"/opt/[", "/opt/x", false},
	} {
		if got := Covers(tt.pattern, tt.name); got != tt.want {
			t.Errorf("Covers(%q, %q) = %v", tt.pattern, tt.name, got)
		}
	}
}
