package around

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// address is where sockets may listen together (SO_REUSEPORT, socket(7)).
type address struct {
	family, local string
}

// sockets tells of the listeners who opened them and how many share them, and adds Unix sockets and what leads into the container.
func (e *each) sockets() {
	for i := range e.app.Listeners {
		l := &e.app.Listeners[i]
		e.inherited(l)
		e.group(l)
	}
	var ps []*host.Process
	for _, pid := range e.app.Processes {
		if p := e.h.Process(pid); p != nil {
			ps = append(ps, p)
		}
	}
	list, err := e.h.UnixListeners(ps...)
	e.skip("net/unix", err)
	for _, u := range list {
		e.app.UnixListeners = append(e.app.UnixListeners, u)
		e.app.Evidence.Add("unixListeners", u.Evidence["path"]...)
	}
	e.published()
}

// firstPassed is the first descriptor that systemd passes (sd_listen_fds(3)); those before it are standard streams, of which an inetd-like
// service finds its socket at 0 (systemd.exec(5), StandardInput=socket; System.inheritedChannel()).
const firstPassed = 3

// inherited finds listeners that systemd opened: the manager holds the socket, too, or the environment says which descriptors it passed.
func (e *each) inherited(l *model.Listener) {
	p, fd, ok := holder(e.h, *l)
	if !ok {
		return
	}
	env, err := p.Environ()
	if err != nil {
		return
	}
	text, passed := env.Get("LISTEN_FDS")
	count, _ := strconv.Atoi(text)
	if fd >= firstPassed && (!passed || fd >= firstPassed+count) {
		return
	}
	from := []model.Source{model.FromProc(p.PID, "fd/"+strconv.Itoa(fd))}
	for at := e.h.Process(p.PPID); at != nil; at = e.h.Process(at.PPID) {
		if at.ServiceManager() {
			if held, ok := at.Holds(l.Inode); ok {
				l.Inherited = base(at.Exe)
				from = append(from, model.FromProc(at.PID, "fd/"+strconv.Itoa(held)))
			}
			break
		}
	}
	if l.Inherited == "" && passed && fd >= firstPassed { // a manager that may not be looked at, or has closed its own
		l.Inherited = "systemd"
		from = append(from, model.FromEnv(p.PID, "LISTEN_FDS"))
	}
	if l.Inherited != "" {
		l.Evidence.Add("inherited", from...)
	}
}

// group counts the sockets that listen on the same address.
func (e *each) group(l *model.Listener) {
	p := e.h.Process(l.PID)
	if p == nil || l.Protocol != "tcp" {
		return // several UDP sockets on one address are mostly receivers of multicast, which each get all
	}
	space, err := p.Namespace("net")
	if err != nil {
		return
	}
	if e.shared[space] == nil {
		e.shared[space] = map[address]int{}
		rows, err := p.ListeningSockets()
		if err != nil {
			return
		}
		for _, r := range rows {
			if r.State == parse.Listen {
				e.shared[space][address{r.Family, r.Local.String()}]++
			}
		}
	}
	host := l.Address
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if n := e.shared[space][address{l.Family, host + ":" + strconv.Itoa(l.Port)}]; n > 1 {
		l.Group = n
		l.Evidence.Add("group", model.FromProc(l.PID, "net/"+l.Family))
	}
}

// published finds the helpers of engines that hand connections of the machine on to the application's container.
func (e *each) published() {
	if e.app.Container == nil || !e.app.Foreign {
		return
	}
	addresses := e.localAddresses(e.p.PID)
	for _, p := range e.h.Processes {
		switch {
		case base(p.Exe) == "docker-proxy" || base(p.Exe) == "rootlesskit-docker-proxy":
			e.dockerProxy(p, addresses)
		case base(p.Exe) == "conmon" && e.below(p), base(p.Exe) == "rootlessport" && e.besides(p), base(p.Exe) == "slirp4netns" && e.asked(p):
			e.keeper(p)
		}
	}
}

// dockerProxy reads docker-proxy -proto tcp -host-ip 127.0.0.1 -host-port 18080 -container-ip 172.17.0.2 -container-port 8080.
func (e *each) dockerProxy(p *host.Process, addresses []string) {
	value, args := map[string]string{}, p.Args()
	for i := 1; i+1 < len(args); i++ {
		if strings.HasPrefix(args[i], "-") {
			value[strings.TrimLeft(args[i], "-")] = args[i+1]
		}
	}
	port, err1 := strconv.Atoi(value["host-port"])
	target, err2 := strconv.Atoi(value["container-port"])
	if err1 != nil || err2 != nil || !slices.Contains(addresses, value["container-ip"]) ||
		!slices.ContainsFunc(e.app.Listeners, func(l model.Listener) bool { return l.Port == target && l.Protocol == value["proto"] }) {
		return
	}
	e.publish(model.Published{Address: safe(value["host-ip"]), Port: port, Protocol: value["proto"], Target: target, By: "docker-proxy", PID: p.PID},
		model.FromProc(p.PID, "cmdline"), model.FromProc(e.p.PID, "net/fib_trie"))
}

// keeper takes the listeners of a process that holds the published ports open. It does not say which port in the container they lead to: that
// is known when there is only one.
func (e *each) keeper(p *host.Process) {
	what := "addresses that process " + strconv.Itoa(p.PID) + " publishes"
	others, err := p.OtherNetworks()
	e.unread(what, fmt.Sprintf("/proc/%d/task", p.PID), err)
	var listeners []model.Listener
	for _, at := range append([]*host.Process{p}, others...) {
		found, err := e.h.Listeners(at)
		e.unread(what, fmt.Sprintf("/proc/%d/fd", p.PID), err)
		listeners = append(listeners, found...)
	}
	target := 0
	if len(e.app.Listeners) == 1 {
		target = e.app.Listeners[0].Port
	}
	for _, l := range listeners {
		e.publish(model.Published{Address: l.Address, Port: l.Port, Protocol: l.Protocol, Target: target, By: base(p.Exe), PID: p.PID}, l.Evidence["port"]...)
	}
}

func (e *each) publish(m model.Published, from ...model.Source) {
	for _, field := range []string{"address", "port", "protocol", "by", "pid"} {
		m.Evidence.Add(field, from...)
	}
	if m.Target != 0 {
		m.Evidence.Add("target", from...)
	}
	e.app.Published = append(e.app.Published, m)
	e.app.Evidence.Add("published", from...)
}

// below reports whether p is an ancestor of the application.
func (e *each) below(p *host.Process) bool {
	for at, n := e.h.Process(e.p.PPID), 0; at != nil && n < 100; at, n = e.h.Process(at.PPID), n+1 {
		if at == p {
			return true
		}
	}
	return false
}

// besides reports whether a child of p is in the application's network namespace: rootlessport(1) runs its other half there.
func (e *each) besides(p *host.Process) bool {
	own, err := e.p.Namespace("net")
	return err == nil && slices.ContainsFunc(e.h.ChildrenOf(p.PID), func(kid *host.Process) bool {
		theirs, err := kid.Namespace("net")
		return err == nil && theirs == own
	})
}

// asked reports whether p takes its orders through the socket that Podman names after the container (--api-socket …/ID.net): slirp4netns(1) then
// holds the published ports open itself.
func (e *each) asked(p *host.Process) bool {
	args := p.Args()
	at := slices.Index(args, "--api-socket") + 1
	return at > 0 && at < len(args) && e.app.Container.ID != "" && base(args[at]) == e.app.Container.ID+".net"
}
