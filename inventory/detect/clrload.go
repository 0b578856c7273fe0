package detect

import (
	"path"
	"slices"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// assembly is a managed library that a process has loaded.
type assembly struct {
	from    model.Source // what shows it
	version string       // of its package or shared framework; "" unknown
	at      model.Source // of version
}

// uses looks for a library among what is loaded: .NET maps assemblies from their files, also from within a single file. Where that cannot be seen
// (compressed in a single file), it is enough that the application brings it.
func (c *clr) uses(base string) (assembly, bool) {
	if m, ok := c.mapped(base); ok {
		return c.versioned(assembly{from: c.fromMap(m)}, m), true
	}
	if c.bundle == nil {
		return assembly{}, false
	}
	for _, f := range c.bundle.Files {
		if path.Base(f.Path) != base {
			continue
		}
		if f.Packed != 0 || c.mapsErr != nil {
			return c.packaged(assembly{from: model.FromFile(model.Path(c.Exe+"!/"+f.Path), 0)}, base), true
		}
		if line := c.mappedAt(f); line > 0 {
			return c.packaged(assembly{from: c.fromMap(parse.Map{Line: line})}, base), true
		}
	}
	return assembly{}, false
}

// usesAny takes the first that is loaded.
func (c *clr) usesAny(names ...string) (assembly, bool) {
	for _, n := range names {
		if a, ok := c.uses(n); ok {
			return a, true
		}
	}
	return assembly{}, false
}

// mappedAt is the line of the mapping that begins at the page of an embedded file; 0 when there is none.
func (c *clr) mappedAt(f parse.BundleFile) int {
	if c.inside == nil {
		c.inside = map[uint64]int{}
		all, err := c.Maps()
		c.skip("maps", err)
		for _, m := range all {
			if m.Path == c.Exe && !m.Executable() {
				c.inside[m.Offset] = m.Line
			}
		}
	}
	return c.inside[uint64(f.Offset)&^(c.page()-1)]
}

// page is the size of the kernel's pages as the mappings show it: 4 KiB, on arm64 also 16 and 64 KiB.
func (c *clr) page() uint64 {
	size := uint64(64 << 10)
	for offset := range c.inside {
		for size > 4<<10 && offset%size != 0 {
			size >>= 2
		}
	}
	return size
}

// versioned is the version of a mapped library: its shared framework's or its package's.
func (c *clr) versioned(a assembly, m parse.Map) assembly {
	if _, rest, ok := strings.Cut(m.Path, "/shared/Microsoft."); ok {
		if parts := strings.Split(rest, "/"); len(parts) == 3 {
			a.version, a.at = parts[1], a.from
			return a
		}
	}
	return c.packaged(a, path.Base(m.Path))
}

// packaged is the version of the package that brings a library, by deps.json.
func (c *clr) packaged(a assembly, base string) assembly {
	at := slices.IndexFunc(c.deps.Libraries, func(l parse.DotnetLibrary) bool {
		return slices.ContainsFunc(l.Runtime, func(f string) bool { return path.Base(f) == base })
	})
	if at >= 0 {
		a.version, a.at = c.deps.Libraries[at].Version, model.FromFile(model.Path(c.depsAt), 0)
	}
	return a
}

// asks reports whether runtimeconfig.json names a framework.
func (c *clr) asks(framework string) bool {
	return slices.ContainsFunc(slices.Concat(c.config.Frameworks, c.config.Included), func(f parse.DotnetFramework) bool { return f.Name == framework })
}

// platform tells a web application, one with gRPC services and a worker service (a host without a web server) apart, by what is loaded.
func (c *clr) platform() model.Platform {
	const framework = "Microsoft.AspNetCore.App"
	var p model.Platform
	web, ok := c.usesAny("Microsoft.AspNetCore.Server.Kestrel.Core.dll", "Microsoft.AspNetCore.dll", "Microsoft.AspNetCore.Hosting.dll")
	if !ok && c.mapsErr != nil && c.asks(framework) {
		web, ok = assembly{from: model.FromFile(model.Path(c.confAt), 0)}, true
	}
	if !ok {
		if worker, is := c.uses("Microsoft.Extensions.Hosting.dll"); is {
			setField(&p.Name, &p.Evidence, "name", ".NET worker service", worker.from)
			setField(&p.Version, &p.Evidence, "version", worker.version, worker.at)
		}
		return p
	}
	if web.version == "" {
		web.version, web.at = c.included(framework)
	}
	setField(&p.Name, &p.Evidence, "name", "ASP.NET Core", web.from)
	if grpc, is := c.uses("Grpc.AspNetCore.Server.dll"); is {
		setField(&p.Name, &p.Evidence, "name", grpcPlatform, grpc.from)
	}
	setField(&p.Version, &p.Evidence, "version", web.version, web.at)
	return p
}

const grpcPlatform = "ASP.NET Core gRPC"
