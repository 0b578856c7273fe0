package dependency

import (
	"maps"
	"slices"

	"a2c/internal/resolver"
	"a2c/model"
)

// resolve asks for the names that configuration gives and /etc/hosts does not know, when that is wanted. A name whose key does not tell what it is for is asked
// for only when a connection leads to its port.
func (f *finder) resolve() {
	if f.Resolve == nil {
		return
	}
	wanted := map[string][]*found{}
	for _, c := range f.list {
		if !c.doc.Internal && len(c.doc.Addresses) == 0 && resolver.Valid(c.doc.Host) && (!c.weak || f.leads(c.doc.Port)) {
			wanted[c.doc.Host] = append(wanted[c.doc.Host], c)
		}
	}
	if len(wanted) == 0 {
		return
	}
	if f.Subject.App.Container != nil {
		f.Subject.Skip(model.Skip{What: "names of other ends", Reason: "the application runs in a container, which asks another resolver than this host"})
		return
	}
	failed := map[string][]resolver.Answer{}
	for _, a := range f.Resolve(slices.Sorted(maps.Keys(wanted))) {
		if len(a.Addresses) == 0 {
			failed[a.Failed] = append(failed[a.Failed], a)
			continue
		}
		f.answers[a.Name] = a.Addresses
		for _, c := range wanted[a.Name] {
			c.doc.Addresses, c.asked = slices.Clone(a.Addresses), true
			c.from["addresses"] = model.FromResolver()
		}
	}
	for _, reason := range slices.Sorted(maps.Keys(failed)) {
		f.unanswered(reason, failed[reason])
	}
}

// leads reports whether a connection leads to a port; 0: any.
func (f *finder) leads(port int) bool {
	for _, p := range f.Peers {
		if port == 0 || p.Seen.Port == port {
			return true
		}
	}
	return false
}

// few names are skips of their own, more are one.
const few = 10

func (f *finder) unanswered(reason string, list []resolver.Answer) {
	var names []string
	incomplete := false
	for _, a := range list {
		names = append(names, a.Name)
		incomplete = incomplete || !a.Unknown
	}
	if len(names) > few {
		f.Subject.Skip(model.Skip{What: "names of other ends", Reason: reason, Count: len(names), Each: names, Incomplete: incomplete})
		return
	}
	for _, name := range names {
		f.Subject.Skip(model.Skip{What: "name " + name, Reason: reason, Incomplete: incomplete})
	}
}
