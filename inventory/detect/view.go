package detect

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// Bounds of what detectors read. Real files are far smaller: what is larger is no such file.
const (
	configLimit = 4 << 20
	entryLimit  = 1 << 20
)

// views keeps what was read of each process, since several detectors look at it.
type views map[*host.Process]*view

// view is a process with what detectors need of it.
type view struct {
	*host.Process
	h    *host.Host
	tree host.Tree // as the process sees it
	cwd  string
	env  host.Environ
	// maps has each mapped file once; mapsErr says why it is empty.
	maps        []parse.Map
	mapsErr     error
	loaded      bool
	java        *jvm // set by jvm(), once
	checked     bool // jvm() has looked
	net         *clr // set by clr(), once
	checkedNet  bool
	onMono      *mono // set by mono(), once
	checkedMono bool
	noted       map[string]bool
	gone        map[string]int // see deletedFiles
	kept        map[string]*parse.Jar
	keptEntries int            // of all that are kept
	close       []func() error // see release
	denied      bool           // the user may not look at the process: skip said so
	hidden      bool           // its files cannot be reached
}

// of returns the process's view. Its mappings are read, the rest only by load.
func (vs views) of(h *host.Host, p *host.Process) *view {
	v := vs[p]
	if v == nil {
		v = &view{Process: p, h: h, tree: h.Tree}
		maps, err := p.Maps()
		v.maps, v.mapsErr = parse.MappedFiles(maps), err
		vs[p] = v
	}
	return v
}

// load reads environment, working folder and root of a process that is an application. What cannot be read is a skip, and then unknown.
func (v *view) load() {
	if v.loaded {
		return
	}
	v.loaded = true
	v.skip("maps", v.mapsErr)
	var err error
	v.env, err = v.Environ()
	v.skip("environ", err)
	if v.cwd, _, err = v.Cwd(); err != nil {
		v.skip("cwd", err)
		v.cwd, _ = v.env.Get("PWD")
	}
	tree, err := v.Tree()
	if err == nil {
		v.tree = tree
		return
	}
	v.skip("root", err)
	status, err := v.Status()
	v.hidden = err != nil || len(status.NSPID) > 1 // in a container: the same names are other files there
}

// skip records that a file below /proc/PID could not be read. Where the user may not look at the process at all, one skip says so for
// everything that is then missing.
func (v *view) skip(name string, err error) {
	if err == nil || host.Vanished(err) && v.Ended() {
		return
	}
	s := model.Skip{
		What: fmt.Sprintf("process %d", v.PID), Path: model.Path(fmt.Sprintf("/proc/%d/%s", v.PID, name)),
		Reason: host.Reason(err), Incomplete: true,
	}
	if host.Denied(err) {
		if v.denied {
			return
		}
		v.denied = true
		s.What, s.Remedy = fmt.Sprintf("environment, folders, descriptors and files of process %d", v.PID), "run as root"
	}
	v.h.Skip(s)
}

// unread records that one of the application's own files could not be read or understood. A file that does not exist is no skip.
func (v *view) unread(what, name string, err error) {
	if err != nil && !host.Vanished(err) {
		v.missing(what, name, err)
	}
}

// missing is unread for a file that must exist. Each is recorded once: several detectors look for the same.
func (v *view) missing(what, name string, err error) {
	if v.noted[what+name] || v.denied && (host.Denied(err) || host.Vanished(err)) || v.Ended() {
		return
	}
	if v.noted == nil {
		v.noted = map[string]bool{}
	}
	v.noted[what+name] = true
	s := model.Skip{What: fmt.Sprintf("%s of process %d", what, v.PID), Path: model.Path(name), Reason: host.Reason(err), Incomplete: true}
	if host.Denied(err) {
		s.Remedy = "run as root"
	}
	if host.Vanished(err) {
		s.Reason = "no such file any more"
	}
	v.h.Skip(s)
}

// overwritten records that the arguments name nothing that the process could run, as those of one that took the room of its arguments for a title
// (setproctitle(3), $0 of Perl): what it was started with cannot be seen.
func (v *view) overwritten() {
	v.missing("arguments", fmt.Sprintf("/proc/%d/cmdline", v.PID), errOverwritten)
}

var errOverwritten = errors.New("name nothing that this program runs: the process has overwritten them")

