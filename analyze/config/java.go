package config

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// java reads the JVM's command line and refers to what it names.
func (r *resolver) java() {
	p := r.s.Main
	var argFiles []string
	cmd := parse.ReadJavaCommand(p.Args(), parse.JavaSources{
		Getenv: p.Getenv,
		ArgFile: func(name string) ([]byte, error) {
			argFiles = append(argFiles, name)
			return host.ReadFile(r.s.Root, p.Abs(name), maxArgFile)
		},
		Embedded: path.Base(p.Exe) != "java",
	})
	r.c.Java = cmd
	for _, problem := range cmd.Problems {
		r.s.Skip(model.Skip{What: "arguments of the JVM", Reason: problem, Incomplete: true})
	}
	if cmd.NamesNothing() && path.Base(p.Exe) == "java" {
		r.s.Skip(model.Skip{
			What: "arguments of the JVM", Reason: "name nothing that Java runs: the process has overwritten them (setproctitle(3)), or they are those of a tool", Incomplete: true,
			Remedy: "start it so that its arguments stay, then run inventory and analyze again",
		})
	}
	for _, name := range argFiles {
		r.refer(name, "argument file of the JVM", model.LayerConfig, false)
	}
	for i, e := range cmd.ClassPathEntries() {
		r.classPath(e, "entry "+itoa(i+1)+" of the class path"+fromArg(cmd.ClassPath, p.PID))
	}
	for i, e := range strings.Split(cmd.ModulePath.Value, ":") {
		if e != "" {
			r.classPath(e, "entry "+itoa(i+1)+" of the module path"+fromArg(cmd.ModulePath, p.PID))
		}
	}
	switch cmd.Mode {
	case parse.JavaJar:
		r.jar(cmd.Main.Value, "-jar"+fromArg(cmd.Main, p.PID))
	case parse.JavaSource:
		r.refer(cmd.Main.Value, "source file to run"+fromArg(cmd.Main, p.PID), model.LayerApp, false)
	}
	r.javaOptions(cmd)
	for i, a := range cmd.Program {
		if r.s.Kind() == "java-tomcat" && i > 0 && cmd.Program[i-1].Value == "-config" {
			continue // tomcat reads it as what it is
		}
		r.programFile(a.Value, "argument of the program"+fromArg(a, p.PID))
	}
	r.javaProperties(cmd)
}

func fromArg(a parse.JavaArg, pid int) string {
	switch {
	case a.Env != "":
		return " (" + string(model.FromEnv(pid, a.Env)) + ")"
	case a.Index > 0:
		return " (" + string(model.FromArg(pid, a.Index)) + ")"
	}
	return ""
}

// classPath refers to one entry: a jar with what its manifest names, a folder of classes, or every jar of a folder ("lib/*").
func (r *resolver) classPath(entry, reason string) {
	dir, isWild := strings.CutSuffix(entry, "/*")
	if entry == "*" {
		dir, isWild = ".", true
	}
	if isWild {
		r.wildcard(dir, reason)
		return
	}
	info, err := host.Stat(r.s.Root, r.s.Main.Abs(entry))
	if err != nil {
		return // the JVM ignores entries that do not exist
	}
	if info.Type == host.Dir {
		r.refer(entry, reason, model.LayerApp, true)
		return
	}
	r.jar(entry, reason)
}

func (r *resolver) wildcard(dir, reason string) {
	list, err := r.s.Root.ReadDir(r.s.Main.Abs(dir))
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			r.skip(r.s.Main.Abs(dir), err)
		}
		return
	}
	for _, e := range list {
		if strings.EqualFold(path.Ext(e.Name), ".jar") {
			r.jar(path.Join(r.s.Main.Abs(dir), e.Name), reason)
		}
	}
}

// jar refers to an archive and, by its manifest, to the others on its class path (JAR File Specification, "Class-Path Attribute"):
// relative to the jar's folder, URL-escaped, folders end with a slash.
func (r *resolver) jar(name, reason string) { r.jarIn(r.s.Main.Abs(name), reason, model.LayerApp) }

func (r *resolver) jarIn(abs, reason, layer string) {
	if slices.ContainsFunc(r.c.References, func(f Reference) bool { return f.Path == abs && f.Layer == layer }) {
		return
	}
	r.refer(abs, reason, layer, false)
	j, done := r.openJar(abs)
	if j == nil {
		return
	}
	defer done()
	m, err := j.Manifest()
	if err != nil {
		if !errors.Is(err, parse.ErrNoEntry) {
			r.skip(abs, err)
		}
		return
	}
	a, _ := m.Get("Class-Path")
	for e := range strings.FieldsSeq(a.Value) {
		why := "Class-Path of " + model.Path(abs).String()
		p := pathIn(e)
		if p == "" {
			p = pathIn("file:" + path.Dir(abs) + "/" + e)
		}
		if p == "" {
			continue
		}
		if strings.HasSuffix(e, "/") {
			r.refer(p, why, layer, true)
		} else if ok, _ := host.Exists(r.s.Root, p); ok {
			r.jarIn(p, why, layer)
		}
	}
}

// openJar opens an archive; nil when it is none, which is a skip.
func (r *resolver) openJar(abs string) (*parse.Jar, func()) {
	f, err := r.s.Root.Open(abs)
	if err != nil {
		r.skip(abs, err)
		return nil, nil
	}
	if !r.may(abs) {
		f.Close()
		return nil, nil
	}
	j, err := parse.OpenJar(f, f.Info().Size)
	if err != nil {
		f.Close()
		r.skip(abs, err)
		return nil, nil
	}
	return j, func() { f.Close() }
}

