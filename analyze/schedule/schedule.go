// Package schedule finds what the machine starts by the clock for an application, and what time zone, language and encoding it relies on.
package schedule

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"a2c/analyze/config"
	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// Bounds of what is read: users write their own tables.
const (
	maxFile  = 1 << 20
	maxFiles = 2_000
)

// Jobs are those of cron and of systemd's timers that run as the application's user, or whose command names a folder of its own or one with its
// state. Sorted by file and line.
func Jobs(s *subject.Subject, dirs []model.StateDir) []model.Job {
	f := &finder{s: s, jobs: []model.Job{}}
	for _, p := range []model.Path{s.App.Base, s.App.Artifact, s.App.Platform.Home} {
		f.folder(string(p))
	}
	for _, d := range dirs {
		f.folder(string(d.Path))
	}
	f.cron()
	f.timers()
	slices.SortStableFunc(f.jobs, func(a, b model.Job) int { return cmp.Or(cmp.Compare(a.File, b.File), a.Line-b.Line) })
	return f.jobs
}

type finder struct {
	s       *subject.Subject
	folders []string
	jobs    []model.Job
	files   int
}

// folder counts as the application's own, unless it is one that everybody has.
func (f *finder) folder(p string) {
	if strings.Count(p, "/") >= 2 && !config.Shared(p) {
		f.folders = append(f.folders, p)
	}
}

// read reads a file of the machine; "" when it is not there. What cannot be read is a skip.
func (f *finder) read(what, name string) []byte {
	if f.files++; f.files > maxFiles {
		if f.files == maxFiles+1 {
			f.s.Skip(model.Skip{What: what, Path: model.Path(path.Dir(name)), Reason: fmt.Sprintf("more than %d files: the rest is not read", maxFiles), Incomplete: true})
		}
		return nil
	}
	data, err := host.ReadFile(f.s.Host.Tree, name, maxFile)
	f.unread(what, name, err)
	return data
}

func (f *finder) unread(what, name string, err error) {
	if err == nil || host.Vanished(err) {
		return
	}
	k := model.Skip{What: what, Path: model.Path(name), Reason: host.Reason(err), Incomplete: true}
	if host.Denied(err) {
		k.Remedy = "run as root"
	}
	f.s.Skip(k)
}

func (f *finder) list(what, dir string) []host.Entry {
	entries, err := f.s.Host.Tree.ReadDir(dir)
	f.unread(what, dir, err)
	return entries
}

func (f *finder) cron() {
	const what = "jobs of cron"
	f.table("/etc/crontab", "", true)
	for _, e := range f.list(what, "/etc/cron.d") {
		if e.Type != host.Dir && !strings.HasPrefix(e.Name, ".") {
			f.table(path.Join("/etc/cron.d", e.Name), "", true)
		}
	}
	for _, dir := range []string{"/var/spool/cron/crontabs", "/var/spool/cron", "/etc/crontabs"} {
		for _, e := range f.list(what, dir) {
			if e.Type == host.Regular {
				f.table(path.Join(dir, e.Name), e.Name, false)
			}
		}
	}
}

func (f *finder) table(name, user string, machine bool) {
	lines, err := parse.Crontab(f.read("crontab", name), machine)
	f.unread("crontab", name, err)
	for _, l := range lines {
		f.add(model.Job{Kind: "cron", When: l.When, User: cmp.Or(l.User, user), File: model.Path(name), Line: l.Line}, l.Command)
	}
}

// timers looks at units with an ending of .timer, the first of a name counts, and at the service that each starts.
func (f *finder) timers() {
	const what = "timers of systemd"
	folders := []string{"/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"}
	seen := map[string]bool{}
	for _, dir := range folders {
		for _, e := range f.list(what, dir) {
			if !strings.HasSuffix(e.Name, ".timer") || seen[e.Name] || e.Type == host.Dir {
				continue
			}
			seen[e.Name] = true
			f.timer(path.Join(dir, e.Name), folders)
		}
	}
}

func (f *finder) timer(name string, folders []string) {
	settings, err := parse.Unit(f.read("timer", name))
	f.unread("timer", name, err)
	service := strings.TrimSuffix(path.Base(name), ".timer") + ".service"
	j := model.Job{Kind: "timer", File: model.Path(name)}
	for _, v := range settings {
		switch key := strings.TrimPrefix(v.Key, "Timer."); {
		case key == "Unit":
			service = path.Base(v.Value)
		case strings.HasPrefix(v.Key, "Timer.On") && j.When == "":
			j.When, j.Line = key+"="+v.Value, v.Line
		}
	}
	if j.When == "" {
		return
	}
	for _, dir := range folders {
		data := f.read("service of a timer", path.Join(dir, service))
		if len(data) == 0 {
			continue
		}
		unit, err := parse.Unit(data)
		f.unread("service of a timer", path.Join(dir, service), err)
		command := ""
		for _, v := range unit {
			switch v.Key {
			case "Service.User":
				j.User = v.Value
			case "Service.ExecStart":
				command = v.Value
			case "Service.WorkingDirectory":
				command += " (in " + v.Value + ")"
			}
		}
		f.add(j, command)
		return
	}
}

// add keeps a job that has to do with the application.
func (f *finder) add(j model.Job, command string) {
	u := f.s.App.User
	switch {
	case u.UID != 0 && u.Name != "" && (j.User == u.Name || j.User == strconv.Itoa(u.UID)):
		j.Why = "it runs as the application's user " + u.Name
	default:
		i := slices.IndexFunc(f.folders, func(dir string) bool { return names(command, dir) })
		if i < 0 {
			return
		}
		j.Why = "its command names " + model.Path(f.folders[i]).String()
	}
	j.Command = strings.Join(parse.RedactArgs(parse.UnitWords(command)), " ")
	from := model.FromFile(j.File, j.Line)
	for _, field := range []string{"kind", "when", "user", "command", "why", "file", "line"} {
		j.Evidence.Add(field, from)
	}
	f.jobs = append(f.jobs, j)
}

// names reports whether a command has a path, or one below it, in it.
func names(command, dir string) bool {
	for at := 0; ; {
		i := strings.Index(command[at:], dir)
		if i < 0 {
			return false
		}
		end := at + i + len(dir)
		if end == len(command) || strings.IndexByte("/ \t'\";|&)<>", command[end]) >= 0 {
			return true
		}
		at = end
	}
}
