package containerize

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"a2c/containerize/build"
	"a2c/containerize/jlink"
	"a2c/containerize/layer"
	"a2c/internal/disk"
	"a2c/internal/term"
	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// ErrNoJlink means that a smaller Java runtime was asked for where none can be made.
var ErrNoJlink = errors.New("--jlink")

// linker replaces the Java runtime of the plan by one with the modules that the application asks for.
type linker struct {
	plan    *plan
	start   *start
	tools   build.Kaniko
	dir     string   // of its own, below the build folder
	home    string   // of the runtime, without links
	also    []string // modules that the user names
	smaller bool     // and not only an archive of its classes is made
	archive string   // the class data archive that suits how the application runs
	major   int      // version of Java; 0: not known
	self    bool     // the runtime can link from itself (JEP 493): it has no jmods
	peak    int64    // memory, bytes
}

// link lets programs of the Java runtime make it smaller, or says why it stays whole, and make an archive of its classes.
func (r *runner) link(ctx context.Context) error {
	if !r.o.smaller() && !r.o.CDS {
		return nil
	}
	if r.base != nil {
		return fmt.Errorf("%w: a base image brings its own runtime; leave one of it and --base out", r.o.linking())
	}
	l := &linker{plan: r.plan, start: r.start, also: r.o.JlinkModules, smaller: r.o.smaller(), dir: filepath.Join(r.scratch(), "jlink")}
	l.tools, _ = r.o.Builder.(build.Kaniko)
	if err := l.find(r.o.Analysis.AnalysisInfo.App.Runtime, r.o.linking()); err != nil {
		return err
	}
	if !r.o.smaller() && l.archived() {
		return nil
	}
	if err := r.stage(ctx, l); err != nil {
		return err
	}
	defer func() { r.linkPeak = l.peak }()
	if r.o.smaller() {
		if err := r.shrink(ctx, l); err != nil {
			return err
		}
	}
	if !r.o.CDS || l.archived() {
		return nil
	}
	r.o.report(Event{Step: "cds", Text: "archive the runtime's classes"})
	defer r.o.report(Event{Step: "cds", Done: true})
	return l.share(ctx, filepath.Dir(r.proposal()))
}

// stage lays the runtime out where its programs run.
func (r *runner) stage(ctx context.Context, l *linker) error {
	if r.o.smaller() {
		if err := l.able(); err != nil {
			return err
		}
	}
	if need, err := l.need(ctx); err != nil {
		return fmt.Errorf("%w: %w", r.o.linking(), err)
	} else if !r.o.Force {
		if err := r.plan.room(r.o.Dir, need+r.needBytes()); err != nil {
			return err
		}
	}
	if err := l.stage(ctx); err != nil {
		return fmt.Errorf("%w: lay out the runtime: %w", r.o.linking(), err)
	}
	return nil
}

// shrink makes the runtime smaller, or says why it stays whole.
func (r *runner) shrink(ctx context.Context, l *linker) error {
	r.o.report(Event{Step: "jlink", Text: "read what the application asks for"})
	defer r.o.report(Event{Step: "jlink", Done: true})
	scan, err := l.scan(ctx)
	if err != nil {
		return err
	}
	if doubts := scan.Doubts(); len(doubts) > 0 {
		l.keep(doubts)
		return nil
	}
	r.o.report(Event{Step: "jlink", Text: "link " + term.Count(len(scan.Modules()), "module")})
	return l.replace(ctx, scan)
}

// find finds the runtime.
func (l *linker) find(rt model.Runtime, option error) error {
	if rt.Kind != "jvm" {
		return fmt.Errorf("%w is for Java runtimes, and this application runs on %s: leave it out", option, rt.Name)
	}
	it := l.plan.find(string(rt.Home) + "/lib/modules")
	if it == nil {
		return fmt.Errorf("%w: the Java runtime in %s (%s) has no modules, which came with Java 9: leave it out", option, rt.Home, rt.Version)
	}
	l.home = path.Dir(path.Dir(string(it.Path)))
	l.archive = l.archiveName()
	l.major, _ = strconv.Atoi(strings.SplitN(rt.Version, ".", 2)[0])
	return nil
}

