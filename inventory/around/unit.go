package around

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"sort"
	"strconv"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// unitKey is a unit of one root.
type unitKey struct {
	tree host.Tree
	user int // of the manager; -1 the system's
	name string
}

const systemManager = -1

// unit is a service or scope of the system's manager. One that was made from an init script is a script's, and a scope without files may be a
// session's or a container's.
func (e *each) unit(s *model.Start, groups []parse.Cgroup, _ []*host.Process, top *host.Process) bool {
	name, at := parse.SystemdUnit(groups)
	if name == "" || e.ofEngine(name, top) {
		return false
	}
	from := model.FromProc(e.p.PID, "cgroup:"+strconv.Itoa(at))
	u := e.readUnit(unitKey{e.root(), systemManager, name}, host.SystemUnits())
	started(s, "systemd", name, from)
	e.describe(s, u, from)
	if v := u.Values("Unit.SourcePath"); len(v) > 0 && strings.HasPrefix(u.File, "/run/systemd/generator") && strings.Contains(v[0].Value, "init.d/") {
		script := v[len(v)-1]
		s.Mechanism, s.File = "sysv", model.Path(script.Value)
		s.Evidence.Add("mechanism", script.Source())
		s.Evidence["file"] = []model.Source{script.Source()}
	}
	if strings.HasSuffix(name, ".service") && e.app.Container == nil || u.File != "" {
		s.Unit.Sockets = e.socketUnits(u)
		for _, k := range s.Unit.Sockets {
			s.Unit.Evidence.Add("sockets", k.Evidence["name"]...)
		}
	}
	return true
}

// ofEngine reports the scope or service that a container's engine made for it, or that the engine itself is part of: such a unit is the machine's.
func (e *each) ofEngine(unit string, top *host.Process) bool {
	if e.app.Container == nil {
		return false
	}
	if top != nil && starter(top) == "container" {
		if groups, err := top.Cgroups(); err == nil {
			if own, _ := parse.SystemdUnit(groups); own == unit {
				return true
			}
		}
	}
	engine, _ := parse.CgroupContainer("/machine.slice/" + unit)
	return engine != ""
}

// root is where the units of the manager lie: for a process that only has another root folder that is still the machine's.
func (e *each) root() host.Tree {
	if e.app.Container != nil {
		if t, err := e.p.Tree(); err == nil {
			return t
		}
	}
	return e.h.Tree
}

func (e *each) userUnit(s *model.Start, groups []parse.Cgroup, _ []*host.Process, top *host.Process) bool {
	name, uid, at := parse.UserUnit(groups)
	if name == "" || e.ofEngine(name, top) {
		return false
	}
	home := "/nonexistent"
	if accounts, err := e.p.Accounts(); err == nil && accounts.Users[uid].Home != "" {
		home = accounts.Users[uid].Home
	}
	from := model.FromProc(e.p.PID, "cgroup:"+strconv.Itoa(at))
	u := e.readUnit(unitKey{e.root(), uid, name}, host.UserUnits(home, "/run/user/"+strconv.Itoa(uid)))
	if u.File == "" && strings.HasSuffix(name, ".scope") {
		return false // what a desktop or a terminal made for a program: its session says more
	}
	started(s, "systemd-user", name, from)
	e.describe(s, u, from)
	return true
}

func (e *each) readUnit(key unitKey, dirs []string) *host.Unit {
	if u := e.units[key]; u != nil {
		return u
	}
	u, err := host.ReadUnit(key.tree, dirs, key.name)
	host.Apart(err, func(name string, err error) { e.unread("systemd unit "+safe(key.name), cmp.Or(name, u.File), err) })
	e.units[key] = u
	return u
}

