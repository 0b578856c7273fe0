package files

import (
	"bytes"
	"slices"
	"testing"
	"unicode/utf16"
)

// FuzzNameTree holds the tree against a plain search.
func FuzzNameTree(f *testing.F) {
	f.Add([]byte("xSystem.Data.Entity, V\x00S\x00y\x00"), "System.Data", "System")
	f.Add([]byte("\x01S\x00y\x00s\x00t\x00e\x00m\x00"), "System", "Sys")
	f.Add([]byte("aab"), "ab", "b")
	f.Add([]byte("\xc3\xa4"), "ä", "a")
	f.Fuzz(func(t *testing.T, data []byte, a, b string) {
		var tree nameTree
		var want []string
		for _, name := range []string{a, b} {
			if !tree.add(name) || name == "" {
				continue
			}
			wide := make([]byte, 0, 2*len(name))
			for _, c := range utf16.Encode([]rune(name)) {
				wide = append(wide, byte(c), byte(c>>8))
			}
			if bytes.Contains(data, []byte(name)) || bytes.Contains(data, wide) {
				want = append(want, name)
			}
		}
		var got []string
		tree.in(data, func(name string) { got = append(got, name) })
		slices.Sort(got)
		slices.Sort(want)
		if got, want := slices.Compact(got), slices.Compact(want); !slices.Equal(got, want) {
			t.Errorf("found %q, want %q", got, want)
		}
	})
}
