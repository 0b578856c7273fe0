package outside

import (
	"net/netip"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// nameLimit bounds the addresses given to names.
const nameLimit = 1 << 16

// names gives every name that is asked for an address of its own, so that a later connection to it can be told by the name.
type names struct {
	address map[string]netip.Addr
	name    map[netip.Addr]string
}

func newNames() *names {
	return &names{address: map[string]netip.Addr{}, name: map[netip.Addr]string{}}
}

// lookup returns the address of a name: the next one of 198.19.0.0/16. Beyond the limit names share the last one.
func (n *names) lookup(name string) netip.Addr {
	if a, ok := n.address[name]; ok {
		return a
	}
	i := min(len(n.address), nameLimit-1)
	a := netip.AddrFrom4([4]byte{198, 19, byte(i >> 8), byte(i)})
	n.address[name] = a
	if _, ok := n.name[a]; !ok {
		n.name[a] = name
	}
	return a
}

// answer reads a DNS query (RFC 1035) and returns the names it asks for, lower case without the final dot, and a response: an address for A, no
// record for AAAA, "no such name" for all other questions. The response is nil when the query cannot be read.
func (n *names) answer(query []byte) (asked []string, response []byte) {
	var p dnsmessage.Parser
	header, err := p.Start(query)
	if err != nil || header.Response {
		return nil, nil
	}
	questions, err := p.AllQuestions()
	if err != nil || len(questions) == 0 {
		return nil, nil
	}
	m := dnsmessage.Message{Questions: questions, Header: dnsmessage.Header{
		ID: header.ID, Response: true, OpCode: header.OpCode, RecursionDesired: header.RecursionDesired, RecursionAvailable: true,
	}}
	for _, q := range questions {
		name := strings.ToLower(strings.TrimSuffix(q.Name.String(), "."))
		asked = append(asked, name)
		switch q.Type {
		case dnsmessage.TypeA:
			m.Answers = append(m.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 1},
				Body:   &dnsmessage.AResource{A: n.lookup(name).As4()},
			})
		case dnsmessage.TypeAAAA:
		default:
			m.RCode = dnsmessage.RCodeNameError
		}
	}
	response, err = m.Pack()
	if err != nil {
		return asked, nil
	}
	return asked, response
}
