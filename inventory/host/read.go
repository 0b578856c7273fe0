package host

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"a2c/model"
	"a2c/parse"
)

// Read looks at every process once: stat, exe and root of each, five system calls. Kernel threads are left out. A process that ended
// meanwhile is counted as vanished; one whose program cannot be read stays in the list, with ExeErr. Only a machine without a
// readable /proc is an error.
func Read(ctx context.Context, t Tree) (*Host, error) {
	entries, err := t.ReadDir("/proc")
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	pids := make([]int, 0, len(entries))
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name); err == nil && pid > 0 {
			pids = append(pids, pid)
		}
	}
	if len(pids) == 0 {
		return nil, errors.New("list processes: /proc holds none; is procfs mounted there?")
	}
	slices.Sort(pids)
	h := &Host{Tree: t, sockets: &socketTables{}}
	results := readEach(ctx, h, pids)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	for i, r := range results {
		h.add(pids[i], r)
	}
	h.index()
	if pids[0] != 1 {
		h.addHidden()
	}
	return h, nil
}

// readers is how many goroutines look: reading /proc is the kernel's work, more than a few only get in each other's way.
const readers = 2

type readResult struct {
	p      *Process
	kernel bool
	err    error
}

// readEach keeps the order of pids, so that the outcome does not depend on which goroutine was faster.
func readEach(ctx context.Context, h *Host, pids []int) []readResult {
	results := make([]readResult, len(pids))
	var wg sync.WaitGroup
	for w := range readers {
		wg.Go(func() {
			buf := make([]byte, 4096)
			for i := w; i < len(pids) && ctx.Err() == nil; i += readers {
				results[i] = h.readProcess(pids[i], buf)
			}
		})
	}
	wg.Wait()
	return results
}

func (h *Host) readProcess(pid int, buf []byte) readResult {
	p := &Process{PID: pid, tree: h.Tree, host: h}
	data, err := p.readStat(buf)
	if err != nil {
		return readResult{err: err}
	}
	stat, err := parse.Stat(data)
	if err != nil {
		return readResult{err: fmt.Errorf("/proc/%d/stat: %w", pid, err)}
	}
	if stat.KernelThread() {
		return readResult{kernel: true}
	}
	if stat.Over() {
		return readResult{err: errEnded}
	}
	p.PPID, p.Comm, p.Start, p.Threads = stat.PPID, stat.Comm, stat.StartTicks, stat.Threads
	exe, err := p.readlink("exe")
	if err != nil {
		if Vanished(err) && p.Ended() {
			return readResult{err: errEnded}
		}
		p.ExeErr = err
		return readResult{p: p}
	}
	if root, err := p.readlink("root"); err == nil && root != "/" {
		p.root = root
	}
	p.Exe, p.ExeDeleted = p.unmark("exe", exe)
	return readResult{p: p}
}

// shortReader is a tree that can read a small kernel file into a buffer: three system calls, no allocation.
type shortReader interface {
	readShort(name string, buf []byte) (int, error)
}

// readStat reads stat. It comes whole if the buffer is large enough, so that the call which would say "end" is saved; a full buffer means
// that there may be more.
func (p *Process) readStat(buf []byte) ([]byte, error) {
	if t, ok := p.tree.(shortReader); ok {
		n, err := t.readShort(p.path("stat"), buf)
		if err != nil || n < len(buf) {
			return buf[:n], err
		}
	}
	return p.read("stat", smallFile)
}

// errEnded is a zombie: a process that is over, and waits for its parent to take notice.
var errEnded = errors.New("process has ended")

func (h *Host) add(pid int, r readResult) {
	if r.kernel {
		return
	}
	h.Seen.Processes++
	switch {
	case r.err == nil:
		h.Processes = append(h.Processes, r.p)
	case errors.Is(r.err, errEnded) || Vanished(r.err):
		h.Seen.Vanished++
	default:
		h.Seen.Unreadable++
		s := model.Skip{What: fmt.Sprintf("process %d", pid), Reason: Reason(r.err), Remedy: remedy(r.err), Incomplete: true}
		if Denied(r.err) { // hidepid=1: alike by the hundred, and counted
			s.What, s.Each = "processes that are hidden", []string{strconv.Itoa(pid)}
		}
		h.Skip(s)
	}
}

// index makes the family tree.
func (h *Host) index() {
	h.byPID = make(map[int]*Process, len(h.Processes))
	h.kids = map[int][]*Process{}
	for _, p := range h.Processes {
		h.byPID[p.PID] = p
	}
	for _, p := range h.Processes {
		h.kids[p.PPID] = append(h.kids[p.PPID], p)
	}
}

// addHidden notes that procfs is mounted with hidepid (proc(5)), by which other users' processes, and so PID 1, are not even listed.
func (h *Host) addHidden() {
	data, err := ReadFile(h.Tree, "/proc/self/mountinfo", largeFile)
	if err != nil {
		return // a captured machine, or one without processes of its own
	}
	mounts, _ := parse.Mountinfo(data)
	for _, m := range mounts {
		if m.Point != "/proc" {
			continue
		}
		for _, o := range m.SuperOptions {
			if value, ok := strings.CutPrefix(o, "hidepid="); ok && value != "0" && value != "off" {
				h.Skip(model.Skip{What: "processes of other users", Path: "/proc", Reason: "proc is mounted with " + o, Remedy: "run as root", Incomplete: true})
			}
		}
	}
}
