package inforce

import (
	"strings"

	"a2c/analyze/config"
	"a2c/parse"
)

// beside adds the documents that stand for themselves whatever the framework is: configurations of logs, persistence units. Placeholders in them are those
// of the logging frameworks, also where the framework's rules list them; which of them nothing sets is not known.
func (r *reader) beside(w *rules) {
	known := map[string]bool{}
	for _, l := range w.layers {
		known[l.path] = true
	}
	w.layers = append(w.layers, documents(r.c.Settings, func(v config.Setting) bool { return !known[v.File] && r.c.Standing(v.File) })...)
	expand, decides := w.expand, w.decides
	w.expand = func(v value) parse.Expansion {
		switch {
		case v.scope != "" && v.scope == string(v.place.Path) && r.c.Standing(v.scope):
			x := parse.Placeholders{Lookup: r.c.StandingLookup(v.scope), Separator: ":-"}.Expand(v.text)
			x.Missing = nil
			return x
		case expand != nil:
			return expand(v)
		}
		return parse.Expansion{Text: v.text}
	}
	w.decides = func(key string) string {
		switch {
		case standingRoot(key):
			return xmlName(key)
		case decides != nil:
			return decides(key)
		}
		return key
	}
}

// standingRoot knows a key of such a document in XML by its root element.
func standingRoot(key string) bool {
	for _, root := range []string{"configuration/", "Configuration/", "included/", "log4j:configuration/", "persistence/", "hibernate-configuration/"} {
		if strings.HasPrefix(key, root) {
			return true
		}
	}
	return false
}
