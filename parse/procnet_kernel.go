package parse

import (
	"bytes"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// PacketSocket is one line of /proc/PID/net/packet (packet(7)):
//
//	0000000000000000 3      3    0003   2     1 0      0      31337
type PacketSocket struct {
	Type     int // 2 datagram, 3 raw
	Protocol int // Ethernet protocol: 3 is all, 0x0800 IPv4
	Iface    int // 0: any
	UID      int
	Inode    uint64
	Line     int
}

// PacketSockets reads the table.
func PacketSockets(data []byte) ([]PacketSocket, error) {
	var list []PacketSocket
	err := table(bytes.NewReader(data), "packet", func(f []string, line int) error {
		if len(f) < 9 {
			return fmt.Errorf("%d fields, 9 are expected", len(f))
		}
		var n numbers
		s := PacketSocket{Type: n.int(f[2]), Protocol: int(n.hex(f[3]) & 0xffff), Iface: n.int(f[4]), UID: n.int(f[7]), Inode: n.uint(f[8]), Line: line}
		if n.err == nil {
			list = append(list, s)
		}
		return n.err
	})
	return list, err
}

// NetlinkSocket is one line of /proc/PID/net/netlink (netlink(7)):
//
//	00000000c516ae51 16  812        00000011 0        0        0     2        0        4711
type NetlinkSocket struct {
	Family int    // protocol: 0 route, 9 audit, 12 netfilter, 15 kobject-uevent, 16 generic
	PortID uint64 // often the PID of the first socket of a process; 0: the kernel's own
	Groups uint64 // multicast groups joined, the first 32 as bits
	Inode  uint64
	Line   int
}

// NetlinkSockets reads the table.
func NetlinkSockets(data []byte) ([]NetlinkSocket, error) {
	var list []NetlinkSocket
	err := table(bytes.NewReader(data), "netlink", func(f []string, line int) error {
		if len(f) < 10 {
			return fmt.Errorf("%d fields, 10 are expected", len(f))
		}
		var n numbers
		s := NetlinkSocket{Family: n.int(f[1]), PortID: n.uint(f[2]), Groups: n.hex(f[3]), Inode: n.uint(f[9]), Line: line}
		if n.err == nil {
			list = append(list, s)
		}
		return n.err
	})
	return list, err
}

// MulticastGroup is a group that a network interface has joined. The kernel does not say for which process.
type MulticastGroup struct {
	Device  string
	Address netip.Addr
	Users   int
	Line    int
}

// IGMPGroups reads /proc/PID/net/igmp: a line per device, with lines of its groups below, whose address is a 32-bit word in the
// machine's byte order:
//
//	1	lo        :     1      V3
//					010000E0     1 0:00000000		0
func IGMPGroups(data []byte) ([]MulticastGroup, error) {
	var list []MulticastGroup
	var bad error
	device, n := "", 0
	for raw := range bytes.Lines(data) {
		n++
		line := string(raw)
		f := strings.Fields(line)
		switch {
		case n == 1 || len(f) == 0:
		case !strings.HasPrefix(line, "\t"):
			if len(f) > 1 {
				device = strings.TrimSuffix(f[1], ":")
			}
		default:
			g, err := igmpLine(f)
			if err != nil {
				bad = firstError(bad, fmt.Errorf("net/igmp line %d: %w", n, err))
				continue
			}
			g.Device, g.Line = device, n
			list = append(list, g)
		}
	}
	return list, bad
}

func igmpLine(f []string) (MulticastGroup, error) {
	if len(f) < 2 {
		return MulticastGroup{}, fmt.Errorf("%q has no address and users", f)
	}
	addr, err := kernelIP(f[0])
	if err != nil {
		return MulticastGroup{}, err
	}
	users, err := strconv.Atoi(f[1])
	return MulticastGroup{Address: addr, Users: users}, err
}

// IGMP6Groups reads /proc/PID/net/igmp6, where the address is in the order of the net:
//
//	2    eth0            ff020000000000000000000000000001     1 0000000C 0
func IGMP6Groups(data []byte) ([]MulticastGroup, error) {
	var list []MulticastGroup
	var bad error
	n := 0
	for line := range bytes.Lines(data) {
		n++
		f := strings.Fields(string(line))
		g, err := igmp6Line(f)
		if err != nil {
			bad = firstError(bad, fmt.Errorf("net/igmp6 line %d: %w", n, err))
			continue
		}
		g.Line = n
		list = append(list, g)
	}
	return list, bad
}

func igmp6Line(f []string) (MulticastGroup, error) {
	if len(f) < 4 || len(f[2]) != 32 {
		return MulticastGroup{}, fmt.Errorf("%q has not the fields of igmp6", f)
	}
	var b strings.Builder
	for i := 0; i < 32; i += 4 {
		if i > 0 {
			b.WriteByte(':')
		}
		b.WriteString(f[2][i : i+4])
	}
	addr, err := netip.ParseAddr(b.String())
	if err != nil {
		return MulticastGroup{}, err
	}
	users, err := strconv.Atoi(f[3])
	return MulticastGroup{Device: f[1], Address: addr, Users: users}, err
}
