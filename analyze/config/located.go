package config

import (
	"path"
	"strings"

	"a2c/inventory/host"
	"a2c/parse"
)

// maxLocated bounds the files that a setting may name.
const maxLocated = 50

// located reads the documents that a setting of a framework names, wherever they lie: files, or for Quarkus folders of them.
func (r *resolver) located() {
	keys := map[string][]string{
		"java-quarkus":   {"quarkus.config.locations", "smallrye.config.locations"},
		"java-micronaut": {"micronaut.config.files"},
	}[r.s.Kind()]
	for _, key := range keys {
		v, ok := r.springKey(key)
		if !ok {
			continue
		}
		list := parse.SplitList(r.c.Expand(v.Value))
		for _, item := range list[:min(len(list), maxLocated)] {
			r.locatedAt(item, where(v))
		}
	}
}

func (r *resolver) locatedAt(item, reason string) {
	name := pathIn(item)
	if name == "" {
		name = pathIn("file:" + item)
	}
	if name == "" || strings.HasPrefix(item, "classpath:") {
		return // what is on the class path was read with it
	}
	abs := r.s.Main.Abs(name)
	info, err := host.Stat(r.s.Root, abs)
	switch {
	case err != nil:
	case info.Type == host.Dir:
		list, err := r.s.Root.ReadDir(abs)
		if err != nil {
			r.skip(abs, err)
		}
		for _, e := range list {
			if packagedName(e.Name) {
				r.document(path.Join(abs, e.Name), reason)
			}
		}
	case info.Type == host.Regular && readable(abs):
		r.document(abs, reason)
	}
}
