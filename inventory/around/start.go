package around

import (
	"slices"
	"strconv"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// start finds what started the application: the surest sign first.
func (e *each) start() {
	s := &e.app.Start
	line, top := e.ancestors()
	for _, p := range line {
		m := model.Parent{PID: p.PID, Cmdline: parse.Cmdline(p.Args())}
		m.Evidence.Add("pid", model.FromProc(p.PID, "stat"))
		m.Evidence.Add("cmdline", model.FromProc(p.PID, "cmdline"))
		s.Parents = append(s.Parents, m)
		s.Evidence.Add("parents", model.FromProc(p.PID, "stat"))
	}
	e.terminal(s)
	groups, err := e.p.Cgroups()
	e.skip("cgroup", err)
	for _, found := range []func(s *model.Start, groups []parse.Cgroup, line []*host.Process, top *host.Process) bool{
		e.supervised, e.timed, e.userUnit, e.unit, e.contained, e.initScript, e.session, e.program,
	} {
		if found(s, groups, line, top) {
			break
		}
	}
	e.app.Evidence.Add("start", s.Evidence["mechanism"]...)
}

// started sets how, and what says so.
func started(s *model.Start, mechanism, name string, from ...model.Source) {
	s.Mechanism = mechanism
	s.Evidence.Add("mechanism", from...)
	if name != "" {
		s.Name = safe(name)
		s.Evidence.Add("name", from...)
	}
}

// ancestors are the processes above the main one, nearest first, up to what starts programs as its trade, which is returned apart (nil: it has ended,
// or is out of sight in another PID namespace).
func (e *each) ancestors() (line []*host.Process, top *host.Process) {
	seen := map[int]bool{e.p.PID: true}
	for at := e.h.Process(e.p.PPID); at != nil && !seen[at.PID]; at = e.h.Process(at.PPID) {
		seen[at.PID] = true
		if at.ServiceManager() || starter(at) != "" {
			return line, at
		}
		line = append(line, at)
	}
	return line, nil
}

// starter says which of the mechanisms a process is, by its program; "" for all others.
func starter(p *host.Process) string {
	name := base(p.Exe)
	if p.Exe == "" && len(p.Args()) > 0 {
		name = base(strings.TrimSuffix(p.Args()[0], ":"))
	}
	switch {
	case slices.Contains([]string{"cron", "crond", "anacron", "atd", "fcron"}, name), name == "busybox" && len(p.Args()) > 1 && base(p.Args()[0])+p.Args()[1] == "busyboxcrond":
		return "cron"
	case slices.Contains([]string{"sshd", "sshd-session", "login", "tmux", "screen", "SCREEN", "gdm-session-worker", "sddm-helper", "agetty"}, name):
		return "session"
	case strings.HasPrefix(name, "containerd-shim") || slices.Contains([]string{"conmon", "lxc-start", "systemd-nspawn"}, name):
		return "container"
	}
	for _, a := range p.Args()[:min(3, len(p.Args()))] { // python3 [-u] /usr/bin/supervisord
		if base(a) == "supervisord" {
			return "supervisord"
		}
	}
	return ""
}

func (e *each) terminal(s *model.Start) {
	stat, err := e.p.Stat()
	if err != nil {
		return
	}
	if s.Terminal = terminalName(stat.TTY); s.Terminal != "" {
		s.Evidence.Add("terminal", model.FromProc(e.p.PID, "stat"))
	}
}

// terminalName turns a device number, as stat holds it, into a name (Documentation/admin-guide/devices.txt).
func terminalName(device int) string {
	major, minor := device>>8&0xfff, device&0xff|device>>12&0xfff00
	switch {
	case device == 0:
		return ""
	case major >= 136 && major <= 143:
		return "pts/" + strconv.Itoa((major-136)*256+minor)
	case major == 4 && minor < 64:
		return "tty" + strconv.Itoa(minor)
	case major == 4:
		return "ttyS" + strconv.Itoa(minor-64)
	case major == 5 && minor == 1:
		return "console"
	}
	return "terminal " + strconv.Itoa(major) + ":" + strconv.Itoa(minor)
}

func (e *each) contained(s *model.Start, _ []parse.Cgroup, _ []*host.Process, _ *host.Process) bool {
	c := e.app.Container
	if c == nil || c.Engine == "unknown" {
		return false
	}
	started(s, "container", c.Engine, c.Evidence["engine"]...)
	return true
}

// session is somebody's login: by the scope that systemd-logind(8) makes, by a daemon of logins among the ancestors, by a terminal.
func (e *each) session(s *model.Start, groups []parse.Cgroup, line []*host.Process, top *host.Process) bool {
	if scope, at := parse.Session(groups); scope != "" {
		started(s, "session", scope, model.FromProc(e.p.PID, "cgroup:"+strconv.Itoa(at)))
		return true
	}
	if top != nil && starter(top) == "session" {
		started(s, "session", base(top.Exe), model.FromProc(top.PID, "exe"))
		return true
	}
	for _, p := range line {
		if len(p.Args()) > 0 && strings.HasPrefix(p.Args()[0], "-") {
			started(s, "session", "login shell", model.FromArg(p.PID, 0))
			return true
		}
	}
	if s.Terminal != "" {
		started(s, "session", s.Terminal, model.FromProc(e.p.PID, "stat"))
		return true
	}
	return false
}

// program names the outermost ancestor that is none of the known ones.
func (e *each) program(s *model.Start, _ []parse.Cgroup, line []*host.Process, _ *host.Process) bool {
	if len(line) == 0 {
		return false
	}
	p := line[len(line)-1]
	name := base(p.Exe)
	if name == "" {
		name = p.Comm
	}
	started(s, "program", name, model.FromProc(p.PID, "stat"))
	return true
}
