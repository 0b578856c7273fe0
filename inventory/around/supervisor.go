package around

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// supervised is a program of supervisord (supervisord.org/configuration.html): it tells its children their names, and its configuration has a section
// for each.
func (e *each) supervised(s *model.Start, _ []parse.Cgroup, line []*host.Process, top *host.Process) bool {
	if top == nil || starter(top) != "supervisord" {
		return false
	}
	name := ""
	from := []model.Source{model.FromProc(top.PID, "cmdline")}
	for _, p := range append([]*host.Process{e.p}, line...) {
		env, err := p.Environ()
		if err != nil {
			continue
		}
		group, _ := env.Get("SUPERVISOR_GROUP_NAME")
		process, ok := env.Get("SUPERVISOR_PROCESS_NAME")
		if !ok {
			continue
		}
		if name = process; group != "" && group != process {
			name = group + ":" + process
		}
		from = append(from, model.FromEnv(p.PID, "SUPERVISOR_PROCESS_NAME"))
		break
	}
	started(s, "supervisord", name, from...)
	if at, ok := e.supervisorSection(top, name); ok {
		s.File = model.Path(at.File)
		s.Evidence.Add("file", at.Source())
	}
	return true
}

// supervisorSection finds the line command= of the section that defines a process, in supervisord's configuration and what that includes.
func (e *each) supervisorSection(top *host.Process, name string) (host.UnitSetting, bool) {
	tree, err := top.Tree()
	if err != nil {
		return host.UnitSetting{}, false
	}
	c := supervisorConf{each: e, tree: tree}
	for _, file := range supervisorFiles(top) {
		if settings, ok := c.read(file); ok {
			return c.defines(settings, name)
		}
	}
	return host.UnitSetting{}, false
}

// supervisorConf reads a configuration of supervisord, which any user may have of their own, within bounds.
type supervisorConf struct {
	*each
	tree     host.Tree
	files    int // and patterns
	settings int
}

// Bounds of a configuration of supervisord with all that it includes.
const (
	maxSupervisorFiles    = 1000
	maxSupervisorSettings = 20_000
)

var errSupervisor = fmt.Errorf("more than %d files or %d settings with all that is included: this and what follows is not read", maxSupervisorFiles, maxSupervisorSettings)

// read reads a file with what it includes; what is included includes nothing.
func (c *supervisorConf) read(file string) ([]host.UnitSetting, bool) {
	settings, ok := c.readINI(file)
	if !ok {
		return nil, false
	}
	for _, v := range slices.Clone(settings) {
		if v.Key == "include.files" {
			settings = append(settings, c.included(v)...)
		}
	}
	return settings, true
}

// defines finds the line command= of the section that is that of a process "GROUP:PROCESS" or "PROCESS": its process_name, which is the program's name
// unless numprocs wants several, gives the process's, and its group is a [group:x] that lists the program, else of the program's own name.
func (c *supervisorConf) defines(settings []host.UnitSetting, name string) (host.UnitSetting, bool) {
	group, process, two := strings.Cut(name, ":")
	if !two {
		group, process = name, name
	}
	patterns, groups := map[string]string{}, map[string]string{} // of a section; of a program
	for _, v := range settings {
		value, _, _ := strings.Cut(v.Value, " ;")
		if listing, ok := strings.CutPrefix(v.Key, "group:"); ok && strings.HasSuffix(listing, ".programs") {
			for _, program := range list(value) {
				groups[program] = strings.TrimSuffix(listing, ".programs")
			}
		}
		if section, ok := strings.CutSuffix(v.Key, ".process_name"); ok {
			patterns[section] = strings.TrimSpace(value)
		}
	}
	for _, v := range settings {
		section, ok := strings.CutSuffix(v.Key, ".command")
		kind, program, _ := strings.Cut(section, ":")
		if !ok || !slices.Contains([]string{"program", "fcgi-program", "eventlistener"}, kind) {
			continue
		}
		own, pattern := cmp.Or(groups[program], program), cmp.Or(patterns[section], "%(program_name)s")
		if own == group && processName(pattern, program, own, process) {
			return v, true
		}
	}
	return host.UnitSetting{}, false
}

// list splits what commas part.
func list(value string) []string {
	return strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' })
}

// numbered is the number of a process of several, as a process_name writes it: %(process_num)02d.
var numbered = regexp.MustCompile(`%\\\(process_num\\\)[0-9]*[ds]`)

// processName reports whether a process_name stands for a process, whatever its number.
func processName(pattern, program, group, process string) bool {
	pattern = strings.NewReplacer("%(program_name)s", program, "%(group_name)s", group).Replace(pattern)
	re, err := regexp.Compile("^" + numbered.ReplaceAllString(regexp.QuoteMeta(pattern), "[0-9]+") + "$")
	return err == nil && re.MatchString(process)
}

// included reads the files that a line files= names, relative to its own.
func (c *supervisorConf) included(v host.UnitSetting) []host.UnitSetting {
	var settings []host.UnitSetting
	text, _, _ := strings.Cut(v.Value, " ;")
	unread := func(folder string, err error) { c.unread("configuration of supervisord", folder, err) }
	for pattern := range strings.FieldsSeq(text) {
		if c.files++; c.files > maxSupervisorFiles || c.settings > maxSupervisorSettings {
			c.unread("configuration of supervisord", v.File, errSupervisor)
			break
		}
		for _, f := range host.Glob(c.tree, absolute(pattern, path.Dir(v.File)), maxIncluded, unread) {
			more, _ := c.readINI(f)
			settings = append(settings, more...)
		}
	}
	return settings
}

// readINI reads a file of sections; the syntax of units is close enough for keys and lines.
func (c *supervisorConf) readINI(file string) ([]host.UnitSetting, bool) {
	if c.files++; c.files > maxSupervisorFiles || c.settings > maxSupervisorSettings {
		c.unread("configuration of supervisord", path.Dir(file), errSupervisor)
		return nil, false
	}
	data, err := host.ReadFile(c.tree, file, fileLimit)
	c.unread("configuration of supervisord", file, err)
	var out []host.UnitSetting
	settings, broken := parse.Unit(data)
	c.unread("configuration of supervisord", file, broken)
	for _, s := range settings {
		out = append(out, host.UnitSetting{Setting: s, File: file})
	}
	c.settings += len(out) + len(data)>>10
	return out, err == nil
}

// supervisorFiles is the file that supervisord was given, or where it looks by itself.
func supervisorFiles(top *host.Process) []string {
	cwd, _, _ := top.Cwd()
	for i, a := range top.Args() {
		name := ""
		switch {
		case (a == "-c" || a == "--configuration") && i+1 < len(top.Args()):
			name = top.Args()[i+1]
		case strings.HasPrefix(a, "--configuration="):
			name = strings.TrimPrefix(a, "--configuration=")
		case strings.HasPrefix(a, "-c") && len(a) > 2 && !strings.HasPrefix(a, "--"):
			name = a[2:]
		}
		if name != "" {
			return []string{path.Join("/", absolute(name, cwd))}
		}
	}
	return []string{path.Join("/", cwd, "supervisord.conf"), path.Join("/", cwd, "etc/supervisord.conf"), "/etc/supervisord.conf", "/etc/supervisor/supervisord.conf"}
}

func absolute(name, cwd string) string {
	if path.IsAbs(name) {
		return name
	}
	return path.Join(cwd, name)
}