// javaOptions refers to agents and to files of -XX options.
func (r *resolver) javaOptions(cmd *parse.JavaCommand) {
	for _, o := range cmd.Options {
		from := fromArg(o, r.s.Main.PID)
		if v, ok := strings.CutPrefix(o.Value, "-javaagent:"); ok {
			jar, _, _ := strings.Cut(v, "=")
			r.jar(jar, "-javaagent"+from)
			if dir := path.Dir(r.s.Main.Abs(jar)); !shared(dir) {
				r.refer(dir, "-javaagent: its own folder"+from, model.LayerApp, true)
			}
		}
		if v, ok := strings.CutPrefix(o.Value, "-agentpath:"); ok {
			lib, _, _ := strings.Cut(v, "=")
			r.refer(lib, "-agentpath"+from, model.LayerApp, false)
		}
		if v, ok := strings.CutPrefix(o.Value, "-Xbootclasspath/a:"); ok {
			for e := range strings.SplitSeq(v, ":") {
				r.classPath(e, "-Xbootclasspath/a"+from)
			}
		}
		for _, prefix := range []string{"-XX:SharedArchiveFile=", "-XX:Flags=", "-XX:CompileCommandFile=", "-XX:AOTCache="} {
			if v, ok := strings.CutPrefix(o.Value, prefix); ok {
				r.refer(v, strings.TrimSuffix(prefix, "=")+from, model.LayerApp, false)
			}
		}
	}
}

// javaProperties keeps -D as settings and refers to the files among them: relative ones too when the name says that it is a file.
func (r *resolver) javaProperties(cmd *parse.JavaCommand) {
	for _, p := range cmd.Properties {
		r.javaSetting(p)
		if p.Value != "" && (strings.Contains(p.Value, "/") || namesFile(p.Name)) {
			r.javaPath(p)
		}
	}
}

// javaSetting keeps a property as a setting; those of the argument vector are settings already.
func (r *resolver) javaSetting(p parse.JavaProperty) {
	if p.From.Index > 0 && p.From.File == "" && p.From.Env == "" {
		return
	}
	v := Setting{Key: p.Name, Value: p.Value, Source: model.FromEnv(r.s.Main.PID, p.From.Env), Place: model.Place{Kind: "env", Key: p.From.Env}}
	if p.From.File != "" {
		file := r.s.Main.Abs(p.From.File)
		v.File, v.Source, v.Place = file, model.FromFile(model.Path(file), 0), model.Place{Kind: "file", Key: p.Name, Path: model.Path(file)}
	}
	r.c.Settings = append(r.c.Settings, v)
}

// javaPath refers to the file or folder that a property names.
func (r *resolver) javaPath(p parse.JavaProperty) {
	why := "-D" + p.Name + fromArg(p.From, r.s.Main.PID)
	switch p.Name {
	case "java.io.tmpdir":
		r.dir("tempDir", r.s.Main.Abs(p.Value), argSource(p.From, r.s.Main.PID))
	case "java.library.path", "jna.library.path", "java.ext.dirs", "java.endorsed.dirs":
		for d := range strings.SplitSeq(p.Value, ":") {
			if d != "" && !shared(r.s.Main.Abs(d)) {
				r.refer(d, why, model.LayerApp, true)
			}
		}
	case "catalina.home", "catalina.base", "java.home", "user.dir", "user.home":
	default:
		abs := r.s.Main.Abs(p.Value)
		if info, err := host.Stat(r.s.Root, abs); err == nil && info.Type == host.Regular && !strings.HasPrefix(p.Value, "/") {
			r.refer(abs, why, model.LayerConfig, false)
		}
	}
}

// programFile reads a file that an argument names, absolute or relative to the working folder.
func (r *resolver) programFile(arg, reason string) {
	if arg == "" || strings.HasPrefix(arg, "-") || len(arg) > 4096 || strings.Contains(arg, "://") {
		return
	}
	abs := r.s.Main.Abs(arg)
	info, err := host.Stat(r.s.Root, abs)
	switch {
	case err != nil || info.Type != host.Regular:
	case readable(abs):
		r.document(abs, reason)
	default:
		r.refer(abs, reason, model.LayerApp, false)
	}
}

func argSource(a parse.JavaArg, pid int) model.Source {
	if a.Env != "" {
		return model.FromEnv(pid, a.Env)
	}
	return model.FromArg(pid, a.Index)
}

func namesFile(name string) bool {
	n := strings.ToLower(name)
	for _, s := range []string{"file", "config", "path", "dir", "store"} {
		if strings.Contains(n, s) {
			return true
		}
	}
	return false
}

// generic is a Java program of no known framework: what lies in the working folder as configuration.
func (r *resolver) generic() {
	r.dir("base", string(r.s.App.Base), model.Derived("base folder of the application"))
	seen := map[string]bool{}
	for _, top := range []string{r.s.Main.Cwd, string(r.s.App.Base)} {
		for _, sub := range []string{"", "conf", "config", "etc"} {
			if dir := path.Join(top, sub); top != "" && !seen[dir] {
				seen[dir] = true
				r.configsIn(dir, "configuration in the application's folder")
			}
		}
	}
}

// configsIn reads the documents of a folder by their endings.
func (r *resolver) configsIn(dir, reason string) {
	if dir == "" || shared(dir) {
		return
	}
	list, err := r.s.Root.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range list {
		switch strings.ToLower(path.Ext(e.Name)) {
		case ".properties", ".yml", ".yaml", ".xml":
			if name := path.Join(dir, e.Name); e.Type == host.Regular && !Sample(r.s.Root, name) {
				r.document(name, reason)
			}
		}
	}
}