// describe puts what the unit's files say into the model.
func (e *each) describe(s *model.Start, u *host.Unit, from model.Source) {
	m := &model.Unit{Template: safe(u.Template), Instance: safe(u.Instance), Settings: []model.UnitSetting{}}
	s.Unit = m
	e.variables = 0
	s.Evidence.Add("unit", from)
	if u.File != "" {
		s.File = model.Path(u.File)
		s.Evidence.Add("file", model.FromFile(s.File, 0))
	}
	for field, set := range map[string]bool{"template": m.Template != "", "instance": m.Instance != ""} {
		if set {
			m.Evidence.Add(field, from)
		}
	}
	for _, d := range u.DropIns {
		m.DropIns = append(m.DropIns, model.Path(d))
		m.Evidence.Add("dropIns", model.FromFile(model.Path(d), 0))
	}
	for _, v := range inForce(u) {
		key, value := strings.TrimPrefix(v.Key, "Service."), u.Expand(v.Value)
		x := model.UnitSetting{Key: safe(key), Value: redacted(key, value)}
		x.Evidence.Add("key", v.Source())
		x.Evidence.Add("value", v.Source())
		m.Settings = append(m.Settings, x)
		m.Evidence.Add("settings", v.Source())
		switch key {
		case "Environment":
			for _, w := range parse.UnitWords(value) {
				name, _, _ := strings.Cut(w, "=")
				m.Environment = append(m.Environment, safe(name))
				m.Evidence.Add("environment", v.Source())
			}
		case "EnvironmentFile":
			m.EnvironmentFiles = append(m.EnvironmentFiles, e.environmentFile(value, v.Source()))
			m.Evidence.Add("environmentFiles", v.Source())
		}
	}
	slices.Sort(m.Environment)
	m.Environment = slices.Compact(m.Environment)
}

// inForce are the settings of [Service] (of [Scope] for a scope) that count.
func inForce(u *host.Unit) []host.UnitSetting {
	last := map[string]int{}
	for i, s := range u.Settings {
		if !gathers(s.Key) || s.Value == "" {
			last[s.Key] = i
		}
	}
	var out []host.UnitSetting
	for i, s := range u.Settings {
		from, reset := last[s.Key]
		switch {
		case !strings.HasPrefix(s.Key, "Service.") && !strings.HasPrefix(s.Key, "Scope."), s.Value == "":
		case gathers(s.Key) && (!reset || i > from), !gathers(s.Key) && i == from:
			s.Key = s.Key[strings.IndexByte(s.Key, '.')+1:]
			out = append(out, s)
		}
	}
	return out
}

