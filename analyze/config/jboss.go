package config

import (
	"path"
	"strings"

	"a2c/model"
)

// jboss knows the folders of a server's base (docs.wildfly.org: Admin Guide, "File system layout"): log and tmp are made anew at each start, wherever
// properties put them.
func (r *resolver) jboss() {
	r.generic()
	base := string(r.s.App.Base)
	folder := func(name, below string, properties ...string) {
		for _, key := range properties {
			if v, ok := r.c.Get(key); ok && v.Value != "" {
				r.dir(name, r.s.Main.Abs(v.Value), v.Source)
			}
		}
		if base != "" {
			r.dir(name, path.Join(base, below), model.Derived(below+" below the server's base"))
		}
	}
	if base != "" {
		r.document(path.Join(base, "configuration", r.jbossFile()), "configuration of the server")
	}
	folder("logs", "log", "jboss.server.log.dir", "jboss.domain.log.dir")
	folder("tempDir", "tmp", "jboss.server.temp.dir", "jboss.domain.temp.dir")
}

// jbossFile is the name of the configuration in force: -c NAME, --server-config=NAME, or the default.
func (r *resolver) jbossFile() string {
	name := "standalone.xml"
	args := r.s.Main.Args()
	for i, a := range args {
		option, value, ok := strings.Cut(a, "=")
		switch option {
		case "-c", "--server-config", "--read-only-server-config":
			if !ok && i+1 < len(args) {
				value = args[i+1]
			}
			name = path.Base(value)
		}
	}
	return name
}
