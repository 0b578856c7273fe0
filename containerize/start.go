package containerize

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"a2c/containerize/layer"
	"a2c/model"
	"a2c/parse"
)

// start is how the image starts: its configuration, what differs from the live process on purpose, and what a run must supply.
type start struct {
	info    model.AnalysisInfo
	plan    *plan
	argv    []string
	env     map[string]string
	secrets []model.Secret
	files   []model.SecretFile
	changes []model.Change
	skips   []model.Skip
	ports   []model.Listener // as reachable in the image

	logged   map[model.Path]bool   // log files that go to the console in the image
	linked   map[model.Path]bool   // folders with links to it
	unlinked map[model.Path]string // log files that are not linked, and why
	init     []string              // options of the image's init; none: there is none

	variables *bool // whether Tomcat's documents can read variables; nil: not asked yet
}

// keep is what stays as it is on the host.
type keep struct{ bind, fileSecrets, logs bool }

// newStart derives the start from the live process. Listeners are opened, and secrets taken out of configuration files, unless they are to be kept.
func newStart(a model.Analysis, p *plan, as keep) (*start, error) {
	s := &start{info: a.AnalysisInfo, plan: p, argv: slices.Clone(a.AnalysisInfo.Cmdline), env: map[string]string{}, logged: map[model.Path]bool{}, linked: map[model.Path]bool{}, unlinked: map[model.Path]string{}}
	if len(s.argv) == 0 {
		return nil, fmt.Errorf("analysis of %s holds no command line: analyze again", a.AnalysisInfo.AppID)
	}
	if err := variables(a.ContainerParameters.Environment); err != nil {
		return nil, err
	}
	s.environment(a.ContainerParameters.Environment)
	s.secretArguments()
	s.ports = s.lasting(a.ContainerParameters.ApplicationPort)
	if !as.bind {
		if err := s.open(); err != nil {
			return nil, err
		}
	}
	if !as.fileSecrets {
		if err := errors.Join(s.fileSecrets(), s.secretFiles()); err != nil {
			return nil, err
		}
	}
	if as.logs {
		s.logFiles()
	} else if err := s.console(); err != nil {
		return nil, err
	}
	if err := s.program(); err != nil {
		return nil, err
	}
	if err := s.runs(); err != nil {
		return nil, err
	}
	if err := s.artifact(); err != nil {
		return nil, err
	}
	if err := s.representable(); err != nil {
		return nil, err
	}
	if err := s.workingDir(); err != nil {
		return nil, err
	}
	s.umask()
	s.parent()
	s.lost()
	return s, nil
}

// lost lists what a container does not give the process.
func (s *start) lost() {
	if extra := slices.DeleteFunc(slices.Clone(s.info.App.User.Groups), func(g int) bool { return g == s.info.App.User.GID }); len(extra) > 0 {
		s.skips = append(s.skips, model.Skip{
			What: "supplementary groups", Reason: fmt.Sprintf("engines give a numeric user none; the process has %v", extra), Remedy: "docker run --group-add, or supplementalGroups in a pod's securityContext",
		})
	}
}

// variables refuses what no environment can hold (environ(7)).
func variables(added []model.NameValue) error {
	for i, v := range added {
		if v.Name == "" || strings.ContainsAny(v.Name, "=\x00") {
			return fmt.Errorf("containerParameters.environment[%d].name in analysis.json: %q is no name of a variable", i, v.Name)
		}
		if strings.ContainsRune(v.Value, 0) {
			return fmt.Errorf("containerParameters.environment[%d].value in analysis.json: %q holds a NUL, which no variable can", i, v.Value)
		}
	}
	return nil
}

// environment takes the kept variables; those that are secrets become needs. added are the user's.
func (s *start) environment(added []model.NameValue) {
	for _, v := range s.info.EnvKept {
		if v.Secret {
			s.secrets = append(s.secrets, s.secretVariable(v.Name))
			continue
		}
		if !utf8.ValidString(v.Value) || strings.Contains(v.Value, model.Redacted) {
			s.skips = append(s.skips, model.Skip{What: "variable " + v.Name, Reason: "its value cannot stand in an image configuration (not UTF-8, or redacted)", Remedy: "set it where the image runs"})
			continue
		}
		s.env[v.Name] = v.Value
	}
	for _, v := range added {
		before := s.env[v.Name]
		s.env[v.Name] = v.Value
		s.changes = append(s.changes, model.Change{Kind: "env", Target: v.Name, Before: before, After: v.Value, Reason: "containerParameters.environment"})
	}
}

func (s *start) secretVariable(name string) model.Secret {
	for _, k := range s.info.Secrets {
		if k.Place.Kind == "env" && k.Place.Key == name {
			k.Name = name
			return k
		}
	}
	return model.Secret{Name: name, Kind: "password", Place: model.Place{Kind: "env", Key: name}}
}

// set puts a variable into the image and says so.
func (s *start) set(name, value, reason string, port int) {
	before := s.env[name]
	if before == value {
		return
	}
	s.env[name] = value
	s.changes = append(s.changes, model.Change{Kind: "listener", Target: name, Before: before, After: value, Reason: reason, Port: port})
}

// variable finds the name under which a variable is in force, compared without case as .NET does; "" if none.
func (s *start) variable(name string) string {
	if _, ok := s.env[name]; ok {
		return name
	}
	for have := range s.env {
		if strings.EqualFold(have, name) {
			return have
		}
	}
	return ""
}

