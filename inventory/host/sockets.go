package host

import (
	"cmp"
	"slices"
	"strconv"
	"sync"

	"a2c/model"
	"a2c/parse"
)

// OpenSocket is a TCP or UDP socket that a process holds.
type OpenSocket struct {
	parse.InetSocket
	PID int
	FD  int // the lowest descriptor that is it

	table string // below /proc/PID
}

// Sockets are the TCP and UDP sockets that the process holds, in the order of the kernel's tables.
func (p *Process) Sockets() ([]OpenSocket, error) {
	return p.sockets(func() (inetIndex, error) { return p.inetIndex("inet", nil) })
}

// sockets are those that the process holds of an index, which is asked for only if there can be any.
func (p *Process) sockets(of func() (inetIndex, error)) ([]OpenSocket, error) {
	held, err := p.socketFDs()
	if err != nil || len(held) == 0 {
		return nil, err
	}
	x, err := of()
	if err != nil {
		return nil, err
	}
	var rows []int
	for inode := range held {
		if i, ok := x.at[inode]; ok {
			rows = append(rows, i)
		}
	}
	slices.Sort(rows)
	list := make([]OpenSocket, len(rows))
	for n, i := range rows {
		list[n] = OpenSocket{InetSocket: x.rows[i], PID: p.PID, FD: held[x.rows[i].Inode], table: p.ofThread("net/" + x.rows[i].Family)}
	}
	return list, nil
}

// socketFDs maps socket inodes to the lowest descriptor that is it. It is kept: owners ask for it again and again.
func (p *Process) socketFDs() (map[uint64]int, error) {
	p.held.once.Do(func() {
		fds, err := p.FDs()
		p.held.err = err
		p.held.fds = map[uint64]int{}
		for _, f := range slices.Backward(fds) {
			if inode, ok := f.Socket(); ok {
				p.held.fds[inode] = f.Num
			}
		}
	})
	return p.held.fds, p.held.err
}

// heldSockets is what socketFDs found, kept.
type heldSockets struct {
	once sync.Once
	fds  map[uint64]int
	err  error
}

// Listeners are the addresses on which the given processes (those that an application claims) accept connections, sorted by port, address,
// protocol. A socket that several processes hold counts once, for the oldest ancestor that holds it; when that is a process of another
// application (it only leaked the socket to its child), it is left out. Service managers that pass sockets on (socket activation) are no
// owners. UDP sockets count when they are bound, unconnected, and not in the range of ports that the kernel hands out for clients.
// Processes that ended meanwhile have none.
func (h *Host) Listeners(ps ...*Process) ([]model.Listener, error) {
	seen := map[uint64]bool{}
	var list []model.Listener
	oldest := slices.SortedFunc(slices.Values(ps), func(a, b *Process) int { return cmp.Or(cmp.Compare(a.Start, b.Start), a.PID-b.PID) })
	for _, p := range oldest {
		sockets, err := p.sockets(p.listening)
		if err != nil && Vanished(err) && p.Ended() {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, s := range sockets {
			if !h.accepts(s.InetSocket) || seen[s.Inode] {
				continue
			}
			seen[s.Inode] = true
			if owner := h.owner(p, s.Inode); owner == p || slices.Contains(ps, owner) || Launches(owner, p) {
				list = append(list, listener(s))
			}
		}
	}
	slices.SortFunc(list, func(a, b model.Listener) int {
		return cmp.Or(a.Port-b.Port, cmp.Compare(a.Address, b.Address), cmp.Compare(a.Family, b.Family), cmp.Compare(a.Inode, b.Inode))
	})
	return list, nil
}

func (h *Host) accepts(s parse.InetSocket) bool {
	switch s.Family {
	case "tcp", "tcp6":
		return s.State == parse.Listen
	}
	low, high := h.ephemeralPorts()
	port := int(s.Local.Port())
	return s.State == parse.Close && port != 0 && (port < low || port > high) && s.Remote.Port() == 0
}

// owner climbs from p as long as the parent holds the socket too.
func (h *Host) owner(p *Process, inode uint64) *Process {
	for {
		parent := h.Process(p.PPID)
		if parent == nil || parent.ServiceManager() {
			return p
		}
		if held, err := parent.socketFDs(); err != nil || !hasKey(held, inode) {
			return p // also a parent that may not be read: what is known is that p holds it
		}
		p = parent
	}
}

func hasKey(m map[uint64]int, key uint64) bool {
	_, ok := m[key]
	return ok
}

func listener(s OpenSocket) model.Listener {
	l := model.Listener{Address: s.Local.Addr().String(), Port: int(s.Local.Port()), Protocol: s.Family[:3], Family: s.Family, PID: s.PID, Inode: s.Inode}
	row := model.FromProc(s.PID, s.table+":"+strconv.Itoa(s.Line))
	for _, field := range []string{"address", "port", "protocol", "family"} {
		l.Evidence.Add(field, row)
	}
	holder := model.FromProc(s.PID, "fd/"+strconv.Itoa(s.FD))
	l.Evidence.Add("pid", holder)
	l.Evidence.Add("inode", holder)
	return l
}
