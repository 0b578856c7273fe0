package containerize

import (
	"context"
	"path"

	"a2c/containerize/build"
	"a2c/inventory/host"
	"a2c/model"
)

// need is the most that the runtime's programs have on disk, besides the build that follows while it is still there: the runtime, with what it is linked
// from and a linked one, and archives of its classes.
func (l *linker) need(ctx context.Context) (int64, error) {
	const block = 4096
	var n int64
	for _, it := range l.plan.items {
		if !l.needs(it) {
			continue
		}
		n += it.room()
	}
	if !l.smaller {
		return n + 2*maxArchive, nil
	}
	if it := l.plan.find(l.home + "/lib/modules"); it != nil {
		n += it.Size
	}
	err := host.Walk(ctx, l.plan.tree, l.more(), func(name string, info host.Info, err error) error {
		if err == nil && info.Type == host.Regular && !unstaged(name) {
			n += block + info.Size
		}
		return err
	})
	return n, err
}

// needs reports whether an item is part of the runtime, which may lie in the application's folder, or of the system, which the runtime needs.
func (l *linker) needs(it *item) bool {
	return ofRuntime(it.name) || within(it.Path, []model.Path{model.Path(l.home)})
}

// more is what a runtime is linked from and the image has not.
func (l *linker) more() string {
	if l.self {
		return l.home
	}
	return l.home + "/jmods"
}

// unstaged is what no program of the runtime reads.
func unstaged(name string) bool { return path.Base(name) == "src.zip" }

// run lets programs of the runtime run, and notes the most memory that one of them had.
func (l *linker) run(ctx context.Context, programs ...build.Program) error {
	peak, err := l.tools.Run(ctx, l.dir, programs...)
	l.peak = max(l.peak, peak)
	return err
}
