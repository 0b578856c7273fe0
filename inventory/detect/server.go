package detect

import (
	"cmp"
	"slices"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
)

// server is what a detector found out about a Java server: who it is, what its configuration opens, and what it serves.
type server struct {
	*jvm
	name, artifact, base string
	from                 []model.Source // of these three
	platform             model.Platform
	ports                []port
	webApps              []model.WebApp
}

// app makes the group's application of it: listeners with purposes, web applications by context.
func (s server) app(kind string, g host.Group, why ...model.Source) model.App {
	a := s.jvm.app(kind, g, why...)
	named(&a, s.name, s.artifact, s.base, s.from...)
	a.Platform = s.platform
	setWebApps(&a, s.webApps)
	s.listen(&a)
	return a
}

// setWebApps sorts them by context, and lists their names.
func setWebApps(a *model.App, list []model.WebApp) {
	a.WebApps = list
	slices.SortFunc(a.WebApps, func(x, y model.WebApp) int {
		return cmp.Or(cmp.Compare(x.Context, y.Context), cmp.Compare(x.Name, y.Name))
	})
	names := make([]string, 0, len(a.WebApps))
	for _, w := range a.WebApps {
		names = append(names, w.Name)
		a.Evidence.Add("webApp", w.Evidence["name"]...)
		a.Evidence.Add("webApps", w.Evidence["name"]...)
	}
	slices.Sort(names)
	a.WebApp = strings.Join(slices.Compact(names), ",")
}

// listen matches what the configuration opens, and the JVM's own ports, with what is open.
func (s server) listen(a *model.App) {
	s.connect(a, slices.Concat(s.ports, s.agentPorts()))
}

// newWebApp has the same evidence for name, context and path.
func newWebApp(w model.WebApp, from ...model.Source) model.WebApp {
	for field, set := range map[string]bool{"name": true, "context": w.Context != "", "path": w.Path != "", "descriptor": w.Descriptor != ""} {
		if set {
			w.Evidence.Add(field, from...)
		}
	}
	return w
}
