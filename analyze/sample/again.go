package sample

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"a2c/inventory/host"
	"a2c/parse"
)

// identity is what a process has in common with the one that takes its place.
type identity struct {
	exe  string
	args []string
	uid  int // effective
}

func identify(t host.Tree, p *host.Process) (identity, error) {
	exe, err := t.Readlink("/proc/" + strconv.Itoa(p.PID) + "/exe")
	if err != nil {
		return identity{}, err
	}
	s, err := p.Status()
	return identity{strings.TrimSuffix(exe, " (deleted)"), p.Args(), s.UID[1]}, err
}

// again looks, while the main process is away, for one that has the same program, arguments and user and was started after it.
func (w *watcher) again(at time.Duration) {
	if !w.away || w.who.exe == "" {
		return
	}
	entries, err := w.tree.ReadDir("/proc")
	if err != nil {
		w.skip("the main process, started anew", err)
		return
	}
	older := map[int]bool{}
	defer func() { w.older = older }() // what has ended leaves its number to others
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name)
		if err != nil {
			continue
		}
		if older[pid] = w.older[pid]; older[pid] {
			continue
		}
		data, err := host.ReadInto(w.tree, "/proc/"+e.Name+"/stat", int64(len(w.buf)), w.buf)
		if err != nil {
			continue // it ended
		}
		s, err := parse.Stat(data)
		older[pid] = err == nil && s.StartTicks < w.main.Start
		if err != nil || s.Over() || older[pid] || pid == w.main.PID && s.StartTicks == w.main.Start {
			continue
		}
		p := w.main.Sibling(s)
		if who, err := identify(w.tree, p); err != nil || who.exe != w.who.exe || who.uid != w.who.uid || !slices.Equal(who.args, w.who.args) {
			continue // another program, or it ended
		}
		w.m.note("back", "process %d with the same command came by %s and counts from there", pid, at.Round(time.Second))
		w.main, w.away = p, false
		w.gone += at - w.left
		w.procs = append(w.procs, p)
		for _, l := range w.logs {
			l.p = p
		}
		w.family(at)
		return
	}
}
