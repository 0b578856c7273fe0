package host

import (
	"io"
	"testing"

	"golang.org/x/tools/txtar"
)

// TestOver holds that a name that leads elsewhere is looked at and opened there, and every other one where it was.
func TestOver(t *testing.T) {
	trees := make([]Tree, 2)
	for i, text := range []string{"-- opt/a --\nold\n-- opt/b --\nb\n", "-- far/7 --\nrecovered\n"} {
		tree, err := Text(txtar.Parse([]byte(text)))
		if err != nil {
			t.Fatal(err)
		}
		trees[i] = tree
	}
	o := Over(trees[0], trees[1], map[string]string{"/opt/gone": "/far/7", "/opt/lost": "/far/8"})
	for name, want := range map[string]string{"/opt/b": "b\n", "/opt/gone": "recovered\n", "/opt/lost": "", "/opt/none": ""} {
		info, err := o.Lstat(name)
		if (err == nil) != (want != "") || info.Size != int64(len(want)) {
			t.Errorf("Lstat(%s) = %+v, %v", name, info, err)
		}
		f, err := o.Open(name)
		if (err == nil) != (want != "") {
			t.Errorf("Open(%s): %v", name, err)
		}
		if err != nil {
			continue
		}
		if got, err := io.ReadAll(f); string(got) != want || err != nil {
			t.Errorf("%s holds %q, %v", name, got, err)
		}
		f.Close()
	}
}