// program makes argv[0] a path that exists in the image. A name that the host found in PATH, or a link outside the image, becomes the
// executable that really runs.
func (s *start) program() error {
	exe := string(s.info.Exe)
	if it := s.plan.find(s.argv[0]); path.IsAbs(s.argv[0]) && it != nil && it.Kind != layer.Dir && (exe == "" || string(it.Path) == exe) {
		return nil
	}
	it := s.plan.find(exe)
	if exe == "" || it == nil || it.Kind == layer.Dir {
		return fmt.Errorf("the executable %q is not among the files of the image: if it was deleted or replaced under the running application, restart that, then analyze again; "+
			"else add it to containerParameters.appSpecificFiles", exe)
	}
	if s.argv[0] != exe {
		s.changes = append(s.changes, model.Change{Kind: "argument", Target: "0", Before: s.argv[0], After: exe, Reason: "started by the path of the executable, which the image has"})
		s.argv[0] = exe
	}
	return nil
}

// runs refuses a command line of Java that names nothing to run: the process wrote a title over it, and the image would only print the usage.
func (s *start) runs() error {
	if path.Base(string(s.info.Exe)) != "java" {
		return nil
	}
	cmd := parse.ReadJavaCommand(s.argv, parse.JavaSources{
		Getenv:  func(name string) (string, bool) { v, ok := s.env[name]; return v, ok },
		ArgFile: func(string) ([]byte, error) { return nil, fs.ErrNotExist }, // a problem, which leaves it open
	})
	if !cmd.NamesNothing() {
		return nil
	}
	return fmt.Errorf("the command line %q names nothing that Java runs: the process has overwritten its arguments; start it so that they stay, then run inventory and analyze again",
		strings.Join(s.argv, " "))
}

// artifact refuses an image without the application: it was deleted while it runs, or the user left it out.
func (s *start) artifact() error {
	file := string(s.info.App.Artifact)
	if file == "" || s.plan.find(file) != nil {
		return nil
	}
	return fmt.Errorf("the application itself, %q, is not among the files of the image: if it was deleted or replaced while it runs, restart it, then analyze again; "+
		"else take it out of containerParameters.appExcludedFiles", file)
}

// representable refuses what an image configuration, which is JSON, cannot hold.
func (s *start) representable() error {
	for i, a := range append([]string{string(s.info.Cwd)}, s.argv...) {
		if !utf8.ValidString(a) {
			what := fmt.Sprintf("argument %d", i-1)
			if i == 0 {
				what = "the working folder"
			}
			return fmt.Errorf("%s (%s) is not UTF-8: an image configuration is JSON and cannot hold it", what, model.Path(a))
		}
	}
	return nil
}

// workingDir makes sure that the folder exists, so that relative names keep working.
func (s *start) workingDir() error {
	cwd := string(s.info.Cwd)
	if cwd == "" || cwd == "/" {
		return nil
	}
	if it := s.plan.find(cwd); it != nil && it.Kind == layer.Dir {
		return nil
	}
	u := s.info.App.User
	return s.plan.dir(s.info.Cwd, 0o755, u.UID, u.GID)
}

// config is the image configuration.
func (s *start) config() model.ImageConfig {
	u := s.info.App.User
	c := model.ImageConfig{
		User: fmt.Sprintf("%d:%d", u.UID, u.GID), WorkingDir: s.info.Cwd, Entrypoint: s.entrypoint(),
		Env: []string{}, ExposedPorts: []string{}, StopSignal: s.stopSignal(),
	}
	for name, value := range s.env {
		c.Env = append(c.Env, name+"="+value)
	}
	slices.Sort(c.Env)
	for _, l := range s.reachable() {
		c.ExposedPorts = append(c.ExposedPorts, strconv.Itoa(l.Port)+"/"+l.Protocol)
	}
	return c
}

// stopSignal is SIGKILL for a JVM with -Xrs, which installs no handlers: PID 1 without a handler does not see SIGTERM
// (pid_namespaces(7)), and waiting for the engine's timeout gains nothing. Other runtimes handle the engines' SIGTERM.
func (s *start) stopSignal() string {
	if s.info.App.Runtime.Kind == "jvm" && !s.reaps() && slices.Contains(s.argv, "-Xrs") {
		return "SIGKILL"
	}
	return ""
}

// inner are purposes that nobody outside has business with.
func inner(purpose string) bool {
	return slices.Contains([]string{"shutdown", "jmx", "debug", "ajp"}, purpose)
}

// lasting are the listeners whose ports are the same at each start; main is the port that the user names, which is one however it looks.
func (s *start) lasting(main int) []model.Listener {
	var out []model.Listener
	for _, l := range s.info.App.Listeners {
		if !l.Ephemeral || l.Port == main {
			out = append(out, l)
			continue
		}
		s.skips = append(s.skips, model.Skip{
			What: fmt.Sprintf("port %d/%s", l.Port, l.Protocol), Reason: "the kernel chose it for this start; at the next one it is another, which nobody can be told beforehand",
			Remedy: "give the listener a fixed port, where others are to reach it; if it has one, name it as containerParameters.applicationPort in analysis.json",
		})
	}
	return out
}

// reachable lists the ports to expose, by number, each once.
func (s *start) reachable() []model.Listener {
	var out []model.Listener
	for _, l := range s.ports {
		if l.Loopback() || inner(l.Purpose) || slices.ContainsFunc(out, func(o model.Listener) bool { return o.Port == l.Port && o.Protocol == l.Protocol }) {
			continue
		}
		out = append(out, l)
	}
	slices.SortFunc(out, func(a, b model.Listener) int { return a.Port - b.Port })
	return out
}
