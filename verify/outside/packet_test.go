package outside

import (
	"encoding/hex"
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/bpf"
	"golang.org/x/net/dns/dnsmessage"
)

// Packets as tcpdump -x shows them.
const (
	syn4 = "4500003c1c4640004006b1e6ac100a63ac100a0c" + "c0a81538000000010000000050020200e6c90000"
	udp4 = "4500001d00010000401100000a0000010a000002" + "300000350009000061"
	syn6 = "6000000000140640fd000000000000000000000000000002" + "20010db8000000000000000000000007" + "c0a801bb00000001000000005002020000000000"
	opts = "6000000000240040fd000000000000000000000000000002" + "20010db8000000000000000000000007" + "0600010400000000" + "c0a801bb00000001000000005002020000000000"
	frag = "4500003c1c46200a4006b1e6ac100a63ac100a0c" + "c0a81538000000010000000050020200e6c90000"
)

func raw(t testing.TB, text string) []byte {
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestParse(t *testing.T) {
	cases := []struct {
		name, packet string
		proto        byte
		dst          string
		flags        byte
		err          error
	}{
		{"IPv4 SYN", syn4, protoTCP, "172.16.10.12:5432", flagSYN, nil},
		{"IPv4 UDP", udp4, protoUDP, "10.0.0.2:53", 0, nil},
		{"IPv6 SYN", syn6, protoTCP, "[2001:db8::7]:443", flagSYN, nil},
		{"IPv6 SYN after options", opts, protoTCP, "[2001:db8::7]:443", flagSYN, nil},
		{"fragment", frag, 0, "", 0, errFragment},
		{"nothing", "", 0, "", 0, errShort},
		{"no IP", "00", 0, "", 0, errNotIP},
		{"header cut", syn4[:30], 0, "", 0, errShort},
		{"TCP cut", syn4[:60], 0, "", 0, errShort},
		{"IPv6 cut", syn6[:70], 0, "", 0, errShort},
		{"IPv6 options cut", opts[:84], 0, "", 0, errShort},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p, err := parse(raw(t, c.packet))
			if !errors.Is(err, c.err) {
				t.Fatalf("%v, want %v", err, c.err)
			}
			if err == nil && (p.proto != c.proto || p.dst.String() != c.dst || p.flags != c.flags) {
				t.Errorf("%+v", p)
			}
		})
	}
}

func TestAnswersAreWhatTheKernelExpects(t *testing.T) {
	for _, text := range []string{syn4, syn6, udp4} {
		p, err := parse(raw(t, text))
		if err != nil {
			t.Fatal(err)
		}
		answer := unreachable(p, raw(t, text))
		if p.proto == protoTCP {
			answer = reset(p)
		}
		a, err := parse(answer)
		if err != nil {
			t.Fatal(err)
		}
		if a.src.Addr() != p.dst.Addr() || a.dst.Addr() != p.src.Addr() {
			t.Errorf("from %v to %v", a.src, a.dst)
		}
		if p.proto == protoTCP && (a.flags != flagRST|flagACK || a.ack != p.seq+1 || a.seq != 0 || a.src != p.dst || a.dst != p.src) {
			t.Errorf("reset: %+v", a)
		}
		if proto, to, ok := refused(a); p.proto == protoUDP && (!ok || proto != protoUDP || to != p.dst) {
			t.Errorf("unreachable: %v %v %v", proto, to, ok)
		}
		if a.src.Addr().Is4() && checksum(answer[:20]) != 0 {
			t.Error("checksum of the IP header")
		}
		if sum := transportSum(answer); sum != 0 {
			t.Errorf("checksum of the transport header: %x", sum)
		}
	}
}

// transportSum checks the sum of what follows the IP header: 0 when it is right.
func transportSum(b []byte) uint16 {
	p, _ := parse(b)
	body := b[20:]
	if p.src.Addr().Is6() {
		body = b[40:]
	}
	if p.proto == protoICMP {
		return checksum(body)
	}
	pseudo := append(p.src.Addr().AsSlice(), p.dst.Addr().AsSlice()...)
	pseudo = append(pseudo, 0, 0, byte(len(body)>>8), byte(len(body)), 0, 0, 0, p.proto)
	return checksum(append(pseudo, body...))
}

func TestRefused(t *testing.T) {
	cases := []struct {
		name string
		p    packet
		ok   bool
	}{
		{"answer to a SYN", packet{proto: protoTCP, flags: flagRST | flagACK, ack: 8}, true},
		{"reset of a connection", packet{proto: protoTCP, flags: flagRST | flagACK, seq: 77}, false},
		{"reset without ACK", packet{proto: protoTCP, flags: flagRST}, false},
		{"host unreachable", packet{proto: protoICMP, icmp: [2]byte{3, 1}}, false},
		{"unreachable with nothing", packet{proto: protoICMP, icmp: [2]byte{3, 3}}, false},
	}
	for _, c := range cases {
		if _, _, ok := refused(c.p); ok != c.ok {
			t.Errorf("%s: %v", c.name, ok)
		}
	}
}

