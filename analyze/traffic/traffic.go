// Package traffic reads what the application is connected to at the moment of looking.
package traffic

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"

	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// Peers lists the connections that the application opened: established ones whose local port is none that it listens on, one for each remote
// address and port, with the process of this host that listens there. Sorted.
func Peers(s *subject.Subject) []model.Peer {
	peers := map[string]*model.Peer{}
	for _, p := range s.Procs {
		rows, err := p.Sockets()
		if err != nil {
			s.Skip(model.Skip{What: "sockets of process " + strconv.Itoa(p.PID), Reason: host.Reason(err), Incomplete: !host.Vanished(err)})
			continue
		}
		for _, r := range rows {
			if r.State != parse.Established || !outgoing(s, rows, r.InetSocket) {
				continue
			}
			peer := &model.Peer{Address: r.Remote.Addr().String(), Port: int(r.Remote.Port()), Protocol: r.Family[:3]}
			key := peer.Protocol + " " + r.Remote.String()
			if peers[key] == nil {
				peers[key] = peer
			}
			peer = peers[key]
			from := model.FromProc(p.PID, "net/"+r.Family+":"+strconv.Itoa(r.Line))
			for _, field := range []string{"address", "port", "protocol"} {
				peer.Evidence.Add(field, from)
			}
			listens(s, p, r.Remote, peer)
		}
	}
	out := make([]model.Peer, 0, len(peers))
	for _, p := range peers {
		out = append(out, *p)
	}
	slices.SortFunc(out, func(a, b model.Peer) int {
		return cmp.Or(cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.Address, b.Address), a.Port-b.Port)
	})
	return out
}

// outgoing reports whether the application opened the connection: nothing of it listens on the local port.
func outgoing(s *subject.Subject, own []host.OpenSocket, r parse.InetSocket) bool {
	for _, l := range s.App.Listeners {
		if l.Port == int(r.Local.Port()) && l.Protocol == r.Family[:3] {
			return false
		}
	}
	for _, o := range own {
		if o.State == parse.Listen && o.Local.Port() == r.Local.Port() {
			return false
		}
	}
	return true
}

// listens names who listens at an address of this host, in the same network namespace.
func listens(s *subject.Subject, p *subject.Proc, remote netip.AddrPort, peer *model.Peer) {
	if peer.Process != "" {
		return
	}
	rows, err := p.InetSockets()
	if err != nil {
		return // said already, by Sockets
	}
	ns, err := p.Namespace("net")
	if err != nil {
		return
	}
	for _, r := range rows {
		if r.State == parse.Listen && r.Local.Port() == remote.Port() && local(rows, remote.Addr()) && covers(r.Local.Addr(), remote.Addr()) {
			if name, from, ok := holder(s.Host, ns, r.Inode); ok {
				peer.Process = name
				peer.Evidence.Add("process", from)
				return
			}
		}
	}
}

// holder is the process of a network namespace that holds a socket.
func holder(h *host.Host, ns, inode uint64) (string, model.Source, bool) {
	for _, p := range h.Processes {
		if n, err := p.Namespace("net"); err != nil || n != ns {
			continue
		}
		held, err := p.Sockets()
		if err != nil {
			continue // another user's process: the peer stays without a name
		}
		for _, o := range held {
			if o.Inode == inode {
				return p.Comm + " (" + strconv.Itoa(p.PID) + ")", model.FromProc(p.PID, "fd/"+strconv.Itoa(o.FD)), true
			}
		}
	}
	return "", "", false
}

// local reports whether an address is one of this host: loopback, or one that some socket has as its local end.
func local(rows []parse.InetSocket, a netip.Addr) bool {
	return a.IsLoopback() || slices.ContainsFunc(rows, func(r parse.InetSocket) bool { return r.Local.Addr() == a })
}

func covers(listen, a netip.Addr) bool { return listen == a || listen.IsUnspecified() }
