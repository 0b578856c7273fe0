package detect

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// Find returns every application of the host that a detector knows, ordered by main PID, with everything but Instance: what tells equal
// applications apart takes the whole list. What could not be seen is added to h.Skips, and h.Seen is completed. Helpers (build tools, IDEs,
// agents, tools of the JDK) and what runs in containers are skips, too, unless the options say otherwise. The error is ctx's alone.
func Find(ctx context.Context, h *host.Host, o Options) ([]model.App, error) {
	seen := views{}
	f := finder{h: h, o: o, seen: seen, detectors: detectors(seen), claimed: map[int]string{}, left: map[int]bool{}}
	for _, g := range host.Groups(h) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if f.claimed[g.Main.PID] == "" {
			f.group(ctx, g)
		}
	}
	f.count()
	slices.SortFunc(f.apps, func(a, b model.App) int { return a.ProcessID - b.ProcessID })
	return f.apps, nil
}

// Options of Find.
type Options struct {
	All        bool // helpers, too
	Containers bool // what runs in containers, too
}

type finder struct {
	h         *host.Host
	o         Options
	seen      views
	detectors []Detector
	claimed   map[int]string // PID to the application type that has it
	left      map[int]bool   // of these, those of applications that are left out
	apps      []model.App
	closed    []*host.Process // those whose program may not be known to this user
	vanished  int
}

// group asks the detectors in their order.
func (f *finder) group(ctx context.Context, g host.Group) {
	defer f.seen.release(g)
	left := false
	if err := guarded(func() error { left = f.leaveOut(g); return nil }); err != nil {
		f.h.Skip(model.Skip{What: fmt.Sprintf("process %d", g.Main.PID), Reason: host.Reason(err), Incomplete: true})
	}
	if left {
		return
	}
	g = f.free(g)
	for _, d := range f.detectors {
		if !d.Match(g.Main) {
			continue
		}
		var apps []model.App
		err := guarded(func() (err error) { apps, err = d.Detect(ctx, f.h, g); return err })
		switch {
		case err == nil && g.Main.Ended():
			f.vanished++ // while it was looked at: what was seen of it is half a picture
			return
		case err == nil:
			f.claim(d.Name(), apps)
			return
		case errors.Is(err, ErrNotMine):
		case host.Vanished(err) && g.Main.Ended():
			f.vanished++
			return
		default:
			f.h.Skip(model.Skip{What: fmt.Sprintf("process %d for %s", g.Main.PID, d.Name()), Reason: host.Reason(err), Incomplete: true})
		}
	}
	if g.Main.ExeErr != nil && host.Denied(g.Main.ExeErr) {
		f.closed = append(f.closed, g.Main)
	}
}

// guarded turns a panic, which only hostile input could cause, into an error: one process must not hide all others.
func guarded(look func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return look()
}

// free leaves out what another application has already.
func (f *finder) free(g host.Group) host.Group {
	taken := func(p *host.Process) bool { return f.claimed[p.PID] != "" }
	g.Children = slices.DeleteFunc(slices.Clone(g.Children), taken)
	g.Launchers = slices.DeleteFunc(slices.Clone(g.Launchers), taken)
	return g
}

// claim takes the applications over. A process belongs to one application: the second claim is a mistake of a detector, and is left out.
func (f *finder) claim(kind string, apps []model.App) {
	for _, a := range apps {
		twice := slices.IndexFunc(a.Processes, func(pid int) bool { return f.claimed[pid] != "" })
		if twice >= 0 {
			pid := a.Processes[twice]
			f.h.Skip(model.Skip{What: fmt.Sprintf("%s of process %d", kind, a.ProcessID), Reason: fmt.Sprintf("process %d belongs to a %s already", pid, f.claimed[pid]), Incomplete: true})
			continue
		}
		for _, pid := range a.Processes {
			f.claimed[pid] = kind
		}
		if f.inContainer(&a) {
			for _, pid := range a.Processes {
				f.left[pid] = true
			}
			continue
		}
		f.apps = append(f.apps, a)
	}
}

// count completes Seen: Processes = Matched + Other + Vanished + Unreadable.
func (f *finder) count() {
	s := &f.h.Seen
	s.Matched = len(f.claimed) - len(f.left)
	s.Vanished += f.vanished
	s.Unreadable += len(f.closed)
	s.Other = max(0, s.Processes-s.Matched-s.Vanished-s.Unreadable)
	f.skipClosed()
}

// skipClosed names the processes that may not be looked at: one line for all when more rights would help, else one for each, since then
// something guards just these. PID 1 is the system's init where its arguments do not say otherwise: without it the inventory is complete.
func (f *finder) skipClosed() {
	if len(f.closed) == 0 {
		return
	}
	const what = "program and files of process"
	if !f.mayTrace() {
		s := model.Skip{What: what + "es of other users", Reason: "permission denied", Remedy: "run as root", Count: len(f.closed), Incomplete: true}
		for _, p := range f.closed {
			s.Each = append(s.Each, fmt.Sprintf("%d (%s)", p.PID, model.Path(p.Comm)))
		}
		f.h.Skip(s)
		return
	}
	for _, p := range f.closed {
		f.h.Skip(model.Skip{
			What: fmt.Sprintf("%s %d (%s)", what, p.PID, model.Path(p.Comm)), Path: model.Path(fmt.Sprintf("/proc/%d/exe", p.PID)),
			Reason: "permission denied, even with CAP_SYS_PTRACE: the kernel or a security module guards it", Incomplete: p.PID != 1,
		})
	}
}

// mayTrace reports whether a2c has CAP_SYS_PTRACE (capabilities(7)), which lets it look at every process.
func (f *finder) mayTrace() bool {
	const sysPtrace, limit = 19, 64 << 10
	data, err := host.ReadFile(f.h.Tree, "/proc/self/status", limit)
	if err != nil {
		return false
	}
	status, err := parse.Status(data)
	return err == nil && status.CapEff&(1<<sysPtrace) != 0
}
