package cmd

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"a2c/inventory/detect"
	"a2c/model"
	"a2c/parse"
)

// filter chooses what an inventory shows: of each kind that is given, one value has to fit.
type filter struct {
	types []string // names of kinds, or patterns of them (path.Match)
	users []string // names or numbers
	ports []int
}

// check refuses what can fit nothing.
func (f filter) check() error {
	for _, p := range f.ports {
		if p < 1 || p > 65535 {
			return fmt.Errorf("--port %d is no port: 1 to 65535", p)
		}
	}
	var kinds []string
	for _, d := range detect.All() {
		kinds = append(kinds, d.Name())
	}
	for _, t := range f.types {
		if _, err := path.Match(t, ""); err != nil {
			return fmt.Errorf("--type %q is no pattern: %w", t, err)
		}
		if slices.ContainsFunc(kinds, func(k string) bool { return fits(t, k) }) {
			continue
		}
		near := slices.DeleteFunc(slices.Clone(kinds), func(k string) bool { return parse.Distance(t, k, 3) > 3 })
		if len(near) > 0 {
			return fmt.Errorf("there is no kind %q; did you mean %s?", t, strings.Join(near, ", "))
		}
		return fmt.Errorf("there is no kind %q; there are %s", t, strings.Join(kinds, ", "))
	}
	return nil
}

// fits is path.Match for a pattern that was checked.
func fits(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}

// empty: nothing was asked for, all is shown.
func (f filter) empty() bool { return len(f.types)+len(f.users)+len(f.ports) == 0 }

// of returns what fits.
func (f filter) of(inv model.Inventory) model.Inventory {
	if f.empty() {
		return inv
	}
	shown := model.Inventory{}
	for id, app := range inv {
		if f.fits(app) {
			shown[id] = app
		}
	}
	return shown
}

func (f filter) fits(app model.App) bool {
	one := func(n int, fits func(i int) bool) bool { // none given, or one that fits
		for i := range n {
			if fits(i) {
				return true
			}
		}
		return n == 0
	}
	return one(len(f.types), func(i int) bool { return fits(f.types[i], app.ApplicationType) }) &&
		one(len(f.users), func(i int) bool { return f.users[i] == app.User.Name || f.users[i] == strconv.Itoa(app.User.UID) }) &&
		one(len(f.ports), func(i int) bool { return listens(app, f.ports[i]) })
}

// listens reports whether the application is reached on the port, also through a container engine's.
func listens(app model.App, port int) bool {
	return slices.ContainsFunc(app.Listeners, func(l model.Listener) bool { return l.Port == port }) ||
		slices.ContainsFunc(app.Published, func(p model.Published) bool { return p.Port == port })
}

// String is the filter as it was given.
func (f filter) String() string {
	var words []string
	for _, t := range f.types {
		words = append(words, "--type "+t)
	}
	for _, u := range f.users {
		words = append(words, "--user "+u)
	}
	for _, p := range f.ports {
		words = append(words, "--port "+strconv.Itoa(p))
	}
	return strings.Join(words, " ")
}
