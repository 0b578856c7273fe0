package host

import (
	"strconv"
	"strings"
)

// OtherNetworks are the process as looked at from its threads (proc_pid_task(5)), one for each network namespace that its first thread is not in:
// /proc/PID/net and ns are those of the first, and a program in Go that enters a container's namespace for a moment may have to leave a thread there.
// They serve to find listeners, nothing else.
func (p *Process) OtherNetworks() ([]*Process, error) {
	first, err := p.Namespace("net")
	if err != nil {
		return nil, err
	}
	tasks, err := p.tree.ReadDir(p.path("task"))
	if err != nil {
		return nil, err
	}
	seen := map[uint64]bool{first: true}
	var list []*Process
	for _, task := range tasks {
		id, err := strconv.Atoi(task.Name)
		if err != nil {
			continue
		}
		q := &Process{PID: p.PID, PPID: p.PPID, Comm: p.Comm, Exe: p.Exe, Start: p.Start, Threads: p.Threads, root: p.root, thread: id, tree: p.tree, host: p.host}
		if network, err := q.Namespace("net"); err == nil && !seen[network] { // a thread may have ended meanwhile
			seen[network] = true
			list = append(list, q)
		}
	}
	return list, nil
}

// ofThread is the name of a file below /proc/PID: each thread has its own network.
func (p *Process) ofThread(name string) string {
	if p.thread != 0 && (strings.HasPrefix(name, "net/") || name == "ns/net") {
		return "task/" + strconv.Itoa(p.thread) + "/" + name
	}
	return name
}