// able says what the runtime lacks to be made smaller.
func (l *linker) able() error {
	const fromItself = 24 // JEP 493
	switch there, err := host.Exists(l.plan.tree, l.home+"/jmods/java.base.jmod"); {
	case err != nil:
		return fmt.Errorf("jlink: %w", err)
	case there:
		return nil
	case l.major >= fromItself:
		l.self = true
		return nil
	}
	return fmt.Errorf("%w: the Java runtime in %s has no module files (jmods), which a smaller one is linked from: it is a JRE, or its package leaves them out; "+
		"install the JDK of the very same version beside it (Debian and Ubuntu: openjdk-%d-jdk-headless; Red Hat: java-%d-openjdk-jmods; Amazon Linux: java-%d-amazon-corretto-jmods), "+
		"for which the application need not be restarted, or leave --jlink out", ErrNoJlink, l.home, l.major, l.major, l.major)
}

// keep says why the runtime stays whole.
func (l *linker) keep(doubts []string) {
	const shown = 3
	more := ""
	if n := len(doubts) - shown; n > 0 {
		doubts, more = doubts[:shown], fmt.Sprintf("; and %d reasons more", n)
	}
	l.plan.skips = append(l.plan.skips, model.Skip{
		What: "smaller Java runtime", Path: model.Path(l.home), Reason: "the whole runtime is taken, since it cannot be told which modules are needed: " + strings.Join(doubts, "; ") + more,
	})
}

