package config

import (
	"path"
	"strings"

	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// tomcatLoaders refers to what the class loaders of catalina.properties find: common.loader, server.loader and shared.loader are lists of folders of
// classes, archives, and folders with all their archives ("${catalina.home}/lib/*.jar").
func (r *resolver) tomcatLoaders(home, base string, lookup parse.Lookup) {
	for _, v := range r.c.Settings {
		switch {
		case path.Base(v.File) != "catalina.properties":
		case v.Key == "common.loader" || v.Key == "server.loader" || v.Key == "shared.loader":
			for _, entry := range strings.FieldsFunc(parse.ExpandTomcat(v.Value, lookup), func(c rune) bool { return c == ',' || c == '"' }) {
				r.tomcatLoader(strings.TrimSpace(entry), where(v), home, base)
			}
		}
	}
}

func (r *resolver) tomcatLoader(entry, reason, home, base string) {
	entry = strings.TrimPrefix(entry, "file:")
	dir, all := strings.CutSuffix(entry, "/*.jar")
	switch {
	case !strings.HasPrefix(entry, "/"): // a URL, or nothing
	case all:
		list, err := r.s.Root.ReadDir(dir)
		if err != nil {
			return // it need not exist
		}
		for _, e := range list {
			if strings.EqualFold(path.Ext(e.Name), ".jar") {
				r.tomcatLibrary(path.Join(dir, e.Name), reason)
			}
		}
	case strings.EqualFold(path.Ext(entry), ".jar"):
		r.tomcatLibrary(entry, reason)
	case subject.Under(entry, home) || subject.Under(entry, base): // taken as a part of these
	default:
		if info, err := host.Stat(r.s.Root, entry); err == nil && info.Type == host.Dir && !shared(entry) {
			r.refer(entry, reason, model.LayerLibs, true)
		}
	}
}

// tomcatLibrary refers to an archive, and to those on its class path beside the archive that links lead to: Tomcat's loaders go by that
// (org.apache.catalina.startup.ClassLoaderFactory, getCanonicalFile).
func (r *resolver) tomcatLibrary(name, reason string) {
	real, _, err := host.Resolve(r.s.Root, name)
	if err != nil {
		return // a link that leads nowhere
	}
	if real != name {
		r.refer(name, reason, model.LayerLibs, false)
	}
	r.jarIn(real, reason, model.LayerLibs)
}
