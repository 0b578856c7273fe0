package detect

import (
	"path"
	"slices"

	"a2c/model"
)

// solr makes Apache Solr of a Jetty: bin/solr starts start.jar and names Solr's own folder, where an instance keeps its cores (solr.apache.org: "Taking Solr
// to Production"). It does nothing to all others.
func (s *jetty) solr(found *server) {
	home, ok := s.cmd.Property("solr.solr.home")
	if !ok || home.Value == "" {
		return
	}
	lib := path.Join(s.base, "solr-webapp/webapp/WEB-INF/lib")
	for _, e := range s.list("Solr's libraries", lib) {
		v, ok := versioned(e.Name, "solr-core")
		if !ok {
			continue
		}
		from := s.from(home.From)
		found.name, found.base, found.from = "solr", s.abs(home.Value), append(slices.Clone(found.from), from...)
		found.platform = model.Platform{Name: "Apache Solr", Home: found.platform.Home, Evidence: found.platform.Evidence}
		found.platform.Evidence["name"] = nil
		found.platform.Evidence.Add("name", from...)
		found.platform.Evidence["version"] = nil
		setField(&found.platform.Version, &found.platform.Evidence, "version", v, model.FromFile(model.Path(path.Join(lib, e.Name)), 0))
		return
	}
}
