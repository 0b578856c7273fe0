package kernel

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// network looks at sockets that are neither TCP nor UDP, and at multicast groups.
func (l *looker) network() {
	p := l.s.Main
	raw, err := p.RawSockets()
	l.failed("sockets", p, "net/raw", err)
	for _, r := range raw {
		if h, ok := l.sockets[r.Inode]; ok && strings.HasPrefix(r.Family, "raw") { // ping sockets need no capability
			use(&l.out.Sockets, model.KernelUse{Name: "raw socket", Kind: model.SocketRaw, Detail: protocol(int(r.Local.Port()))}, h.source(), row(p, r.Family, r.Line))
		}
	}
	packet, err := p.PacketSockets()
	l.failed("sockets", p, "net/packet", err)
	for _, r := range packet {
		if h, ok := l.sockets[r.Inode]; ok {
			use(&l.out.Sockets, model.KernelUse{Name: "packet socket", Kind: model.SocketPacket, Detail: "protocol 0x" + strconv.FormatInt(int64(r.Protocol), 16)}, h.source(), row(p, "packet", r.Line))
		}
	}
	netlink, err := p.NetlinkSockets()
	l.failed("sockets", p, "net/netlink", err)
	for _, r := range netlink {
		h, ok := l.sockets[r.Inode]
		if !ok || r.Family == 0 && (r.Groups == 0 || !hasCap(p.Status.CapEff, "CAP_NET_ADMIN")) { // to watch addresses and routes needs no capability
			continue
		}
		use(&l.out.Sockets, model.KernelUse{Name: "netlink socket", Kind: model.SocketNetlink, Detail: netlinkFamily(r.Family)}, h.source(), row(p, "netlink", r.Line))
	}
	l.multicast(p)
	l.unix(p)
}

func row(p *subject.Proc, table string, line int) model.Source {
	return model.FromProc(p.PID, "net/"+table+":"+strconv.Itoa(line))
}

// protocol names the protocols of raw sockets (IANA protocol numbers).
func protocol(n int) string {
	names := map[int]string{1: "icmp", 2: "igmp", 6: "tcp", 17: "udp", 47: "gre", 50: "esp", 51: "ah", 58: "icmpv6", 89: "ospf", 112: "vrrp", 132: "sctp", 255: "any"}
	if s := names[n]; s != "" {
		return s
	}
	return strconv.Itoa(n)
}

func netlinkFamily(n int) string {
	names := map[int]string{0: "route", 4: "sock_diag", 5: "nflog", 6: "xfrm", 7: "selinux", 9: "audit", 10: "fib_lookup", 11: "connector", 12: "netfilter", 15: "kobject_uevent", 16: "generic"}
	if s := names[n]; s != "" {
		return s
	}
	return strconv.Itoa(n)
}

// multicast keeps groups that an interface has joined while the application holds a UDP socket that can receive them. The kernel does not
// say who joined.
func (l *looker) multicast(p *subject.Proc) {
	groups, err := p.MulticastGroups()
	l.failed("sockets", p, "net/igmp", err)
	if len(groups) == 0 {
		return
	}
	var udp []parse.InetSocket
	for _, q := range l.s.Procs {
		rows, err := q.Sockets()
		l.failed("sockets", q, "net/udp", err)
		for _, r := range rows {
			if strings.HasPrefix(r.Family, "udp") {
				udp = append(udp, r.InetSocket)
			}
		}
	}
	for _, g := range groups {
		for _, u := range udp {
			if everyHost(g.Address) || !receives(u, g.Address) {
				continue
			}
			table := "igmp"
			if g.Address.Is6() {
				table = "igmp6"
			}
			use(&l.out.Sockets, model.KernelUse{Name: g.Address.String(), Kind: model.SocketMulticast, Detail: "UDP port " + strconv.Itoa(int(u.Local.Port())) + ", joined on " + g.Device},
				row(p, table, g.Line), row(p, u.Family, u.Line), model.FromSocket(u.Inode))
		}
	}
}

// everyHost lists groups that every machine, or every mDNS responder, joins.
func everyHost(a netip.Addr) bool {
	s := a.String()
	return s == "224.0.0.1" || s == "224.0.0.251" || s == "224.0.0.252" || strings.HasPrefix(s, "ff02::1") || s == "ff01::1" || s == "ff02::fb" || s == "ff05::2" || s == "ff02::2"
}

func receives(u parse.InetSocket, group netip.Addr) bool {
	if u.Remote.Port() != 0 || u.Local.Port() == 0 {
		return false
	}
	a := u.Local.Addr()
	return a == group || a.IsUnspecified() && (a.Is4() == group.Is4() || a.Is6())
}

