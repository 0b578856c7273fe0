package detect

import (
	"context"
	"path"

	"a2c/inventory/host"
	"a2c/model"
)

// dotnetMono is a .NET Framework program on Mono: an executable, a service under mono-service, or ASP.NET applications in one of Mono's servers.
type dotnetMono struct{ seen views }

var _ Detector = dotnetMono{}

// Name is this kind's name; App2Container has none for it.
func (dotnetMono) Name() string { return "dotnet-mono" }

// Match takes processes whose program is mono.
func (dotnetMono) Match(p *host.Process) bool { return mayBeMono(p) }

// Detect wants an assembly in the arguments.
func (d dotnetMono) Detect(_ context.Context, h *host.Host, g host.Group) ([]model.App, error) {
	m := d.seen.of(h, g.Main).mono()
	if m == nil {
		return nil, ErrNotMine
	}
	a := m.app(d.Name(), g, append([]model.Source{m.why}, m.from...)...)
	a.Runtime = m.runtime()
	s := m.server()
	if s == nil {
		folder := ""
		if m.assembly != "" {
			folder = path.Dir(m.assembly)
		}
		named(&a, stem(m.Args()[m.arg]), m.assembly, folder, m.from...)
		m.connect(&a, m.prefixes(&a))
		return []model.App{a}, nil
	}
	a.Platform = s.platform()
	setWebApps(&a, s.webApps())
	base, from := s.base(a.WebApps)
	named(&a, path.Base(base), base, base, from...)
	m.connect(&a, s.ports(&a))
	return []model.App{a}, nil
}
