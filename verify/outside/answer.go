package outside

import (
	"encoding/binary"
	"net/netip"
)

// reset answers a TCP segment as a host without a listener does: RST (RFC 9293, 3.10.7.1), so that the twin need not wait for a timeout.
func reset(p packet) []byte {
	t := make([]byte, 20)
	binary.BigEndian.PutUint16(t[0:], p.dst.Port())
	binary.BigEndian.PutUint16(t[2:], p.src.Port())
	if p.flags&flagACK != 0 {
		binary.BigEndian.PutUint32(t[4:], p.ack)
		t[13] = flagRST
	} else {
		length := uint32(len(p.payload))
		if p.flags&flagSYN != 0 {
			length++
		}
		binary.BigEndian.PutUint32(t[8:], p.seq+length)
		t[13] = flagRST | flagACK
	}
	t[12] = 5 << 4
	return datagram(protoTCP, p.dst.Addr(), p.src.Addr(), t, 16)
}

// unreachable answers a UDP datagram: ICMP port unreachable with the beginning of the datagram (RFC 792; RFC 4443, 3.1).
func unreachable(p packet, raw []byte) []byte {
	raw = raw[:min(len(raw), 512)]
	m := append(make([]byte, 8), raw...)
	if p.dst.Addr().Is4() {
		m[0], m[1] = 3, 3
		binary.BigEndian.PutUint16(m[2:], checksum(m))
		return datagram(protoICMP, p.dst.Addr(), p.src.Addr(), m, -1)
	}
	m[0], m[1] = 1, 4
	return datagram(protoICMPv6, p.dst.Addr(), p.src.Addr(), m, 2)
}

// reply answers a UDP datagram with data.
func reply(p packet, data []byte) []byte {
	u := append(make([]byte, 8), data...)
	binary.BigEndian.PutUint16(u[0:], p.dst.Port())
	binary.BigEndian.PutUint16(u[2:], p.src.Port())
	binary.BigEndian.PutUint16(u[4:], uint16(len(u)))
	return datagram(protoUDP, p.dst.Addr(), p.src.Addr(), u, 6)
}

// datagram puts an IP header before a transport message and, at offset sum of it, its checksum over the pseudo header (RFC 9293, 3.1;
// RFC 8200, 8.1). A sum of -1: it has none, or holds it already.
func datagram(proto byte, src, dst netip.Addr, body []byte, sum int) []byte {
	if sum >= 0 {
		pseudo := append(src.AsSlice(), dst.AsSlice()...)
		pseudo = binary.BigEndian.AppendUint32(pseudo, uint32(len(body)))
		pseudo = binary.BigEndian.AppendUint32(pseudo, uint32(proto))
		c := checksum(append(pseudo, body...))
		if c == 0 && proto == protoUDP {
			c = 0xffff // 0 would say: no checksum
		}
		binary.BigEndian.PutUint16(body[sum:], c)
	}
	if src.Is4() {
		h := make([]byte, 20, 20+len(body))
		h[0], h[8], h[9] = 0x45, 64, proto
		binary.BigEndian.PutUint16(h[2:], uint16(20+len(body)))
		copy(h[12:], src.AsSlice())
		copy(h[16:], dst.AsSlice())
		binary.BigEndian.PutUint16(h[10:], checksum(h))
		return append(h, body...)
	}
	h := make([]byte, 40, 40+len(body))
	h[0], h[6], h[7] = 0x60, proto, 64
	binary.BigEndian.PutUint16(h[4:], uint16(len(body)))
	copy(h[8:], src.AsSlice())
	copy(h[24:], dst.AsSlice())
	return append(h, body...)
}

// checksum of the Internet protocols (RFC 1071).
func checksum(b []byte) uint16 {
	var sum uint32
	for ; len(b) > 1; b = b[2:] {
		sum += uint32(binary.BigEndian.Uint16(b))
	}
	if len(b) == 1 {
		sum += uint32(b[0]) << 8
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}
