package workspace

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"

	"github.com/rogpeppe/go-internal/diff"
)

// DiffGenerated is the unified diff from the files that are there to those that WriteGenerated would write; "" when nothing would change. Against what the
// user changed it shows what would be put beside.
func (w *Workspace) DiffGenerated(id, target string, files map[string][]byte) (string, error) {
	g, err := w.generation(id, target, files, Made{})
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(g.files)) {
		there, err := w.read(path.Join(id, name))
		from, to := "now/"+name, "new/"+name
		switch {
		case errors.Is(err, fs.ErrNotExist):
			from = "/dev/null"
		case err != nil:
			return "", err
		case !w.force && slices.Contains(g.edited, name):
			to += beside
		}
		b.Write(diff.Diff(from, there, to, g.files[name]))
	}
	for _, name := range g.gone {
		there, err := w.read(path.Join(id, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		if err == nil && (w.force || !slices.Contains(g.edited, name)) {
			b.Write(diff.Diff("now/"+name, there, "/dev/null", nil))
		}
	}
	return b.String(), nil
}
