package packages

import (
	"context"
	"path"
	"slices"
	"strings"

	"a2c/analyze/subject"
	"a2c/inventory/host"
)

// Rest lists what belongs to some packages beside what is known, at or below a path: path to package, as Owners names it. A folder below /usr that is
// one package's alone stands for all below it. What cannot be read Owners has said.
func Rest(ctx context.Context, t host.Tree, labels map[string]bool, known func(path string) bool) (map[string]string, error) {
	if len(labels) == 0 {
		return nil, nil
	}
	r := rest{owner: map[string]string{}, shared: map[string]bool{}, holds: map[string]bool{}, known: known}
	f := &finder{tree: t}
	err := f.each(ctx, labels, func(file, label string) {
		if strings.HasPrefix(file, "/") && path.Clean(file) == file && r.owner[file] == "" {
			r.owner[file] = label
		}
	})
	if err != nil {
		return nil, err
	}
	err = f.each(ctx, nil, func(file, label string) {
		if owner := r.owner[file]; owner != "" && owner != label {
			r.shared[file] = true
		}
	})
	return r.list(), err
}

type rest struct {
	owner  map[string]string
	shared map[string]bool // of several packages
	holds  map[string]bool // folders with something of the packages in them
	known  func(path string) bool
}

func (r *rest) list() map[string]string {
	for p := range r.owner {
		r.holds[path.Dir(p)] = true
	}
	var names []string
	for p := range r.owner {
		names = append(names, p+"/") // so that a folder comes directly before what is in it
	}
	slices.Sort(names)
	out := map[string]string{}
	stands := "" // the folder that stands for what comes next
	for _, p := range names {
		p = strings.TrimSuffix(p, "/")
		switch {
		case path.Dir(p) == "/" || r.known(p) || stands != "" && subject.Under(p, stands):
		case !r.holds[p]:
			out[p] = r.owner[p]
		case !r.shared[p] && subject.Under(p, "/usr"):
			out[p], stands = r.owner[p], p
		}
	}
	return out
}
