package containerize

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"a2c/containerize/layer"
	"a2c/model"
)

// deep is a path of n bytes.
func deep(n int) string {
	name := "/opt"
	for len(name)+251 < n-1 {
		name += "/" + strings.Repeat("d", 250)
	}
	return name + "/" + strings.Repeat("f", n-len(name)-1)
}

// A path that is longer than PATH_MAX together with the context's own folder is no edit of the user's.
func TestDeepContextIsNotEdited(t *testing.T) {
	p := bare(t, "/bin/app")
	name := deep(4000)
	if err := p.put(layer.Entry{Path: model.Path(name), Mode: 0o644}, model.GroupApplication, []byte("x")); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), strings.Repeat("w", 100))
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := p.writeContext(t.Context(), dir, "", 1, func(int64) {}); err != nil {
		t.Fatal(err)
	}
	if differs, err := p.differs(dir); differs || err != nil {
		t.Errorf("differs: %v, %v", differs, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if err := root.WriteFile("50-application/0-0"+filepath.Dir(name)+"/mine", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if differs, err := p.differs(dir); !differs || err != nil {
		t.Errorf("with a file of the user's: differs: %v, %v", differs, err)
	}
	if _, err := p.differs(dir + "/nowhere"); err == nil {
		t.Error("a context that cannot be read is taken for one")
	}
}

func TestNameable(t *testing.T) {
	for n, want := range map[int]string{4013: "", 4014: "has 4014 bytes, and a builder can copy one of at most 4013 there: leave it out"} {
		p := bare(t, "/bin/app")
		p.items[model.Path(deep(n))] = &item{Entry: layer.Entry{Path: model.Path(deep(n)), Kind: layer.File}, name: model.GroupApplication}
		if err := p.nameable(); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}
