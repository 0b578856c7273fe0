package host

import (
	"strings"
	"sync"

	"a2c/parse"
)

// netKey is a table of one network namespace. Where the namespace cannot be read, its inode is 0 and pid stands for it.
type netKey struct {
	netns uint64
	pid   int
	file  string
}

// socketTables keeps each table of each network namespace, read once through /proc/PID/net of the first process that asked: never
// a2c's own /proc/net, whose namespace is empty.
type socketTables struct {
	mu sync.Mutex
	of map[netKey]*tableOnce
}

type tableOnce struct {
	once  sync.Once
	value any
	err   error
}

// table returns file below /proc/PID/net, parsed. A table that the kernel lacks (IPv6 off, no packet module) is empty.
func table[T any](p *Process, file string, read func([]byte) ([]T, error)) ([]T, error) {
	return perNetwork(p, file, func() ([]T, error) {
		data, err := p.read("net/"+file, largeFile)
		if Vanished(err) && !p.Ended() {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		rows, err := read(data)
		return rows, wrap("read", p.path("net/"+file), err)
	})
}

// perNetwork makes a value once for each network namespace, by the first process of it that asks.
func perNetwork[T any](p *Process, name string, read func() (T, error)) (T, error) {
	key := netKey{file: name}
	if inode, err := p.Namespace("net"); err == nil {
		key.netns = inode
	} else {
		key.pid = p.PID
	}
	s := p.host.sockets
	s.mu.Lock()
	if s.of == nil {
		s.of = map[netKey]*tableOnce{}
	}
	entry := s.of[key]
	if entry == nil {
		entry = &tableOnce{}
		s.of[key] = entry
	}
	s.mu.Unlock()
	entry.once.Do(func() { entry.value, entry.err = read() })
	value, _ := entry.value.(T)
	return value, entry.err
}

// inetFiles are the tables with an address and a port.
func inetFiles() []string { return []string{"tcp", "tcp6", "udp", "udp6"} }

// InetSockets are all TCP and UDP sockets of the process's network namespace (proc_pid_net(5)), whoever holds them.
func (p *Process) InetSockets() ([]parse.InetSocket, error) {
	x, err := p.inetIndex("inet", nil)
	return x.rows, err
}

// inetIndex holds TCP and UDP sockets of a network namespace, and at which row each inode stands: machines have tens of thousands of sockets, of
// which a process holds a few.
type inetIndex struct {
	rows []parse.InetSocket
	at   map[uint64]int
}

// inetIndex reads the tables once for each name, as far as more says.
func (p *Process) inetIndex(name string, more func(parse.InetSocket) bool) (inetIndex, error) {
	return perNetwork(p, name, func() (inetIndex, error) {
		rows, err := p.inet(inetFiles(), more)
		x := inetIndex{rows, make(map[uint64]int, len(rows))}
		for i, r := range rows {
			if _, twice := x.at[r.Inode]; r.Inode != 0 && !twice {
				x.at[r.Inode] = i
			}
		}
		return x, err
	})
}

// ListeningSockets are those of InetSockets that listen, and UDP sockets: a small part of them on a machine with many connections.
func (p *Process) ListeningSockets() ([]parse.InetSocket, error) {
	x, err := p.listening()
	return x.rows, err
}

// listening is the index of the sockets that nobody is connected to. The kernel prints those that listen before all others (tcp_seq_start), on old
// kernels with half-open connections between; it would look through its whole table of connections for the rest, and print 150 bytes for each.
func (p *Process) listening() (inetIndex, error) {
	if _, kernel := p.tree.(magicStater); !kernel { // a captured table may have been written by hand
		return p.inetIndex("inet", nil)
	}
	return p.inetIndex("listening", func(s parse.InetSocket) bool {
		return strings.HasPrefix(s.Family, "udp") || s.State == parse.Listen || s.State == parse.SynReceived
	})
}

// RawSockets are the raw and ping sockets of the process's network namespace; the port is the protocol number.
func (p *Process) RawSockets() ([]parse.InetSocket, error) {
	return p.inet([]string{"raw", "raw6", "icmp", "icmp6"}, nil)
}

func (p *Process) inet(files []string, more func(parse.InetSocket) bool) ([]parse.InetSocket, error) {
	var all []parse.InetSocket
	for _, file := range files {
		rows, err := p.inetFile(file, more)
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	return all, nil
}

// inetFile reads a table line by line: as text it has 150 bytes for each socket.
func (p *Process) inetFile(file string, more func(parse.InetSocket) bool) ([]parse.InetSocket, error) {
	name := p.path("net/" + file)
	f, err := p.tree.Open(name)
	if Vanished(err) && !p.Ended() {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := parse.ReadInetSockets(f, file, more)
	return rows, wrap("read", name, err)
}

// UnixSockets are the Unix sockets of the process's network namespace (unix(7)).
func (p *Process) UnixSockets() ([]parse.UnixSocket, error) {
	return table(p, "unix", parse.UnixSockets)
}

// PacketSockets are the packet sockets of the process's network namespace (packet(7)).
func (p *Process) PacketSockets() ([]parse.PacketSocket, error) {
	return table(p, "packet", parse.PacketSockets)
}

// NetlinkSockets are the netlink sockets of the process's network namespace (netlink(7)).
func (p *Process) NetlinkSockets() ([]parse.NetlinkSocket, error) {
	return table(p, "netlink", parse.NetlinkSockets)
}

// MulticastGroups are the groups that the interfaces of the process's network namespace have joined, IPv4 and IPv6.
func (p *Process) MulticastGroups() ([]parse.MulticastGroup, error) {
	v4, err := table(p, "igmp", parse.IGMPGroups)
	if err != nil {
		return nil, err
	}
	v6, err := table(p, "igmp6", parse.IGMP6Groups)
	return append(append([]parse.MulticastGroup(nil), v4...), v6...), err
}
