package detect

import (
	"context"
	"errors"
	"fmt"
	"path"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// dotnetSingle is a .NET application published as a single file, with the runtime in it or without, or compiled ahead of time.
type dotnetSingle struct{ onCompiled }

var _ Detector = dotnetSingle{}

// Name is App2Container's application type.
func (dotnetSingle) Name() string { return "dotnet-single" }

// Match takes every process that may run .NET by itself.
func (dotnetSingle) Match(p *host.Process) bool {
	return mayBeCompiled(p) && programName(p) != "dotnet"
}

// Detect wants the bundle's marker in the executable, or the sections of a NativeAOT program.
func (d dotnetSingle) Detect(_ context.Context, h *host.Host, g host.Group) ([]model.App, error) {
	if parse.IsNativeAOT(d.sectionsOf(h, g.Main)) {
		c := &clr{view: d.seen.of(h, g.Main), why: model.FromFile(model.Path(g.Main.Exe), 0), native: true}
		c.load()
		return []model.App{c.single(d.Name(), g)}, nil
	}
	if !g.Main.Managed() {
		return nil, ErrNotMine
	}
	v := d.seen.of(h, g.Main)
	exe, err := h.Tree.Open(fmt.Sprintf("/proc/%d/exe", v.PID))
	if err != nil {
		return nil, ErrNotMine // counted with those whose program cannot be looked at
	}
	defer exe.Close()
	size := exe.Info().Size
	at, err := parse.FindBundle(exe, size)
	switch {
	case errors.Is(err, parse.ErrNoBundle):
		return nil, ErrNotMine
	case errors.Is(err, parse.ErrTooLarge):
		v.missing("single-file bundle", v.Exe, err)
		return nil, ErrNotMine
	case err != nil:
		return nil, err
	}
	c := &clr{view: v, why: model.FromFile(model.Path(v.Exe), 0)}
	v.load()
	if c.bundle, err = parse.ReadBundle(exe, at, size); err != nil {
		v.unread("single-file bundle", v.Exe, err)
		c.bundle = &parse.Bundle{}
	}
	c.embedded(exe)
	return []model.App{c.single(d.Name(), g)}, nil
}

// single is the application that its executable is.
func (c *clr) single(kind string, g host.Group) model.App {
	a := c.app(kind, g)
	program, from := c.program()
	named(&a, path.Base(program), program, path.Dir(program), from...)
	return a
}

// embedded reads runtimeconfig.json and deps.json out of the bundle, where the host reads them too.
func (c *clr) embedded(exe host.File) {
	if f := c.bundleFile(c.bundle.RuntimeConfig, parse.BundleRuntimeConfig); f.Size > 0 {
		c.confAt = c.Exe + "!/" + f.Path
		data, err := c.bundle.ReadStored(exe, f, configLimit)
		if err == nil {
			c.config, err = parse.ReadRuntimeConfig(data)
		}
		c.unread("embedded runtimeconfig.json", c.confAt, err)
	}
	if f := c.bundleFile(c.bundle.DepsJSON, parse.BundleDeps); f.Size > 0 {
		c.depsAt = c.Exe + "!/" + f.Path
		data, err := c.bundle.ReadStored(exe, f, configLimit)
		if err == nil {
			c.deps, err = parse.ReadDepsJSON(data)
		}
		c.unread("embedded deps.json", c.depsAt, err)
	}
}

// bundleFile is the file that the header locates, with its name from the list of files.
func (c *clr) bundleFile(located parse.BundleFile, kind parse.BundleType) parse.BundleFile {
	for _, f := range c.bundle.Files {
		if f.Type == kind && (located.Size == 0 || f.Offset == located.Offset) {
			return f
		}
	}
	return located
}
