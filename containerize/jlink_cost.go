package containerize

import (
	"context"
	"path"

	"a2c/containerize/build"
	"a2c/containerize/layer"
	"a2c/inventory/host"
)

// need is the most that linking has on disk, besides the build that follows while it is still there: the runtime with what it is linked from, and a
// linked one.
func (l *linker) need(ctx context.Context) (int64, error) {
	const block = 4096
	var n int64
	for _, it := range l.plan.items {
		if !ofRuntime(it.name) {
			continue
		}
		n += block
		if it.Kind == layer.File {
			n += it.Size
		}
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
