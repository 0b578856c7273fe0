package containerize

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"a2c/containerize/build"
	"a2c/containerize/layer"
	"a2c/internal/disk"
	"a2c/internal/term"
	"a2c/inventory/host"
	"a2c/model"
)

// steady is the first version of Java whose archives are the same each time. Before, two differ almost always.
const steady = 19

// maxArchive is the most that an archive of a runtime's own classes has, bytes: that of JDK 25 has 16 MB.
const maxArchive = 64 << 20

// archiveName is the archive that the process has mapped, since its name says which layout of the heap it is for; else that for the usual one.
func (l *linker) archiveName() string {
	dir := l.home + "/lib/server"
	for name, it := range l.plan.items {
		if it.mapped && path.Dir(string(name)) == dir && path.Ext(string(name)) == ".jsa" {
			return string(name)
		}
	}
	return dir + "/classes.jsa"
}

// archived reports whether the runtime has its archive already. The JVM compares only the size of lib/modules with it, no time.
func (l *linker) archived() bool { return l.plan.find(l.archive) != nil }

// dump is a run of the JVM that archives the classes of lib/classlist. Collector and heap are those of the JDK's own build: what the machine has would
// otherwise decide, and other collectors leave the objects out.
func (l *linker) dump(to string) build.Program {
	argv := append(l.vm(), "-Xshare:dump", "-XX:SharedArchiveFile=/out/"+to, "-XX:+UseG1GC", "-Xmx128m", "-Xms128m", "-Xlog:disable", "-Xlog:all=error:stderr")
	return build.Program{Argv: argv}
}

// vm starts the JVM with the layout of the heap that the archive's name says.
func (l *linker) vm() []string {
	argv := []string{l.home + "/bin/java", "-XX:+IgnoreUnrecognizedVMOptions"}
	if strings.Contains(l.archive, "_nocoops") {
		argv = append(argv, "-XX:-UseCompressedOops")
	}
	if strings.Contains(l.archive, "_coh") {
		argv = append(argv, "-XX:+UseCompactObjectHeaders")
	}
	return argv
}

// share gives the runtime an archive of its classes. Where two are not the same the one that keep has is taken again, so that an image
// has the same digest at least in its workspace.
func (l *linker) share(ctx context.Context, keep string) error {
	vm := l.plan.find(path.Dir(l.archive) + "/libjvm.so")
	if vm == nil {
		return fmt.Errorf("%w: the Java runtime in %s has no lib/server/libjvm.so: leave --cds out", ErrNoCDS, l.home)
	}
	kept, err := l.keptName()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoCDS, err)
	}
	it := &item{Entry: layer.Entry{Path: model.Path(l.archive), Mode: 0o644, UID: vm.UID, GID: vm.GID}, name: vm.name}
	same := false
	if err := it.take(keep, "/"+kept); err != nil {
		if same, err = l.archiveClasses(ctx, it, filepath.Join(keep, kept)); err != nil {
			return fmt.Errorf("%w: the runtime in %s cannot archive its classes: %w; leave --cds out", ErrNoCDS, l.home, err)
		}
	}
	l.plan.items[it.Path] = it
	reason := "--cds: an archive of the runtime's own classes, with which it starts faster; the application was not run to make it. "
	if same {
		reason += "Made twice, it was the same to the byte"
	} else {
		reason += "This runtime makes another one each time (those from Java 19 on do not): this workspace keeps it, and another one gives an image of another digest"
	}
	l.plan.changes = append(l.plan.changes, model.Change{Kind: "file", Target: l.archive, Before: "none", After: term.Size(it.Size), Reason: reason})
	return nil
}

// archiveClasses makes two archives, lets the JVM show that it takes the first, which becomes the item's content, and says whether they are the same. One
// that is not is kept.
func (l *linker) archiveClasses(ctx context.Context, it *item, keep string) (same bool, err error) {
	const first, second = "first.jsa", "second.jsa"
	use := build.Program{Argv: append(l.vm(), "-Xshare:on", "-XX:SharedArchiveFile=/out/"+first, "-version")}
	if err := l.run(ctx, l.dump(first), l.dump(second), use); err != nil {
		return false, err
	}
	if err := it.take(build.Out(l.dir), "/"+first); err != nil {
		return false, err
	}
	one, err := l.made(first, maxArchive)
	if err != nil {
		return false, err
	}
	two, err := l.made(second, maxArchive)
	if err != nil || l.major >= steady && bytes.Equal(one, two) {
		return true, err
	}
	return false, keepArchive(keep, one)
}

// keptName is the name of the archive that fits this runtime: it depends on the classes and on the JVM.
func (l *linker) keptName() (string, error) {
	sums := []any{l.archive}
	for _, name := range []string{l.home + "/lib/modules", l.home + "/lib/classlist", path.Dir(l.archive) + "/libjvm.so"} {
		it := l.plan.find(name)
		if it == nil {
			continue
		}
		sum, err := digest(l.plan.open(it))
		if err != nil {
			return "", fmt.Errorf("read %s: %w", name, err)
		}
		sums = append(sums, sum)
	}
	key, err := digestOf(sums...)
	return "cds-" + key + ".jsa", err
}

func digest(f host.File, err error) (string, error) {
	if err != nil {
		return "", err
	}
	defer f.Close()
	return disk.Digest(f)
}

// keepArchive keeps an archive under a name, and none beside it.
func keepArchive(name string, data []byte) error {
	others, err := filepath.Glob(filepath.Join(filepath.Dir(name), "cds-*.jsa"))
	if err != nil {
		return err
	}
	for _, other := range others {
		if err := os.Remove(other); err != nil {
			return disk.Cause(err)
		}
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return disk.Cause(err)
	}
	return disk.WriteFile(name, data, 0o600)
}
