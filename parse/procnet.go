package parse

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// InetSocket is one line of /proc/PID/net/{tcp,tcp6,udp,udp6,udplite,udplite6,raw,raw6,icmp,icmp6} (proc_pid_net(5)):
//
//	0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000   995        0 777 1 0000000000000000 100 0 0 10 0
//
// Addresses are 32-bit words in the machine's byte order; the port of a raw socket is its protocol number.
type InetSocket struct {
	Family string         // the file it stands in: "tcp6"
	Local  netip.AddrPort // IPv4-mapped addresses as IPv4: a JVM binds 127.0.0.1 as [::ffff:127.0.0.1]
	Remote netip.AddrPort
	State  SocketState
	UID    int
	Inode  uint64 // 0 in TIME_WAIT: no process holds it
	Line   int
}

// SocketState is the number of net/tcp_states.h.
type SocketState byte

// The states that matter here. An unconnected UDP socket is Close.
const (
	Established SocketState = 1
	SynReceived SocketState = 3
	Close       SocketState = 7
	Listen      SocketState = 10
)

// InetSockets reads one table; family is the file's name. Lines that do not fit are left out; the error names the first of them.
func InetSockets(data []byte, family string) ([]InetSocket, error) {
	return ReadInetSockets(bytes.NewReader(data), family, nil)
}

// ReadInetSockets is InetSockets for a table that is not in memory: that of a large machine has many megabytes. It reads no further than the first
// socket for which more is false, which is left out; nil: all.
func ReadInetSockets(r io.Reader, family string, more func(InetSocket) bool) ([]InetSocket, error) {
	list := make([]InetSocket, 0, 64)
	err := table(r, family, func(f []string, line int) error {
		if len(f) < 10 {
			return fmt.Errorf("%d fields, at least 10 are expected", len(f))
		}
		local, err1 := kernelAddr(f[1])
		remote, err2 := kernelAddr(f[2])
		state, err3 := strconv.ParseUint(f[3], 16, 8)
		uid, err4 := strconv.Atoi(f[7])
		inode, err5 := strconv.ParseUint(f[9], 10, 64)
		for _, err := range [...]error{err1, err2, err3, err4, err5} {
			if err != nil {
				return err
			}
		}
		s := InetSocket{Family: family, Local: local, Remote: remote, State: SocketState(state), UID: uid, Inode: inode, Line: line}
		if more != nil && !more(s) {
			return errEnough
		}
		list = append(list, s)
		return nil
	})
	return list, err
}

// errEnough ends the reading of a table.
var errEnough = errors.New("enough")

// table calls row for each line but the head. The fields are the callee's until it returns.
func table(r io.Reader, name string, row func(f []string, line int) error) error {
	const longest = 1 << 20
	var bad error
	var fields []string
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 32<<10), longest)
	for n := 1; lines.Scan(); n++ {
		if n == 1 {
			continue
		}
		if fields = slices.AppendSeq(fields[:0], strings.FieldsSeq(lines.Text())); len(fields) == 0 {
			continue
		}
		err := row(fields, n)
		if errors.Is(err, errEnough) {
			return bad
		}
		if err != nil {
			bad = firstError(bad, fmt.Errorf("net/%s line %d: %w", name, n, err))
		}
	}
	return firstError(lines.Err(), bad)
}

func kernelAddr(s string) (netip.AddrPort, error) {
	text, portText, ok := strings.Cut(s, ":")
	port, err := strconv.ParseUint(portText, 16, 16)
	if err != nil || !ok {
		return netip.AddrPort{}, fmt.Errorf("address %q has no port", s)
	}
	addr, err := kernelIP(text)
	return netip.AddrPortFrom(addr, uint16(port)), err
}

func kernelIP(text string) (netip.Addr, error) {
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != 4 && len(raw) != 16 {
		return netip.Addr{}, fmt.Errorf("address %q is neither 8 nor 32 hex digits", text)
	}
	for w := 0; w < len(raw); w += 4 { // printed as a number of the machine, wanted as bytes of the net
		binary.NativeEndian.PutUint32(raw[w:], binary.BigEndian.Uint32(raw[w:]))
	}
	addr, _ := netip.AddrFromSlice(raw)
	return addr.Unmap(), nil
}

// UnixSocket is one line of /proc/PID/net/unix (unix(7)):
//
//	0000000000000000: 00000002 00000000 00010000 0001 01 21686 /run/docker.sock
type UnixSocket struct {
	Listening bool // flag __SO_ACCEPTCON
	Type      int  // 1 stream, 2 datagram, 5 seqpacket
	State     int  // 1 unconnected, 3 connected
	Inode     uint64
	Path      string // "" unnamed, "@name" abstract
	Line      int
}

// UnixSockets reads the table.
func UnixSockets(data []byte) ([]UnixSocket, error) {
	const acceptCon = 1 << 16
	var list []UnixSocket
	var bad error
	n := 0
	for line := range bytes.Lines(data) {
		if n++; n == 1 {
			continue
		}
		f := splitN(string(bytes.TrimSuffix(line, []byte{'\n'})), 8)
		if len(f) < 7 {
			bad = firstError(bad, fmt.Errorf("net/unix line %d: %d fields, at least 7 are expected", n, len(f)))
			continue
		}
		var num numbers
		s := UnixSocket{
			Listening: num.hex(f[3])&acceptCon != 0, Type: int(num.hex(f[4]) & 0xffff), State: int(num.hex(f[5]) & 0xff),
			Inode: num.uint(f[6]), Line: n,
		}
		if len(f) == 8 {
			s.Path = f[7]
		}
		if num.err != nil {
			bad = firstError(bad, fmt.Errorf("net/unix line %d: %w", n, num.err))
			continue
		}
		list = append(list, s)
	}
	return list, bad
}

// splitN is strings.Fields, but the last of n fields keeps its spaces.
func splitN(s string, n int) []string {
	var f []string
	for len(f) < n-1 {
		s = strings.TrimLeft(s, " ")
		if s == "" {
			return f
		}
		word, rest, _ := strings.Cut(s, " ")
		f, s = append(f, word), rest
	}
	if s != "" {
		f = append(f, s)
	}
	return f
}
