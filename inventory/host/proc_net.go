package host

import (
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
	key := netKey{file: file}
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
	entry.once.Do(func() {
		data, err := p.read("net/"+file, largeFile)
		if Vanished(err) && !p.Ended() {
			return
		}
		if err != nil {
			entry.err = err
			return
		}
		rows, err := read(data)
		entry.value, entry.err = rows, wrap("read", p.path("net/"+file), err)
	})
	rows, _ := entry.value.([]T)
	return rows, entry.err
}

// inetFiles are the tables with an address and a port.
func inetFiles() []string { return []string{"tcp", "tcp6", "udp", "udp6"} }

// InetSockets are all TCP and UDP sockets of the process's network namespace (proc_pid_net(5)), whoever holds them.
func (p *Process) InetSockets() ([]parse.InetSocket, error) { return p.inet(inetFiles()) }

// RawSockets are the raw and ping sockets of the process's network namespace; the port is the protocol number.
func (p *Process) RawSockets() ([]parse.InetSocket, error) {
	return p.inet([]string{"raw", "raw6", "icmp", "icmp6"})
}

func (p *Process) inet(files []string) ([]parse.InetSocket, error) {
	var all []parse.InetSocket
	for _, file := range files {
		rows, err := table(p, file, func(data []byte) ([]parse.InetSocket, error) { return parse.InetSockets(data, file) })
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	return all, nil
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