// unix keeps sockets through which the application serves others, and those of others that its configuration names or that carry a name. To
// whom an unnamed socket is connected stands in no table that can be read from outside.
func (l *looker) unix(p *subject.Proc) {
	rows, err := p.UnixSockets()
	l.failed("sockets", p, "net/unix", err)
	listens := map[string]bool{}
	for _, r := range rows {
		if _, ok := l.sockets[r.Inode]; ok && r.Listening && r.Path != "" {
			listens[r.Path] = true
		}
	}
	unnamed := 0
	for _, r := range rows {
		h, ok := l.sockets[r.Inode]
		switch {
		case !ok || r.Listening:
		case r.Path != "" && listens[r.Path] && r.State == connected:
			use(&l.out.Sockets, model.KernelUse{Name: r.Path, Kind: model.SocketServes, Detail: "somebody is connected"}, h.source(), row(p, "unix", r.Line))
		case r.Path == "" && r.State == connected && !l.pair(r.Inode):
			unnamed++
		}
	}
	l.named(rows)
	if unnamed > quietSockets && !l.anyUnix() {
		l.out.Unseen = append(l.out.Unseen, model.Unseen{
			Field: "sockets", Why: strconv.Itoa(unnamed) + " Unix sockets are connected to somebody; /proc/net/unix does not say to whom",
			Needs: "ss -xp on the host",
		})
	}
}

const (
	connected = 3 // SS_CONNECTED
	// quietSockets is how many connected Unix sockets a runtime holds for itself: a JVM keeps one end of a pair whose other end is closed.
	quietSockets = 2
)

// pair reports whether the application holds both ends of a socketpair(2): their inodes are made one after the other.
func (l *looker) pair(inode uint64) bool {
	_, next := l.sockets[inode+1]
	_, before := l.sockets[inode-1]
	return next || before
}

func (l *looker) anyUnix() bool {
	for _, u := range l.out.Sockets {
		if u.Kind == model.SocketUnix {
			return true
		}
	}
	return false
}

// named looks for sockets of the machine in environment and arguments: DOCKER_HOST=unix:///var/run/docker.sock.
func (l *looker) named(rows []parse.UnixSocket) {
	look := func(value string, from model.Source) {
		for _, w := range strings.FieldsFunc(value, func(c rune) bool { return strings.ContainsRune(" ,;=\"'()", c) }) {
			name := strings.TrimPrefix(strings.TrimPrefix(w, "unix://"), "unix:")
			if !strings.HasPrefix(name, "/") || len(name) > 107 { // sun_path
				continue
			}
			if info, err := host.Stat(l.s.Root, name); err != nil || info.Type != host.Socket {
				continue
			}
			if l.ownListener(name, rows) {
				continue
			}
			u := model.KernelUse{Name: name, Kind: model.SocketUnix, Detail: model.SocketNamed, Peer: l.listener(name, rows)}
			use(&l.out.Sockets, u, from)
		}
	}
	for _, v := range l.s.Main.Env {
		look(v.Value, model.FromEnv(l.s.Main.PID, v.Name))
	}
	for i, a := range l.s.Main.Args() {
		look(a, model.FromArg(l.s.Main.PID, i))
	}
}

// ownListener reports whether the application itself listens on a Unix socket's path.
func (l *looker) ownListener(name string, rows []parse.UnixSocket) bool {
	return slices.ContainsFunc(l.listeners(name, rows), func(r parse.UnixSocket) bool {
		_, own := l.sockets[r.Inode]
		return own
	})
}

// listeners are the sockets that listen on a path, under any of its names.
func (l *looker) listeners(name string, rows []parse.UnixSocket) []parse.UnixSocket {
	real, _, err := host.Resolve(l.s.Root, name)
	if err != nil {
		real = name
	}
	var out []parse.UnixSocket
	for _, r := range rows {
		if r.Listening && (r.Path == name || r.Path == real || "/var"+r.Path == name) {
			out = append(out, r)
		}
	}
	return out
}

// listener is the process that listens on a Unix socket's path.
func (l *looker) listener(name string, rows []parse.UnixSocket) string {
	for _, r := range l.listeners(name, rows) {
		for _, p := range l.s.Host.Processes {
			fds, err := p.FDs()
			if err != nil {
				continue // another user's, when a2c is not root
			}
			for _, f := range fds {
				if inode, ok := f.Socket(); ok && inode == r.Inode {
					return l.process(p.PID)
				}
			}
		}
	}
	return ""
}