// mapped finds a mapped file by its base name.
func (v *view) mapped(base string) (parse.Map, bool) {
	for _, m := range v.maps {
		if path.Base(m.Path) == base {
			return m, true
		}
	}
	return parse.Map{}, false
}

// fromMap is the evidence of a mapping.
func (v *view) fromMap(m parse.Map) model.Source {
	return model.FromProc(v.PID, fmt.Sprintf("maps:%d", m.Line))
}

// abs makes a path that the process was given absolute, as seen from its root. A relative one is meant from the working folder ("" when
// that is unknown); a program that changed it since its start left the old one in PWD. Links stay as they are written, so that an upgrade
// behind a link leaves the application the same; ".." behind a link is resolved.
func (v *view) abs(name string) string {
	if path.IsAbs(name) {
		return v.clean(name)
	}
	if !path.IsAbs(v.cwd) {
		return ""
	}
	now := v.clean(v.cwd + "/" + name)
	if pwd, ok := v.env.Get("PWD"); ok && path.IsAbs(pwd) && !v.exists(now) {
		if then := v.clean(pwd + "/" + name); v.exists(then) {
			return then
		}
	}
	return now
}

func (v *view) clean(name string) string {
	if strings.Contains(name, "..") {
		if real, _, err := host.Resolve(v.tree, name); err == nil {
			return real
		}
	}
	return path.Clean("/" + name)
}

// reachable is an error for what cannot be looked up: a name whose folder is unknown, or anything in a root that is closed.
func (v *view) reachable(name string) error {
	switch {
	case v.hidden:
		return unix.EACCES
	case !path.IsAbs(name):
		return unix.ENOENT
	}
	return nil
}

func (v *view) exists(name string) bool {
	if v.reachable(name) != nil {
		return false
	}
	ok, err := host.Exists(v.tree, name)
	v.unread("file", name, err)
	return ok && err == nil
}

func (v *view) isDir(name string) bool {
	if v.reachable(name) != nil {
		return false
	}
	info, err := host.Stat(v.tree, name)
	return err == nil && info.Type == host.Dir
}

// read reads a small file of the process's root.
func (v *view) read(name string) ([]byte, error) {
	if err := v.reachable(name); err != nil {
		return nil, err
	}
	data, err := host.ReadFile(v.tree, name, configLimit)
	if bytes.Contains(data, []byte("<!ENTITY")) && bytes.Contains(data, []byte("<!DOCTYPE")) {
		v.missing("entities", name, errEntities)
	}
	return data, err
}

var errEntities = errors.New("the file declares entities; they are not loaded: what they stand for is not seen")

// list reads a folder; one that is not there has nothing.
func (v *view) list(what, name string) []host.Entry {
	err := v.reachable(name)
	var entries []host.Entry
	if err == nil {
		entries, err = v.tree.ReadDir(name)
	}
	v.unread(what, name, err)
	return entries
}

// open opens a file by its name; one that was replaced or deleted while the process has it open is read through the descriptor: it is the
// one that runs.
func (v *view) open(name string) (host.File, error) {
	if err := v.reachable(name); err != nil {
		return nil, err
	}
	if fd, ok := v.deletedFile(name); ok {
		if f, err := v.h.Tree.Open(fmt.Sprintf("/proc/%d/fd/%d", v.PID, fd)); err == nil {
			return f, nil
		}
	}
	return v.tree.Open(name)
}

// deletedFile finds a deleted file that the process has open by its name, or by that of a link which led to it.
func (v *view) deletedFile(name string) (fd int, ok bool) {
	gone := v.deletedFiles()
	for links := 0; len(gone) > 0 && links < 40; links++ {
		if fd, ok := gone[name]; ok {
			return fd, true
		}
		target, err := v.tree.Readlink(name)
		if err != nil {
			break
		}
		if !path.IsAbs(target) {
			target = path.Join(path.Dir(name), target)
		}
		name = target
	}
	return 0, false
}

// deletedFiles are the descriptors of files that have no name any more, by the name that they had. Without the right to see them there are none,
// which load has said.
func (v *view) deletedFiles() map[string]int {
	if v.gone == nil {
		v.gone = map[string]int{}
		fds, err := v.FDs()
		if err != nil {
			return v.gone
		}
		for _, d := range fds {
			if d.Deleted {
				v.gone[d.Target] = d.Num
			}
		}
	}
	return v.gone
}