func TestFilterPassesRefusals(t *testing.T) {
	vm, err := bpf.NewVM(refusals())
	if err != nil {
		t.Fatal(err)
	}
	rst := func(text string) []byte {
		p, err := parse(raw(t, text))
		if err != nil {
			t.Fatal(err)
		}
		return reset(p)
	}
	icmp := func(text string) []byte {
		p, err := parse(raw(t, text))
		if err != nil {
			t.Fatal(err)
		}
		return unreachable(p, raw(t, text))
	}
	cases := []struct {
		name   string
		packet []byte
		pass   bool
	}{
		{"SYN", raw(t, syn4), false},
		{"UDP", raw(t, udp4), false},
		{"SYN over IPv6", raw(t, syn6), false},
		{"reset", rst(syn4), true},
		{"reset over IPv6", rst(syn6), true},
		{"unreachable", icmp(udp4), true},
		{"unreachable over IPv6", icmp(syn6), true},
		{"nothing", nil, false},
	}
	for _, c := range cases {
		n, err := vm.Run(c.packet)
		if err != nil || n > 0 != c.pass {
			t.Errorf("%s: %d, %v", c.name, n, err)
		}
	}
}

func query(t testing.TB, name string, kind dnsmessage.Type) []byte {
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: 7, RecursionDesired: true},
		Questions: []dnsmessage.Question{{Name: dnsmessage.MustNewName(name), Type: kind, Class: dnsmessage.ClassINET}},
	}
	b, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestNames(t *testing.T) {
	n := newNames()
	for _, c := range []struct {
		name    string
		kind    dnsmessage.Type
		code    dnsmessage.RCode
		address string
	}{
		{"a.internal.", dnsmessage.TypeA, 0, "198.19.0.0"},
		{"B.internal.", dnsmessage.TypeA, 0, "198.19.0.1"},
		{"A.INTERNAL.", dnsmessage.TypeA, 0, "198.19.0.0"},
		{"a.internal.", dnsmessage.TypeAAAA, 0, ""},
		{"_x._tcp.a.", dnsmessage.TypeSRV, dnsmessage.RCodeNameError, ""},
	} {
		asked, response := n.answer(query(t, c.name, c.kind))
		if diff := cmp.Diff([]string{strings.ToLower(strings.TrimSuffix(c.name, "."))}, asked); diff != "" {
			t.Error(diff)
		}
		var m dnsmessage.Message
		if err := m.Unpack(response); err != nil {
			t.Fatal(err)
		}
		got := ""
		if len(m.Answers) > 0 {
			got = netip.AddrFrom4(m.Answers[0].Body.(*dnsmessage.AResource).A).String()
		}
		if m.ID != 7 || !m.Response || m.RCode != c.code || got != c.address {
			t.Errorf("%s: %+v", c.name, m)
		}
	}
	if n.name[netip.MustParseAddr("198.19.0.1")] != "b.internal" {
		t.Errorf("%v", n.name)
	}
}

func TestNamesAreBounded(t *testing.T) {
	n := newNames()
	for i := range nameLimit + 10 {
		n.lookup(strings.Repeat("x", i%60) + netip.AddrFrom4([4]byte{0, byte(i >> 16), byte(i >> 8), byte(i)}).String())
	}
	if len(n.name) > nameLimit {
		t.Errorf("%d addresses", len(n.name))
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{syn4, udp4, syn6, opts, frag} {
		f.Add(raw(f, text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := parse(b)
		if err != nil {
			return
		}
		refused(p)
		if len(p.payload) > len(b) {
			t.Error("more payload than packet")
		}
		for _, answer := range [][]byte{reset(p), unreachable(p, b), reply(p, p.payload)} {
			a, err := parse(answer)
			if err != nil {
				t.Fatalf("own packet: %v", err)
			}
			if transportSum(answer) != 0 && len(answer) < 1<<16 {
				t.Errorf("checksum of %+v", a)
			}
		}
	})
}

func FuzzDNS(f *testing.F) {
	f.Add(query(f, "a.internal.", dnsmessage.TypeA))
	f.Add(query(f, "a.internal.", dnsmessage.TypeSRV))
	f.Fuzz(func(t *testing.T, b []byte) {
		asked, response := newNames().answer(b)
		if response == nil {
			return
		}
		var m dnsmessage.Message
		if err := m.Unpack(response); err != nil || len(asked) == 0 {
			t.Errorf("response to %q: %v", asked, err)
		}
	})
}
