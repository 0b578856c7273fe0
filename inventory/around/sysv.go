package around

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// initScript is a daemon that an init script started and left: its parent is the first process, and a script below /etc/init.d names the file
// that holds its number, or its folder. There is no other trace of it (insserv(8), LSB 3.0 20.2).
func (e *each) initScript(s *model.Start, _ []parse.Cgroup, line []*host.Process, top *host.Process) bool {
	if top == nil || !top.ServiceManager() || e.app.Container != nil {
		return false
	}
	var hints []hint
	for _, p := range append([]*host.Process{e.p}, line...) {
		if file := e.pidFile(p.PID); file != "" {
			hints = append(hints, hint{base(file), model.FromFile(model.Path(file), 1)}, hint{file, model.FromFile(model.Path(file), 1)})
		}
	}
	for _, name := range []model.Path{e.app.Artifact, e.app.Base} {
		if strings.Count(string(name), "/") >= 2 { // "/opt" alone says nothing
			hints = append(hints, hint{string(name), model.Derived("the script names " + name.String())})
		}
	}
	for _, h := range hints {
		script := e.scriptCalled(strings.TrimSuffix(h.text, ".pid"))
		if script == "" {
			script = e.scriptWith(h.text)
		}
		if script == "" {
			continue
		}
		name := base(script)
		if provides := lsbName(e.scripts[script]); provides != "" {
			name = provides
		}
		started(s, "sysv", name, h.from, model.FromFile(model.Path(script), 0))
		s.File = model.Path(script)
		s.Evidence.Add("file", h.from, model.FromFile(s.File, 0))
		return true
	}
	return false
}

// hint is a text that the right script holds.
type hint struct {
	text string
	from model.Source
}

// scriptCalled is the script of that name.
func (l *looker) scriptCalled(name string) string {
	l.readScripts()
	for _, dir := range scriptFolders() {
		if _, ok := l.scripts[path.Join(dir, name)]; ok && !strings.Contains(name, "/") {
			return path.Join(dir, name)
		}
	}
	return ""
}

func scriptFolders() []string { return []string{"/etc/init.d", "/etc/rc.d/init.d"} }

// scriptWith is the only script that holds a text as a whole word; several that do tell nothing.
func (l *looker) scriptWith(text string) string {
	l.readScripts()
	var found []string
	for name, script := range l.scripts {
		if holdsWord(script, text) {
			found = append(found, name)
		}
	}
	if len(found) != 1 {
		return ""
	}
	return found[0]
}

func holdsWord(script, text string) bool {
	for rest := script; ; {
		at := strings.Index(rest, text)
		if at < 0 {
			return false
		}
		before, after := byte(' '), byte(' ')
		if at > 0 {
			before = rest[at-1]
		}
		if end := at + len(text); end < len(rest) {
			after = rest[end]
		}
		if !wordByte(before) && !wordByte(after) {
			return true
		}
		rest = rest[at+len(text):]
	}
}

func wordByte(c byte) bool {
	return c == '_' || c == '-' || c == '.' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// maxScripts bounds all init scripts together; those of a machine have some hundred kilobytes.
const maxScripts = 8 << 20

var errScripts = fmt.Errorf("more than %d bytes in all: this and what follows is not read", maxScripts)

func (l *looker) readScripts() {
	if l.scripts != nil {
		return
	}
	l.scripts = map[string]string{}
	size := 0
	for _, dir := range scriptFolders() {
		entries, err := l.h.Tree.ReadDir(dir)
		l.unread("init scripts", dir, err)
		for _, f := range entries {
			if f.Type == host.Dir || f.Name == "README" || strings.HasSuffix(f.Name, "functions") {
				continue
			}
			name := path.Join(dir, f.Name)
			if size > maxScripts {
				l.unread("init scripts", name, errScripts)
				return
			}
			data, err := host.ReadFile(l.h.Tree, name, fileLimit)
			l.unread("init script", name, err)
			size += len(data) + 1<<10
			l.scripts[name] = string(data)
		}
	}
}

// lsbName is what the script's LSB header calls it:
//
//	### BEGIN INIT INFO
//	# Provides:          shop
func lsbName(script string) string {
	_, header, ok := strings.Cut(script, "### BEGIN INIT INFO")
	if !ok {
		return ""
	}
	header, _, _ = strings.Cut(header, "### END INIT INFO")
	for line := range strings.Lines(header) {
		if names, ok := strings.CutPrefix(strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "#")), "Provides:"); ok {
			if f := strings.Fields(names); len(f) > 0 {
				return f[0]
			}
		}
	}
	return ""
}

// pidFile is a file below /run, at most one folder deep, that holds a process's number.
func (l *looker) pidFile(pid int) string {
	if l.pids == nil {
		l.pids = map[int]string{}
		roots := []string{"/run"}
		if real, err := l.h.Tree.Readlink("/var/run"); err != nil || !slices.Contains([]string{"/run", "../run"}, real) {
			roots = append(roots, "/var/run")
		}
		for _, root := range roots {
			l.readPIDs(root)
		}
	}
	return l.pids[pid]
}

// maxPIDFiles is how many files of one folder and its folders are looked at.
const maxPIDFiles = 1000

func (l *looker) readPIDs(root string) {
	missed := map[string][]string{} // by reason
	note := func(name string, err error) {
		if reason := host.Reason(err); !slices.Contains(missed[reason], name) {
			missed[reason] = append(missed[reason], name)
		}
	}
	files := append(host.Glob(l.h.Tree, root+"/*.pid", maxPIDFiles, note), host.Glob(l.h.Tree, root+"/*/*.pid", maxPIDFiles, note)...)
	for _, f := range files {
		data, err := host.ReadFile(l.h.Tree, f, 64)
		if err != nil && !host.Vanished(err) && !errors.Is(err, host.ErrTooLarge) { // a longer one holds no number
			note(f, err)
		}
		if n, bad := strconv.Atoi(strings.TrimSpace(string(data))); err == nil && bad == nil && l.pids[n] == "" {
			l.pids[n] = f
		}
	}
	for _, reason := range slices.Sorted(maps.Keys(missed)) {
		s := model.Skip{What: "files with numbers of processes", Path: model.Path(root), Reason: reason, Incomplete: true}
		if names := missed[reason]; len(names) > 1 {
			s.Count = len(names)
			for _, name := range names {
				s.Each = append(s.Each, model.Path(name).String())
			}
		} else {
			s.Path = model.Path(names[0])
		}
		l.h.Skip(s)
	}
}
