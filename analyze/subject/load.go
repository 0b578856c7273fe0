package subject

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// ErrEnded says that the application's main process is not there any more, or that another one has its number by now.
var ErrEnded = errors.New("the application does not run any more")

// Load reads the application's processes. Without the main one there is nothing to analyze; what of the others cannot be read is a skip.
func Load(ctx context.Context, t host.Tree, id string, app model.App) (*Subject, error) {
	h, err := host.Read(ctx, t)
	if err != nil {
		return nil, err
	}
	s := &Subject{ID: id, App: app, Host: h}
	main := h.Process(app.ProcessID)
	if main == nil {
		return nil, fmt.Errorf("process %d: %w; run `a2c inventory` again", app.ProcessID, ErrEnded)
	}
	if started, same, err := host.SameStart(t, main.Start, app.StartedAt, app.StartMark); err == nil && !same {
		return nil, fmt.Errorf("process %d was started at %s, not at %s as in the inventory: %w; run `a2c inventory` again",
			app.ProcessID, started.UTC().Format("2006-01-02 15:04:05"), app.StartedAt.UTC().Format("2006-01-02 15:04:05"), ErrEnded)
	}
	if s.Root, err = main.Tree(); host.Denied(err) {
		return nil, fmt.Errorf("this user may not look at the process: %w; run as root", err)
	} else if err != nil {
		return nil, fmt.Errorf("open the root of process %d: %w", app.ProcessID, err)
	}
	pids := slices.Sorted(slices.Values(app.Processes))
	for _, pid := range append([]int{app.ProcessID}, pids...) {
		if p := h.Process(pid); p != nil && ancestor(h, p, main) {
			continue // a shell or a controller that only started it: the image starts the program itself
		} else if p == nil {
			s.Skip(model.Skip{What: "process " + strconv.Itoa(pid), Reason: "vanished"})
		} else if !slices.ContainsFunc(s.Procs, func(q *Proc) bool { return q.PID == pid }) {
			s.Procs = append(s.Procs, s.read(p))
		}
	}
	s.Main = s.Procs[0]
	s.stale()
	return s, nil
}

// ancestor reports whether p is a parent of main, at any distance.
func ancestor(h *host.Host, p, main *host.Process) bool {
	for seen := 0; main != nil && main.PPID != 0 && seen < 1000; seen++ {
		if main.PPID == p.PID {
			return true
		}
		main = h.Process(main.PPID)
	}
	return false
}

// tolerance is what the boot time in /proc/stat may move between two looks, since the kernel derives it from a clock that is corrected.
const tolerance = 3e9 // nanoseconds

func (s *Subject) read(p *host.Process) *Proc {
	q := &Proc{Process: p, Unread: map[string]string{}}
	root, err := p.Root()
	q.unread(s, "root", err)
	name := func(n string) string { return inRoot(n, root) }
	q.Exe = name(p.Exe)
	if p.ExeErr != nil {
		q.unread(s, "exe", p.ExeErr)
	}
	cwd, deleted, err := p.Cwd()
	q.unread(s, "cwd", err)
	q.Cwd, q.CwdDeleted = name(cwd), deleted
	q.Env, err = p.Environ()
	q.unread(s, "environ", err)
	q.Status, err = p.Status()
	q.unread(s, "status", err)
	maps, err := p.Maps()
	q.unread(s, "maps", err)
	for _, m := range parse.MappedFiles(maps) {
		if !strings.HasPrefix(m.Path, "/memfd:") && !strings.HasPrefix(m.Path, "/SYSV") {
			m.Path = name(m.Path)
			q.Maps = append(q.Maps, m)
		}
	}
	q.fds(s, name)
	return q
}

func (q *Proc) fds(s *Subject, name func(string) string) {
	fds, err := q.Process.FDs()
	q.unread(s, "fd", err)
	for _, f := range fds {
		d := FD{FD: f}
		if f.Path() != "" {
			if d.Info, err = f.Info(); err != nil {
				if !host.Vanished(err) {
					q.unread(s, "fdinfo", err)
				}
				continue // closed meanwhile
			}
			if f.Deleted {
				d.Old = name(f.Path())
			} else {
				d.Name = name(f.Path())
			}
		}
		q.FDs = append(q.FDs, d)
	}
}

// inRoot turns a path as /proc shows it into a name in the process's root. Behind chroot(2) the kernel shows both from a2c's root.
func inRoot(n, root string) string {
	if root == "" || root == "/" || !Under(n, root) {
		return n
	}
	if n == root {
		return "/"
	}
	return strings.TrimPrefix(n, root)
}

func (q *Proc) unread(s *Subject, what string, err error) {
	if err == nil || q.Unread[what] != "" {
		return
	}
	q.Unread[what] = host.Reason(err)
	remedy := ""
	if host.Denied(err) {
		remedy = "run as root"
	}
	s.Skip(model.Skip{
		What: what + " of process " + strconv.Itoa(q.PID), Path: model.Path("/proc/" + strconv.Itoa(q.PID) + "/" + what),
		Reason: host.Reason(err), Remedy: remedy, Incomplete: true,
	})
}
