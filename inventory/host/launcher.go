package host

import (
	"path"
	"slices"
	"strconv"
	"strings"
)

// launchers are programs that start another one and wait: nothing of theirs is part of the application.
func launchers() []string {
	return []string{
		"sh", "bash", "dash", "ash", "busybox", "zsh", "ksh", "ksh93", "mksh", "csh", "tcsh", "fish", // shells
		"sudo", "su", "runuser", "setpriv", "doas", "pkexec", "chpst", "gosu", "su-exec", // other users
		"tini", "tini-static", "dumb-init", "catatonit", "docker-init", // inits of containers
		"start-stop-daemon", "daemon", "daemonize", "nohup", "setsid", "timeout", "script", "env", "nice", "ionice", "chrt", "taskset", "stdbuf", "numactl", "catchsegv", "time", "xargs", // wrappers; jetty.sh starts its JVM by xargs
		"s6-supervise", "runsv", "supervise", "angel", "monit", "forever", // one supervisor for one process
	}
}

// serviceManagers start everything on a machine, and may hand over sockets that they opened (sd_listen_fds(3), inetd(8)).
func serviceManagers() []string {
	return []string{"systemd", "init", "launchd", "runit", "runsvdir", "s6-svscan", "openrc-init", "xinetd", "inetd"}
}

// ServiceManager reports the first process, and others whose trade is to start everything: systemd, init, runit.
func (p *Process) ServiceManager() bool {
	return p.PID == 1 || slices.Contains(serviceManagers(), path.Base(p.Exe))
}

// program is the name of what runs: of the executable, or of the first argument where the executable cannot be read.
func (p *Process) program() string {
	if p.Exe != "" {
		return path.Base(p.Exe)
	}
	if len(p.Args()) > 0 {
		return strings.TrimPrefix(path.Base(p.Args()[0]), "-") // "-bash": a login shell
	}
	return p.Comm
}

// Launches reports whether parent only started child: a shell, sudo, an init of a container, a wrapper, or the controller of jsvc.
func Launches(parent, child *Process) bool {
	if parent == nil || child == nil || child.PPID != parent.PID {
		return false
	}
	return slices.Contains(launchers(), parent.program()) || controls(parent, child) || wraps(parent, child)
}

// wraps reports a service wrapper: Tanuki's, whatever the program is called (it gives the JVM its own number), or YAJSW, a JVM itself.
func wraps(parent, child *Process) bool {
	name := parent.program()
	switch {
	case name == "wrapper" || strings.HasPrefix(name, "wrapper-linux-"):
		return true
	case !child.Managed() && child.program() != "java":
		return false
	}
	return slices.Contains(child.Args(), "-Dwrapper.pid="+strconv.Itoa(parent.PID)) || name == "java" && slices.Contains(child.Args(), "org.rzo.yajsw.app.WrapperJVMMain")
}

// controls reports the controller of commons-daemon: jsvc forks, the parent (root) keeps watch with the same arguments, the child is the JVM.
func controls(parent, child *Process) bool {
	return parent.program() == "jsvc" && child.program() == "jsvc" && slices.Equal(parent.Args(), child.Args())
}

// Groups makes a group of each process that is no launcher of another: parents before their children, then by PID. Every
// process is in some group, most in several: as main, and as child of its ancestors.
func Groups(h *Host) []Group {
	var groups []Group
	for _, p := range h.topDown() {
		if h.launches(p) {
			continue
		}
		g := Group{Main: p, Children: h.descendants(p)}
		for child, parent := p, h.Process(p.PPID); Launches(parent, child); child, parent = parent, h.Process(parent.PPID) {
			g.Launchers = append(g.Launchers, parent)
		}
		groups = append(groups, g)
	}
	return groups
}

func (h *Host) launches(p *Process) bool {
	return slices.ContainsFunc(h.ChildrenOf(p.PID), func(child *Process) bool { return Launches(p, child) })
}

// topDown lists all processes, parents first. PIDs wrap around, so their order says nothing.
func (h *Host) topDown() []*Process {
	var list []*Process
	seen := map[int]bool{}
	var visit func(p *Process)
	visit = func(p *Process) {
		if seen[p.PID] {
			return
		}
		seen[p.PID] = true
		list = append(list, p)
		for _, kid := range h.ChildrenOf(p.PID) {
			visit(kid)
		}
	}
	for _, p := range h.Processes {
		if parent := h.Process(p.PPID); parent == nil || parent == p {
			visit(p)
		}
	}
	for _, p := range h.Processes { // a circle: PPIDs read at different moments, with PIDs used again
		visit(p)
	}
	return list
}

func (h *Host) descendants(p *Process) []*Process {
	var list []*Process
	seen := map[int]bool{p.PID: true}
	todo := []*Process{p}
	for len(todo) > 0 {
		at := todo[0]
		todo = todo[1:]
		for _, kid := range h.ChildrenOf(at.PID) {
			if !seen[kid.PID] {
				seen[kid.PID] = true
				list, todo = append(list, kid), append(todo, kid)
			}
		}
	}
	slices.SortFunc(list, func(a, b *Process) int { return a.PID - b.PID })
	return list
}
