// Package traffic reads what the application is connected to at the moment of looking.
package traffic

import (
	"cmp"
	"errors"
	"io/fs"
	"net/netip"
	"slices"
	"strconv"

	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// Peer is a connection with the process of this host at its other end; PID is 0 when there is none, or it is not known.
type Peer struct {
	Seen model.Peer
	PID  int
}

// Documents are the peers as the analysis holds them.
func Documents(list []Peer) []model.Peer {
	out := make([]model.Peer, len(list))
	for i, p := range list {
		out[i] = p.Seen
	}
	return out
}

// Peers lists the connections that the application opened: established ones whose local port is none that it listens on, one for each remote
// address and port, with the process of this host that listens there. Sorted.
func Peers(s *subject.Subject) []Peer {
	peers := map[string]*Peer{}
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
			meet(s, p, r, peers)
		}
	}
	out := make([]Peer, 0, len(peers))
	for _, p := range peers {
		out = append(out, *p)
	}
	slices.SortFunc(out, func(a, b Peer) int {
		return cmp.Or(cmp.Compare(a.Seen.Protocol, b.Seen.Protocol), cmp.Compare(a.Seen.Address, b.Seen.Address), a.Seen.Port-b.Seen.Port)
	})
	return out
}

// meet notes one connection of a process.
func meet(s *subject.Subject, p *subject.Proc, r host.OpenSocket, peers map[string]*Peer) {
	protocol := r.Family[:3]
	key := protocol + " " + r.Remote.String()
	peer := peers[key]
	if peer == nil {
		peer = &Peer{Seen: model.Peer{Address: r.Remote.Addr().String(), Port: int(r.Remote.Port()), Protocol: protocol}}
		peers[key] = peer
	}
	from := model.FromProc(p.PID, "net/"+r.Family+":"+strconv.Itoa(r.Line))
	for _, field := range []string{"address", "port", "protocol"} {
		peer.Seen.Evidence.Add(field, from)
	}
	if peer.Seen.Process != "" {
		return
	}
	if at, ok := Listening(s, p, protocol, r.Remote); ok {
		peer.Seen.Process, peer.PID = at.Process, at.PID
		peer.Seen.Evidence.Add("process", at.From)
	}
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

// maxTrie bounds /proc/PID/net/fib_trie: some hundred bytes for each route.
const maxTrie = 16 << 20

// Addresses are those of the application's network namespace, with where they stand. None when they cannot be read.
func Addresses(s *subject.Subject) ([]string, model.Source) {
	name := "/proc/" + strconv.Itoa(s.Main.PID) + "/net/fib_trie"
	data, err := host.ReadFile(s.Host.Tree, name, maxTrie)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) { // a kernel without IPv4
			s.Skip(model.Skip{What: "addresses of the host", Path: model.Path(name), Reason: host.Reason(err)})
		}
		return []string{}, model.Source(name)
	}
	return parse.LocalAddresses(data), model.Source(name)
}

// Listener is a process that listens.
type Listener struct {
	Process string // "postgres (812)"
	PID     int
	From    model.Source
}

// Listening names who listens at an address of this host, as a process of the application reaches it: in the same network namespace.
func Listening(s *subject.Subject, p *subject.Proc, protocol string, remote netip.AddrPort) (Listener, bool) {
	rows, err := p.InetSockets()
	if err != nil {
		return Listener{}, false // said already, by Sockets
	}
	ns, err := p.Namespace("net")
	if err != nil || !local(rows, remote.Addr()) {
		return Listener{}, false
	}
	for _, r := range rows {
		if r.State == parse.Listen && r.Family[:3] == protocol && r.Local.Port() == remote.Port() && covers(r.Local.Addr(), remote.Addr()) {
			if l, ok := holder(s.Host, ns, r.Inode); ok {
				return l, true
			}
		}
	}
	return Listener{}, false
}

// holder is the process of a network namespace that holds a socket.
func holder(h *host.Host, ns, inode uint64) (Listener, bool) {
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
				return Listener{p.Comm + " (" + strconv.Itoa(p.PID) + ")", p.PID, model.FromProc(p.PID, "fd/"+strconv.Itoa(o.FD))}, true
			}
		}
	}
	return Listener{}, false
}

// local reports whether an address is one of this host: loopback, or one that some socket has as its local end.
func local(rows []parse.InetSocket, a netip.Addr) bool {
	return a.IsLoopback() || slices.ContainsFunc(rows, func(r parse.InetSocket) bool { return r.Local.Addr() == a })
}

func covers(listen, a netip.Addr) bool { return listen == a || listen.IsUnspecified() }
