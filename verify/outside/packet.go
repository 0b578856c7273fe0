package outside

import (
	"encoding/binary"
	"errors"
	"net/netip"
)

// IP protocol numbers (IANA).
const (
	protoICMP   = 1
	protoTCP    = 6
	protoUDP    = 17
	protoICMPv6 = 58
)

// TCP flags (RFC 9293, 3.1).
const (
	flagSYN = 0x02
	flagRST = 0x04
	flagACK = 0x10
)

// packet is what matters here of one IP packet.
type packet struct {
	proto    byte
	src, dst netip.AddrPort // ports are 0 but for TCP and UDP
	flags    byte           // TCP
	seq, ack uint32         // TCP
	icmp     [2]byte        // type and code
	payload  []byte         // after the header of TCP, UDP or ICMP; it may be cut short
}

var (
	errShort    = errors.New("packet is too short")
	errNotIP    = errors.New("is no IP packet")
	errFragment = errors.New("is a later fragment, without ports")
)

// parse reads an IPv4 (RFC 791) or IPv6 (RFC 8200) packet. What follows the transport header may be missing.
func parse(b []byte) (packet, error) {
	if len(b) == 0 {
		return packet{}, errShort
	}
	switch b[0] >> 4 {
	case 4:
		return parse4(b)
	case 6:
		return parse6(b)
	}
	return packet{}, errNotIP
}

func parse4(b []byte) (packet, error) {
	header := int(b[0]&0xf) * 4
	if header < 20 || len(b) < header {
		return packet{}, errShort
	}
	if binary.BigEndian.Uint16(b[6:])&0x1fff != 0 {
		return packet{}, errFragment
	}
	src, dst := netip.AddrFrom4([4]byte(b[12:])), netip.AddrFrom4([4]byte(b[16:]))
	end := len(b)
	if total := int(binary.BigEndian.Uint16(b[2:])); total >= header && total < end {
		end = total
	}
	return parseTransport(b[9], src, dst, b[header:end])
}

func parse6(b []byte) (packet, error) {
	if len(b) < 40 {
		return packet{}, errShort
	}
	src, dst := netip.AddrFrom16([16]byte(b[8:])), netip.AddrFrom16([16]byte(b[24:]))
	next, rest := b[6], b[40:]
	for {
		switch next {
		case 0, 43, 60: // hop-by-hop, routing, destination options: length in units of 8 bytes, the first not counted
			if len(rest) < 2 {
				return packet{}, errShort
			}
			length := (int(rest[1]) + 1) * 8
			if len(rest) < length {
				return packet{}, errShort
			}
			next, rest = rest[0], rest[length:]
		case 44: // fragment
			if len(rest) < 8 {
				return packet{}, errShort
			}
			if binary.BigEndian.Uint16(rest[2:])&0xfff8 != 0 {
				return packet{}, errFragment
			}
			next, rest = rest[0], rest[8:]
		default:
			return parseTransport(next, src, dst, rest)
		}
	}
}

func parseTransport(proto byte, src, dst netip.Addr, b []byte) (packet, error) {
	p := packet{proto: proto, src: netip.AddrPortFrom(src, 0), dst: netip.AddrPortFrom(dst, 0)}
	switch proto {
	case protoTCP:
		if len(b) < 20 {
			return packet{}, errShort
		}
		p.seq, p.ack, p.flags = binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:]), b[13]
		if header := int(b[12]>>4) * 4; header >= 20 && header <= len(b) {
			p.payload = b[header:]
		}
	case protoUDP:
		if len(b) < 8 {
			return packet{}, errShort
		}
		p.payload = b[8:]
	case protoICMP, protoICMPv6:
		if len(b) < 8 {
			return packet{}, errShort
		}
		p.icmp, p.payload = [2]byte{b[0], b[1]}, b[8:]
		return p, nil
	default:
		return p, nil
	}
	p.src = netip.AddrPortFrom(src, binary.BigEndian.Uint16(b[0:]))
	p.dst = netip.AddrPortFrom(dst, binary.BigEndian.Uint16(b[2:]))
	return p, nil
}

// refused returns what a packet on the loopback interface says could not be reached: a RST that answers a SYN (its sequence number is 0,
// RFC 9293, 3.10.7.1; that of a reset connection practically never is), or an ICMP message that a UDP port is unreachable.
func refused(p packet) (proto byte, to netip.AddrPort, ok bool) {
	switch {
	case p.proto == protoTCP && p.flags&(flagRST|flagACK) == flagRST|flagACK && p.seq == 0:
		return protoTCP, p.src, true
	case p.proto == protoICMP && p.icmp == [2]byte{3, 3}, p.proto == protoICMPv6 && p.icmp == [2]byte{1, 4}:
		inner, err := parse(p.payload)
		return protoUDP, inner.dst, err == nil && inner.proto == protoUDP
	}
	return 0, netip.AddrPort{}, false
}
