package files

import (
	"bytes"
	"context"
	"path"
	"slices"
	"strings"

	"a2c/analyze/config"
	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
)

// Input is what the sources go by.
type Input struct {
	Subject *subject.Subject
	Config  *config.Config
	State   []model.StateDir
	Logs    []model.LogFile
	Empty   []Folder // log, temp and work folders
	// Excluded and Added are the user's: containerParameters.appExcludedFiles and appSpecificFiles, paths, folders or patterns (path.Match).
	Excluded, Added []model.Path
	Needed          []model.Path // containerParameters.runtimeFiles
	Others          []Other
	Recover         bool        // deleted files that are open go in
	Workspace       string      // a2c's own, never part of an application; "" when there is none
	Looked          func(n int) // told now and then how many paths were decided on; nil: nobody is
}

// Folder is a folder that the image has empty.
type Folder struct {
	Path   string
	Reason string
}

// Result is the decision on every path that was considered.
type Result struct {
	Set       *Set
	Libraries []model.Library
	Skips     []model.Skip
}

type collector struct {
	in      Input
	set     *Set
	closure *Closure
	named   map[string]bool     // paths that the configuration or an open file names: the general rules against junk do not apply
	mapped  map[string]bool     // files that are mapped or open now
	above   map[string]bool     // the folders that these, the programs and the working folder lie in
	links   map[string][]string // of libraries, by folder
	others  map[string]string   // paths of other applications: why
	awt     bool
}

// Collect asks every source in turn: layout, configuration, open files, runtime, system, native libraries, and the user.
func Collect(ctx context.Context, in Input) (Result, error) {
	c := &collector{in: in, named: map[string]bool{}, mapped: map[string]bool{}, above: map[string]bool{}, links: map[string][]string{}, others: map[string]string{}}
	c.set = NewSet(in.Subject.Root, c.veto)
	c.set.looked = in.Looked
	c.set.artifact = string(in.Subject.App.Artifact)
	c.closure = NewClosure(c.set, c.libraryPath(), c.mapped)
	c.note4Named()
	c.noteOthers()
	for _, source := range []func(context.Context) error{c.user, c.bundled, c.layout, c.references, c.runtime, c.open, c.observed, c.needed, c.empty, c.native, c.deleted, c.listOut} {
		if err := source(ctx); err != nil {
			return Result{}, err
		}
	}
	r := Result{Set: c.set, Libraries: c.closure.Libraries()}
	r.Skips = append(c.set.Skips(), c.closure.Missing()...)
	return r, nil
}

// note4Named fills named and mapped before any decision.
func (c *collector) note4Named() {
	for _, r := range c.in.Config.References {
		mind(c.set.holds, r.Path)
		if !r.Tree {
			c.name(r.Path)
		}
	}
	for _, d := range c.in.Config.Documents {
		c.name(d.Path)
	}
	for _, p := range c.in.Subject.Procs {
		c.noteProcess(p)
	}
	for _, f := range c.in.Subject.Opened {
		if !f.Wrote {
			c.mapped[f.Name], c.named[f.Name] = true, true
		}
	}
	for p := range c.mapped {
		mind(c.above, p)
	}
	for p := range c.named {
		mind(c.set.holds, p)
	}
	c.awt = usesAWT(c.mapped)
}

func (c *collector) noteProcess(p *subject.Proc) {
	for _, m := range p.Maps {
		if !m.Deleted {
			c.mapped[m.Path] = true
			c.named[m.Path] = true
		}
	}
	for _, f := range p.FDs {
		if name := f.Name; name != "" && !f.Writes() {
			c.mapped[name] = true
			c.named[name] = true
		}
	}
	c.name(p.Exe)
	c.mapped[p.Exe] = true
	c.above[p.Cwd] = true
	mind(c.above, p.Cwd)
}

// mind notes the folders above a path.
func mind(above map[string]bool, p string) {
	for dir := path.Dir(p); len(dir) > 1 && !above[dir]; dir = path.Dir(dir) {
		above[dir] = true
	}
}

func (c *collector) name(p string) {
	c.named[p] = true
	if real, _, err := host.Resolve(c.set.tree, p); err == nil {
		c.named[real] = true
	}
}

// libraryPath is LD_LIBRARY_PATH of the main process; an empty element is its working folder.
func (c *collector) libraryPath() []string {
	v, ok := c.in.Subject.Main.Getenv("LD_LIBRARY_PATH")
	if !ok || v == "" {
		return nil
	}
	var out []string
	for _, d := range strings.FieldsFunc(v+":", func(r rune) bool { return r == ':' || r == ';' }) {
		out = append(out, c.in.Subject.Main.Abs(d))
	}
	return out
}

// user takes what the user added.
func (c *collector) user(ctx context.Context) error {
	for _, p := range c.in.Added {
		names := host.Named(c.set.tree, string(p), c.set.skip)
		if len(names) == 0 {
			c.note("appSpecificFiles "+p.String(), "nothing matches it")
		}
		for _, name := range names {
			if err := c.set.Tree(ctx, name, model.LayerApp, "user: appSpecificFiles", nil); err != nil {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				c.set.skip(name, err)
			}
		}
	}
	return nil
}

