package detect

import (
	"context"
	"path"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// javaNative is a program that GraalVM's native-image made of a Java application: no JVM runs it.
type javaNative struct{ onCompiled }

var _ Detector = javaNative{}

// Name is ours.
func (javaNative) Name() string { return "java-native" }

// Match takes every process that may be compiled ahead of time.
func (javaNative) Match(p *host.Process) bool { return mayBeCompiled(p) }

// Detect wants the section in the executable.
func (d javaNative) Detect(_ context.Context, h *host.Host, g host.Group) ([]model.App, error) {
	if !parse.IsNativeImage(d.sectionsOf(h, g.Main)) {
		return nil, ErrNotMine
	}
	v := d.seen.of(h, g.Main)
	v.load()
	why := model.FromFile(model.Path(v.Exe), 0)
	a := v.app(d.Name(), g, why)
	program, from := v.program()
	named(&a, path.Base(program), program, programFolder(program), from...)
	a.Runtime = model.Runtime{Kind: "native"}
	a.Runtime.Evidence.Add("kind", why)
	setField(&a.Runtime.Name, &a.Runtime.Evidence, "name", "GraalVM native image", why)
	setField(&a.Runtime.Executable, &a.Runtime.Evidence, "executable", v.Exe, model.FromProc(v.PID, "exe"))
	v.connect(&a, v.nativePorts(&a))
	return []model.App{a}, nil
}
