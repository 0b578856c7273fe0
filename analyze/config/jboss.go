package config

import (
	"path"

	"a2c/model"
	"a2c/parse"
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

// jbossFile is the name of the configuration in force.
func (r *resolver) jbossFile() string {
	if r.c.Java != nil {
		if at, ok := parse.ReadJBossCommand(r.c.Java.Program).Options["server-config"]; ok {
			return path.Base(at.Value)
		}
	}
	return "standalone.xml"
}
