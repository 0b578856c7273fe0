package files

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTree holds a tree against a map, with names that sort differently before a slash.
func TestTree(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	elements := []string{"a", "a-b", "a.txt", "a0", "ab", "b", "\xff", "a\x01", "long " + strings.Repeat("x", 250), "ä"}
	for range 200 {
		var tr tree
		want := map[string]*entry{}
		for range 60 {
			p := ""
			for range 1 + r.IntN(4) {
				p += "/" + elements[r.IntN(len(elements))]
			}
			if r.IntN(40) == 0 {
				p = "/"
			}
			if have := tr.get(p); have != want[p] {
				t.Fatalf("get(%q) = %p, want %p", p, have, want[p])
			}
			switch {
			case want[p] == nil || r.IntN(10) == 0:
				e := tr.fresh()
				tr.put(p, e)
				want[p] = e
			case r.IntN(10) == 0 && p != "/":
				tr.forget(p)
				for have := range want {
					if strings.HasPrefix(have, p+"/") {
						delete(want, have)
					}
				}
			}
		}
		var sorted, below []string
		for p := range want {
			sorted = append(sorted, p)
			if strings.HasPrefix(p, "/a/") {
				below = append(below, p)
			}
		}
		slices.Sort(sorted)
		slices.Sort(below)
		var got, gotBelow []string
		for at := range tr.each() {
			got = append(got, at.path())
			if at.entry != want[at.path()] {
				t.Fatalf("another entry at %q", at.path())
			}
		}
		for at := range tr.in("/a") {
			gotBelow = append(gotBelow, at.path())
		}
		if d := cmp.Diff(sorted, got) + cmp.Diff(below, gotBelow); d != "" {
			t.Fatalf("in order (-want +got)\n%s", d)
		}
	}
}

// TestTreeNames holds that names of any length are kept, and that what is no path is not there.
func TestTreeNames(t *testing.T) {
	var tr tree
	long := "/" + strings.Repeat("n", 4000)
	for i := range 100 {
		tr.put(fmt.Sprintf("%s%03d", long, i), tr.fresh())
	}
	n := 0
	for at := range tr.each() {
		if want := fmt.Sprintf("%s%03d", long, n); at.path() != want || tr.get(want) != at.entry {
			t.Fatalf("the %dth is %q", n, at.path())
		}
		n++
	}
	for _, p := range []string{"", "a", "a/b", "/", "/n", long, long + "000/", long + "000/x"} {
		if tr.get(p) != nil {
			t.Errorf("%.20q is there", p)
		}
	}
	if n != 100 {
		t.Errorf("%d entries", n)
	}
	for range tr.each() {
		break
	}
}