// gathers reports settings that add up instead of replacing one another (systemd.exec(5), systemd.service(5), systemd.resource-control(5)).
func gathers(key string) bool {
	key = strings.TrimPrefix(key, "Service.")
	for _, prefix := range []string{"Environment", "Exec", "Bind", "LoadCredential", "SetCredential", "IPAddress", "SystemCall", "RestrictA", "Device", "IO", "BlockIO"} {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	for _, suffix := range []string{"Paths", "Capabilities", "CapabilityBoundingSet", "Groups", "Environment", "Directory", "ExitStatus", "FileSystem", "Sockets", "OpenFile"} {
		if strings.HasSuffix(key, suffix) {
			return key != "WorkingDirectory" && key != "RootDirectory"
		}
	}
	return false
}

// redacted is a setting's value without secrets.
func redacted(key, value string) string {
	switch {
	case key == "Environment":
		words := parse.UnitWords(value)
		for i, w := range words {
			name, text, ok := strings.Cut(w, "=")
			if ok {
				words[i] = name + "=" + parse.RedactValue(name, text)
			}
			words[i] = parse.QuoteArg(words[i])
		}
		return strings.Join(words, " ")
	case strings.HasPrefix(key, "SetCredential"):
		id, _, _ := strings.Cut(value, ":")
		return safe(id) + ":" + model.Redacted
	case strings.HasPrefix(key, "Exec"):
		return parse.Cmdline(parse.UnitWords(value))
	}
	return safe(parse.RedactValue(key, value))
}

// fileLimit bounds files of variables, crontabs, scripts.
const fileLimit = 1 << 20

func (e *each) environmentFile(value string, from model.Source) model.EnvironmentFile {
	name, optional := strings.CutPrefix(value, "-")
	f := model.EnvironmentFile{Path: model.Path(name), Optional: optional}
	f.Evidence.Add("path", from)
	if optional {
		f.Evidence.Add("optional", from)
	}
	if !path.IsAbs(name) || e.tooMuch(name) {
		return f
	}
	unread := func(folder string, err error) { e.unread("EnvironmentFile of a unit", folder, err) }
	for _, file := range host.Glob(e.root(), name, 100, unread) {
		if e.tooMuch(file) {
			break
		}
		data, err := host.ReadFile(e.root(), file, fileLimit)
		e.unread("EnvironmentFile of a unit", file, err)
		e.variables += len(data)
		variables, err := parse.EnvironmentFile(data)
		e.unread("EnvironmentFile of a unit", file, err)
		for _, v := range variables {
			f.Names = append(f.Names, v.Key)
			f.Evidence.Add("names", model.FromFile(model.Path(file), v.Line))
		}
	}
	sort.Strings(f.Names)
	f.Names = slices.Compact(f.Names)
	return f
}

// tooMuch counts a file of variables, as one that costs at least some kilobytes, and says where a unit names more than is read.
func (e *each) tooMuch(file string) bool {
	if e.variables += 4 << 10; e.variables > 2*fileLimit {
		e.unread("EnvironmentFile of a unit", file, errVariables)
		return true
	}
	return false
}

var (
	errVariables = fmt.Errorf("more than %d bytes or %d files of variables of one unit: this one is not read", 2*fileLimit, 2*fileLimit/(8<<10))
	errSockets   = fmt.Errorf("names more than %d sockets: the rest is not looked for", maxSockets)
)

// maxSockets bounds the socket units of a service.
const maxSockets = 100

// socketUnits finds what activates a service: the socket of the same name, those that name it, those that it names.
func (e *each) socketUnits(u *host.Unit) []model.SocketUnit {
	stem := strings.TrimSuffix(u.Name, ".service")
	names := []string{stem + ".socket"}
	for _, v := range u.Values("Service.Sockets") {
		names = append(names, strings.Fields(u.Expand(v.Value))...)
	}
	if len(names) > maxSockets {
		e.unread("sockets of a unit", u.File, errSockets)
		names = names[:maxSockets]
	}
	if e.root() == e.h.Tree {
		names = append(names, e.namedBy(u.Name)...)
	}
	slices.Sort(names)
	var list []model.SocketUnit
	for _, name := range slices.Compact(names) {
		k := e.readUnit(unitKey{e.root(), systemManager, name}, host.SystemUnits())
		service := k.Values("Socket.Service")
		if k.File == "" || name == stem+".socket" && len(service) > 0 && k.Expand(service[len(service)-1].Value) != u.Name {
			continue
		}
		m := model.SocketUnit{Name: safe(name), File: model.Path(k.File), Listen: []string{}}
		m.Evidence.Add("name", model.FromFile(m.File, 0))
		m.Evidence.Add("file", model.FromFile(m.File, 0))
		for _, s := range k.Settings {
			if s.Value != "" && strings.HasPrefix(s.Key, "Socket.Listen") {
				m.Listen = append(m.Listen, safe(k.Expand(s.Value)))
				m.Evidence.Add("listen", s.Source())
			}
		}
		list = append(list, m)
	}
	return list
}

// namedBy are the socket units of the machine whose Service= is the given unit.
func (l *looker) namedBy(service string) []string {
	if l.sockets == nil {
		l.sockets = map[string][]string{}
		for _, dir := range host.SystemUnits() {
			entries, err := l.h.Tree.ReadDir(dir)
			l.unread("systemd units", dir, err)
			for _, entry := range entries {
				if strings.HasSuffix(entry.Name, ".socket") {
					l.names(dir, entry.Name)
				}
			}
		}
	}
	return l.sockets[service]
}

// names keeps which service a socket unit names.
func (l *looker) names(dir, socket string) {
	data, err := host.ReadFile(l.h.Tree, path.Join(dir, socket), fileLimit)
	if err != nil && !host.Masked(l.h.Tree, path.Join(dir, socket)) {
		l.unread("systemd unit "+safe(socket), path.Join(dir, socket), err)
		return
	}
	settings, err := parse.Unit(data)
	l.unread("systemd unit "+safe(socket), path.Join(dir, socket), err)
	for _, s := range settings {
		if s.Key == "Socket.Service" {
			l.sockets[s.Value] = append(l.sockets[s.Value], socket)
		}
	}
}
