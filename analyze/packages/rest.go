package packages

import (
	"context"
	"path"
	"slices"
	"strings"

	"a2c/analyze/subject"
	"a2c/inventory/host"
)

// Rest lists what belongs to some packages beside what is known, at or below a path: path to package, as Owners names it. A folder below /usr in which
// no other package has something stands for all below it. What cannot be read Owners has said.
func Rest(ctx context.Context, t host.Tree, labels map[string]bool, known func(path string) bool) (map[string]string, error) {
	if len(labels) == 0 {
		return nil, nil
	}
	r := rest{labels: labels, owner: map[string]string{}, shared: map[string]bool{}, others: map[string]bool{}, holds: map[string]bool{}, known: known}
	f := &finder{tree: t}
	if err := f.each(ctx, r.see); err != nil {
		return nil, err
	}
	return r.list(), nil
}

type rest struct {
	labels map[string]bool
	owner  map[string]string
	shared map[string]bool // of several of these packages
	others map[string]bool // folders with something of other packages in them
	holds  map[string]bool // folders with something of these packages in them
	known  func(path string) bool
}

func (r *rest) see(file, label string) {
	switch {
	case !strings.HasPrefix(file, "/") || path.Clean(file) != file:
	case !r.labels[label]:
		for dir := path.Dir(file); len(dir) > 1 && !r.others[dir]; dir = path.Dir(dir) {
			r.others[dir] = true
		}
	case r.owner[file] == "":
		r.owner[file] = label
	case r.owner[file] != label:
		r.shared[file] = true
	}
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
		case !r.shared[p] && !r.others[p] && subject.Under(p, "/usr"):
			out[p], stands = r.owner[p], p
		}
	}
	return out
}
