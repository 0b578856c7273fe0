package detect

import (
	"context"
	"path"

	"a2c/inventory/host"
	"a2c/model"
)

// dotnetGeneric is a .NET application of several files: a dll that the program dotnet runs, an apphost beside its dll, or a
// self-contained folder.
type dotnetGeneric struct{ seen views }

var _ Detector = dotnetGeneric{}

// Name is App2Container's application type.
func (dotnetGeneric) Name() string { return "dotnet-generic" }

// Match takes every possible .NET process.
func (dotnetGeneric) Match(p *host.Process) bool { return mayBeCLR(p) }

// Detect wants the runtime's library mapped and a main assembly, or a command of the SDK.
func (d dotnetGeneric) Detect(_ context.Context, h *host.Host, g host.Group) ([]model.App, error) {
	c := d.seen.of(h, g.Main).clr()
	if c == nil {
		return nil, ErrNotMine
	}
	a := c.app(d.Name(), g)
	switch {
	case c.command != "":
		named(&a, "dotnet "+c.command, c.Exe, c.cwd, append(c.dllFrom, model.FromProc(c.PID, "exe"), model.FromProc(c.PID, "cwd"))...)
	case c.dll == "": // a relative name, whose folder is unknown
		named(&a, stem(c.Args()[c.arg]), "", "", c.dllFrom...)
	default:
		named(&a, stem(c.dll), c.dll, path.Dir(c.dll), c.dllFrom...)
	}
	return []model.App{a}, nil
}
