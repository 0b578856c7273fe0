package containerize

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"a2c/containerize/build"
	"a2c/containerize/layer"
	"a2c/inventory/host"
	"a2c/model"
)

// asked notes which folders of the context a builder was to copy.
type asked struct {
	plain
	layers *[]string
}

func (a asked) Build(ctx context.Context, s build.Spec) (build.Made, error) {
	text, err := os.ReadFile(s.Dockerfile)
	if err != nil {
		return build.Made{}, err
	}
	*a.layers = nil
	for line := range strings.Lines(string(text)) {
		if words := strings.Fields(line); len(words) == 4 && words[0] == "COPY" {
			*a.layers = append(*a.layers, words[2])
		}
	}
	return a.plain.Build(ctx, s)
}

// changed is the fixture with other content of the same size and time.
func changed(t *testing.T, file, from, to string) host.Tree {
	t.Helper()
	a, err := txtar.ParseFile(filepath.Join("testdata", "tomcat.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range a.Files {
		if strings.HasPrefix(a.Files[i].Name, file) {
			a.Files[i].Data = bytes.Replace(a.Files[i].Data, []byte(from), []byte(to), 1)
		}
	}
	tree, err := host.Text(a)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func TestLayersOfTheLastImage(t *testing.T) {
	dir, layers := filepath.Join(t.TempDir(), "image"), []string(nil)
	run := func(dir string, tree host.Tree, force bool) model.Image {
		t.Helper()
		o := options(t)
		o.Dir, o.Builder, o.Force = dir, asked{layers: &layers}, force
		o.Tree, o.Files = tree, seq(list(t, tree))
		img, err := Run(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		return img
	}
	run(dir, fixture(t, "tomcat.txtar"), false)
	all := layers
	server := func(name string) bool { return strings.HasPrefix(name, "30-server/") }
	other := changed(t, "opt/tomcat/bin/bootstrap.jar", "boot", "tool")
	img := run(dir, other, false)
	if len(layers) == 0 || len(layers) == len(all) || !server(layers[0]) || !server(layers[len(layers)-1]) {
		t.Errorf("built again: %q of %q", layers, all)
	}
	last, oci := (&runner{o: Options{Dir: dir}}).last().Layout, filepath.Join(dir, "oci")
	if err := layer.Intact(oci, last, layer.Whole(t.Context(), oci, last, nil)); err != nil {
		t.Error(err)
	}
	whole := run(filepath.Join(t.TempDir(), "other"), other, false)
	if img.Digest != whole.Digest || img.Size != whole.Size || img.Uncompressed != whole.Uncompressed {
		t.Errorf("with layers of the last image %+v, without %+v", img, whole)
	}
	if d := cmp.Diff(whole.Layers, img.Layers); d != "" {
		t.Errorf("layers (-without +with those of the last image):\n%s", d)
	}

	damage(t, filepath.Join(dir, "oci"), img) // the runtime's
	again := run(dir, fixture(t, "tomcat.txtar"), false)
	if len(layers) == 0 || !strings.HasPrefix(layers[0], "10-runtime/") || again.Digest == whole.Digest {
		t.Errorf("with a damaged layer built again: %q", layers)
	}
	if run(dir, fixture(t, "tomcat.txtar"), true); !cmp.Equal(layers, all) {
		t.Errorf("by force built again: %q of %q", layers, all)
	}
}

// swapped gives other content of the same size than was put in.
type swapped struct{ plain }

func (s swapped) Build(ctx context.Context, spec build.Spec) (build.Made, error) {
	ready := spec.Ready
	spec.Ready = func(l build.RawLayer) error {
		text, rerr := os.ReadFile(l.File)
		werr := os.WriteFile(l.File, bytes.Replace(text, []byte("boot\n"), []byte("tool\n"), 1), 0o600)
		return errors.Join(rerr, werr, ready(l))
	}
	return s.plain.Build(ctx, spec)
}

func TestOtherContentCameOut(t *testing.T) {
	o := options(t)
	o.Builder = swapped{}
	if _, err := Run(t.Context(), o); !errors.Is(err, layer.ErrDiffers) || !strings.Contains(err.Error(), "/opt/tomcat/bin/bootstrap.jar came out with other content") {
		t.Errorf("got %v", err)
	}
}