// stage copies the runtime, with the libraries that it needs, for its programs to run from: the host's own files are out of their reach.
func (l *linker) stage(ctx context.Context) error {
	tree := build.Tree(l.dir)
	if err := os.MkdirAll(tree, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(tree)
	if err != nil {
		return err
	}
	defer root.Close()
	s := &stager{plan: l.plan, root: root}
	for _, name := range slices.Sorted(maps.Keys(l.plan.items)) {
		if it := l.plan.items[name]; l.needs(it) {
			if err := s.item(ctx, it); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	if !l.smaller {
		return nil
	}
	return s.tree(ctx, l.more())
}

// stager fills a folder with files that anybody may read.
type stager struct {
	plan *plan
	root *os.Root
}

func (s *stager) item(ctx context.Context, it *item) error {
	name := strings.TrimPrefix(string(it.Path), "/")
	if name == "" {
		return nil
	}
	if err := s.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return disk.Cause(err)
	}
	switch it.Kind {
	case layer.Dir:
		return disk.Cause(s.root.MkdirAll(name, 0o755))
	case layer.Symlink:
		return disk.Cause(s.root.Symlink(string(it.Target), name))
	case layer.File, layer.HardLink:
	}
	if it.content != nil {
		return disk.Cause(s.root.WriteFile(name, it.content, 0o644))
	}
	return s.copy(ctx, name, it.Mode, it.Size, func() (host.File, error) { return s.plan.open(it) })
}

func (s *stager) copy(ctx context.Context, name string, mode uint32, size int64, open func() (host.File, error)) error {
	f, err := s.root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return disk.Cause(err)
	}
	defer f.Close()
	if _, _, err := take(ctx, f, open, size); err != nil {
		return err
	}
	if err := f.Chmod(0o644 | fs.FileMode(mode&0o111)); err != nil {
		return disk.Cause(err)
	}
	return disk.Cause(f.Close())
}

// tree copies a folder of the host, but for what is there already.
func (s *stager) tree(ctx context.Context, dir string) error {
	return host.Walk(ctx, s.plan.tree, dir, func(name string, info host.Info, err error) error {
		if err != nil {
			return err
		}
		rel := strings.TrimPrefix(name, "/")
		if have, err := s.root.Lstat(rel); err == nil && !have.IsDir() || unstaged(rel) {
			return nil
		}
		switch info.Type {
		case host.Dir:
			return disk.Cause(s.root.MkdirAll(rel, 0o755))
		case host.Symlink:
			target, err := s.plan.tree.Readlink(name)
			if err != nil {
				return err
			}
			return disk.Cause(s.root.Symlink(target, rel))
		case host.Regular:
			return s.copy(ctx, rel, info.Mode, info.Size, func() (host.File, error) { return host.OpenExact(s.plan.tree, name) })
		}
		return nil
	})
}

// java is a run of a program of the runtime; the options make its start cheap, and those that a VM does not know are nothing to it.
func (l *linker) java(stdout string, args ...string) build.Program {
	options := []string{l.home + "/bin/java", "-XX:+IgnoreUnrecognizedVMOptions", "-XX:-UsePerfData", "-XX:+UseSerialGC", "-Xmx384m", "-Djava.io.tmpdir=/out"}
	return build.Program{Argv: append(options, args...), Stdout: stdout}
}

const maxListing = 16 << 20

// scan asks the runtime what is in it, and looks through the application for names of that.
func (l *linker) scan(ctx context.Context) (*jlink.Scan, error) {
	if err := l.run(ctx, l.java("classes", "-m", "jdk.jlink/jdk.tools.jimage.Main", "list", l.home+"/lib/modules")); err != nil {
		return nil, fmt.Errorf("%w: the runtime in %s cannot list its modules: %w; leave --jlink out", ErrNoJlink, l.home, err)
	}
	listing, err := l.made("classes", maxListing)
	if err != nil {
		return nil, err
	}
	index, err := jlink.ReadIndex(listing)
	if err != nil {
		return nil, err
	}
	s := jlink.NewScan(index)
	command := l.command()
	s.Command(command)
	s.Locale(command, l.getenv)
	for _, m := range l.also {
		if !index.Modules[m] {
			return nil, fmt.Errorf("%w: the runtime in %s has no module %q, which --jlink-modules names", ErrNoJlink, l.home, m)
		}
		s.Ask(m, "--jlink-modules")
	}
	for _, name := range slices.Sorted(maps.Keys(l.plan.items)) {
		it := l.plan.items[name]
		switch {
		case it.mapped && within(name, []model.Path{model.Path(l.home)}):
			s.Library(string(name))
		case l.needs(it) || it.Kind != layer.File:
		default:
			if err := l.look(ctx, s, it); err != nil {
				return nil, err
			}
		}
	}
	if it := l.plan.find(l.home + "/conf/security/java.security"); it != nil {
		text, err := l.plan.read(it, 1<<20)
		if err != nil {
			return nil, fmt.Errorf("read java.security: %w", err)
		}
		s.Security(text)
	}
	return s, nil
}

func (l *linker) look(ctx context.Context, s *jlink.Scan, it *item) error {
	if it.name == model.GroupApplication {
		s.Texts(string(it.Path))
	}
	if it.content != nil {
		return s.File(ctx, it.Path, strings.NewReader(string(it.content)), int64(len(it.content)))
	}
	f, err := l.plan.open(it)
	if err != nil {
		return fmt.Errorf("read %s: %w", it.Path, err)
	}
	defer f.Close()
	return s.File(ctx, it.Path, f, f.Info().Size)
}

// command reads the command line that the image starts with.
func (l *linker) command() *parse.JavaCommand {
	return parse.ReadJavaCommand(l.start.argv, parse.JavaSources{
		Getenv: l.getenv,
		ArgFile: func(name string) ([]byte, error) {
			if !path.IsAbs(name) {
				name = path.Join(string(l.start.info.Cwd), name)
			}
			return host.ReadFile(l.plan.tree, name, 1<<20)
		},
	})
}

func (l *linker) getenv(name string) (string, bool) { v, ok := l.start.env[name]; return v, ok }

// made opens what the programs left below Out; a link that they made leads nowhere.
func (l *linker) made(name string, limit int64) ([]byte, error) {
	root, err := os.OpenRoot(build.Out(l.dir))
	if err != nil {
		return nil, fmt.Errorf("jlink: %w", err)
	}
	defer root.Close()
	f, err := root.Open(name)
	if err != nil {
		return nil, fmt.Errorf("jlink: %w", disk.Cause(err))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit))
	if err != nil {
		return nil, fmt.Errorf("jlink: %w", err)
	}
	return data, nil
}
