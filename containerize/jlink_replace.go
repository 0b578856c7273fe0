package containerize

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"a2c/containerize/build"
	"a2c/containerize/jlink"
	"a2c/containerize/layer"
	"a2c/internal/disk"
	"a2c/internal/term"
	"a2c/inventory/host"
	"a2c/model"
)

// linked is the folder below Out that jlink makes.
const linked = "runtime"

// replace links a runtime and puts of it what differs from module set to module set into the plan: the modules, and the file that names them. All
// else that a linked runtime has stays the host's own, so that its configuration, certificates and patches are what they are there.
func (l *linker) replace(ctx context.Context, s *jlink.Scan) error {
	args := []string{
		"-m", "jdk.jlink/jdk.tools.jlink.internal.Main", "--add-modules", strings.Join(s.Modules(), ","), "--output", "/out/" + linked,
		"--no-header-files", "--no-man-pages",
	}
	stripped := ""
	const strips = 13 // the first version that knows the option
	if l.major >= strips && s.Why("jdk.jdwp.agent") == "" {
		args = append(args, "--strip-java-debug-attributes")
		stripped = ". Their numbers of lines are left out: stack traces name methods of the runtime without"
	}
	if l.self {
		args = append(args, "--ignore-modified-runtime") // what was edited there stays the host's own
	} else {
		args = append(args, "--module-path", l.home+"/jmods")
	}
	if err := l.run(ctx, l.java("", args...)); err != nil {
		return fmt.Errorf("%w: linking failed: %w; leave --jlink out", ErrNoJlink, err)
	}
	tree, err := host.Machine(build.Out(l.dir))
	if err != nil {
		return fmt.Errorf("jlink: %w", err)
	}
	before := l.plan.items[model.Path(l.home+"/lib/modules")].Size
	for _, name := range []string{"lib/modules", "release"} {
		it := l.plan.items[model.Path(path.Join(l.home, name))]
		if it == nil {
			continue
		}
		if err := it.take(build.Out(l.dir), "/"+linked+"/"+name); err != nil {
			return fmt.Errorf("jlink: %w", err)
		}
	}
	dropped, bytes, err := l.drop(tree)
	if err != nil {
		return fmt.Errorf("jlink: %w", err)
	}
	names, err := l.prove(ctx)
	if err != nil {
		return fmt.Errorf("%w: the linked runtime does not run: %w; leave --jlink out", ErrNoJlink, err)
	}
	note := ""
	if !slices.Contains(names, "jdk.localedata") {
		note = "; nothing says that another language than English is spoken, so that dates and numbers come in English whatever is asked for (else: --jlink-modules jdk.localedata)"
	}
	after := l.plan.items[model.Path(l.home+"/lib/modules")].Size
	var why []string
	for _, m := range s.Modules() {
		if by := s.Why(m); by != jlink.Always {
			why = append(why, m+" ("+by+")")
		}
	}
	l.plan.changes = append(l.plan.changes,
		model.Change{
			Kind: "file", Target: l.home + "/lib/modules", Before: term.Size(before), After: fmt.Sprintf("%s: %s", term.Size(after), strings.Join(names, " ")),
			Reason: "--jlink: only the modules whose classes something of the application names, and those that they need: " + strings.Join(why, "; ") + ". Names that only data holds are not seen" + stripped + note,
		},
		model.Change{
			Kind: "file", Target: l.home, Reason: fmt.Sprintf("--jlink: %d files (%s) left out: programs and libraries of the other modules, and archives of classes that fit the whole runtime alone", dropped, term.Size(bytes)),
		})
	return nil
}

// take makes a file that was made in a folder the item's content.
func (it *item) take(folder, name string) error {
	tree, err := host.Machine(folder)
	if err != nil {
		return err
	}
	f, err := host.OpenExact(tree, name)
	if err != nil {
		return err
	}
	defer f.Close()
	it.made, it.madeIn, it.Kind, it.Target, it.Size, it.mtime, it.recovered = name, folder, layer.File, "", f.Info().Size, f.Info().MTime, ""
	return nil
}

// drop leaves out what belongs to no module that was linked.
func (l *linker) drop(tree host.Tree) (files int, bytes int64, err error) {
	for _, name := range slices.Sorted(maps.Keys(l.plan.items)) {
		it := l.plan.items[name]
		rel, below := strings.CutPrefix(string(name), l.home+"/")
		stale := path.Ext(rel) == ".jsa" || rel == "lib/libjsvml.so" // the VM maps both when it finds them, and does without
		if !below || it.Kind == layer.Dir || it.mapped && !stale || !ofModule(rel) {
			continue
		}
		there, err := host.Exists(tree, "/"+linked+"/"+rel)
		if err != nil {
			return 0, 0, err
		}
		if there && path.Ext(rel) != ".jsa" {
			continue
		}
		delete(l.plan.items, name)
		files++
		bytes += it.Size
	}
	return files, bytes, nil
}

// ofModule reports whether a file of a runtime comes and goes with a module: programs, libraries, licences, and archives of classes.
func ofModule(rel string) bool {
	switch dir := path.Dir(rel); {
	case dir == "bin", strings.HasPrefix(rel, "legal/"):
		return true
	case dir == "lib":
		return path.Ext(rel) == ".so" || path.Ext(rel) == ".jar" || rel == "lib/jexec"
	case dir == "lib/server", dir == "lib/client":
		return path.Ext(rel) == ".jsa"
	}
	return false
}

// prove makes of the runtime that was laid out what the image will have, and runs it: it says which modules it has.
func (l *linker) prove(ctx context.Context) ([]string, error) {
	root, err := os.OpenRoot(build.Tree(l.dir))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	home := strings.TrimPrefix(l.home, "/")
	if err := root.RemoveAll(home); err != nil {
		return nil, disk.Cause(err)
	}
	s := &stager{plan: l.plan, root: root}
	for _, name := range slices.Sorted(maps.Keys(l.plan.items)) {
		if within(name, []model.Path{model.Path(l.home)}) {
			if err := s.item(ctx, l.plan.items[name]); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	if err := l.run(ctx, l.java("", "-version"), l.java("modules", "--list-modules")); err != nil {
		return nil, err
	}
	text, err := l.made("modules", 1<<20)
	if err != nil {
		return nil, err
	}
	var names []string
	for line := range strings.Lines(string(text)) {
		name, _, _ := strings.Cut(strings.TrimSpace(line), "@")
		names = append(names, model.Path(name).String())
	}
	if len(names) == 0 {
		return nil, errors.New("it lists no modules")
	}
	return names, nil
}