// references takes what the configuration names, and the documents themselves.
func (c *collector) references(ctx context.Context) error {
	for _, d := range c.in.Config.Documents {
		if _, _, err := c.set.Include(d.Path, model.LayerConfig, d.Reason); err != nil {
			c.set.skip(d.Path, err)
		}
	}
	for _, r := range c.in.Config.References {
		if kernelPath(r.Path) || c.scratch(r.Path) {
			continue
		}
		layer := r.Layer
		if layer == model.LayerApp {
			layer = c.layerOf(r.Path)
		}
		var err error
		if r.Tree && !config.Shared(r.Path) {
			err = c.set.Tree(ctx, r.Path, layer, r.Reason, c.plain)
		} else {
			_, _, err = c.set.Include(r.Path, layer, r.Reason)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			c.set.skip(r.Path, err)
		}
	}
	return nil
}

// layerOf puts files of the operating system and of the language runtime into the runtime's layer.
func (c *collector) layerOf(p string) string {
	if subject.Under(p, string(c.in.Subject.App.Runtime.Home)) && c.in.Subject.App.Runtime.Kind != "dotnet-self-contained" {
		return model.LayerRuntime
	}
	if subject.Under(p, "/etc") {
		return model.LayerConfig
	}
	for _, dir := range []string{"/usr", "/lib", "/lib64", "/bin", "/sbin"} {
		if subject.Under(p, dir) && !subject.Under(p, "/usr/local") {
			return model.LayerRuntime
		}
	}
	return model.LayerApp
}

// runtime takes the language runtime and what it needs of the system.
func (c *collector) runtime(ctx context.Context) error {
	s := c.in.Subject
	var err error
	switch {
	case s.Java():
		err = c.jvm(ctx, string(s.App.Runtime.Home))
	case c.in.Config.DotnetRoot != "":
		err = c.dotnetRoot(ctx, c.in.Config.DotnetRoot)
	case s.App.Runtime.Kind == "mono":
		err = c.mono(ctx, string(s.App.Runtime.Home))
	}
	if err != nil {
		return err
	}
	c.executables()
	if s.Dotnet() {
		c.dotnetNative()
	}
	return c.system(ctx)
}

// executables begins the closure with the programs that run, so that libraries looked up by name match their architecture.
func (c *collector) executables() {
	for _, p := range c.in.Subject.Procs {
		if real, _, err := c.set.Include(p.Exe, c.layerOf(p.Exe), "open: "+string(model.FromProc(p.PID, "exe"))); err == nil {
			c.closure.Add(real, model.FromProc(p.PID, "exe"))
		} else {
			c.set.skip(p.Exe, err)
		}
	}
}

// native closes the set over native libraries: every executable and library in it may be loaded.
func (c *collector) native(ctx context.Context) error {
	for at := range c.set.regular() {
		if at.mode&0o111 == 0 && !bytes.Contains(at.name, []byte(".so")) && !c.mapped[at.path()] {
			continue
		}
		seen := model.Source(strings.Join(c.set.said(at.entry).reasons[:1], ""))
		c.closure.Add(at.path(), seen)
	}
	if err := c.closure.Run(ctx); err != nil {
		return err
	}
	if c.closure.useCache {
		c.optional("/etc/ld.so.cache", model.LayerRuntime, "elf: a library lies outside the loader's own folders")
	}
	c.openssl()
	return nil
}

// openssl takes the configuration that OpenSSL reads when it is loaded (openssl-config(5)), by whatever.
func (c *collector) openssl() {
	for p := range c.set.Paths(model.LayerRuntime) {
		if strings.HasPrefix(path.Base(p), "libcrypto.so.") {
			for _, name := range []string{"/usr/lib/ssl/openssl.cnf", "/etc/pki/tls/openssl.cnf", "/etc/ssl/openssl.cnf"} {
				c.optional(name, model.LayerRuntime, "dlopen: read by OpenSSL")
			}
			return
		}
	}
}

// note lists something that was looked for and is left out on purpose.
func (c *collector) note(what, reason string) {
	c.set.skips = append(c.set.skips, model.Skip{What: what, Reason: reason})
}

// empty makes the folders that the application writes to and that need not survive, and its own folders of the system.
func (c *collector) empty(context.Context) error {
	dirs := slices.Clone(c.in.Empty)
	for _, d := range []string{"/tmp", "/var/tmp"} {
		dirs = append(dirs, Folder{d, "layout: temporary files"})
	}
	for _, d := range dirs {
		if _, _, err := c.set.Include(d.Path, model.LayerApp, d.Reason); err == nil {
			c.set.Decide(d.Path, model.Empty, d.Reason, !c.holdsIn(d.Path))
		}
	}
	for _, d := range c.in.State {
		_, _, _ = c.set.Include(string(d.Path), model.LayerApp, "state: "+d.Reason) // the veto says so
	}
	if cwd := c.in.Subject.Main.Cwd; cwd != "" && !kernelPath(cwd) {
		c.optional(cwd, model.LayerApp, "open: "+string(model.FromProc(c.in.Subject.Main.PID, "cwd")))
	}
	return nil
}

// holdsIn reports whether something below the folder is in the image.
func (c *collector) holdsIn(dir string) bool {
	for at := range c.set.entries.in(dir) {
		if c.set.said(at.entry).decision == model.In && at.path() != dir {
			return true
		}
	}
	return false
}
