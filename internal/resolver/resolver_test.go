package resolver_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/dns/dnsmessage"

	"a2c/internal/resolver"
)

// server is a name server on the loopback address; it answers by the first label of what it is asked for.
func server(t *testing.T) *net.Resolver {
	t.Helper()
	c, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := c.ReadFrom(buf)
			if err != nil {
				return
			}
			if m := answer(buf[:n]); m != nil {
				_, _ = c.WriteTo(m, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", c.LocalAddr().String())
	}}
}

func answer(question []byte) []byte {
	var m dnsmessage.Message
	if m.Unpack(question) != nil || len(m.Questions) != 1 {
		return nil
	}
	q := m.Questions[0]
	m.Response, m.Additionals = true, nil
	head := dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 1}
	label, _, _ := strings.Cut(q.Name.String(), ".")
	switch {
	case label == "mute":
		return nil
	case label == "broken":
		m.RCode = dnsmessage.RCodeServerFailure
	case label == "unknown":
		m.RCode = dnsmessage.RCodeNameError
	case q.Type == dnsmessage.TypeA:
		for _, last := range []byte{9, 7, 9} {
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.AResource{A: [4]byte{10, 0, 0, last}}})
		}
	case q.Type == dnsmessage.TypeAAAA && label == "both":
		m.Answers = append(m.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.AAAAResource{AAAA: [16]byte{0xfd, 15: 7}}})
	}
	data, err := m.Pack()
	if err != nil {
		return nil
	}
	return data
}

func TestAsk(t *testing.T) {
	r := resolver.Resolver{Net: server(t), Each: 500 * time.Millisecond, All: 10 * time.Second, Jobs: 4, Most: 9}
	names := []string{"db.a2c.test.", "both.a2c.test.", "unknown.a2c.test.", "broken.a2c.test.", "mute.a2c.test.", "${DB_HOST}", "10.0.0.7", "two words", "more.a2c.test.", "most.a2c.test."}
	want := []resolver.Answer{
		{Name: names[0], Addresses: []string{"10.0.0.7", "10.0.0.9"}},
		{Name: names[1], Addresses: []string{"10.0.0.7", "10.0.0.9", "fd00::7"}},
		{Name: names[2], Failed: "the resolver knows no address of it", Unknown: true},
		{Name: names[3], Failed: "the resolver failed: server misbehaving"},
		{Name: names[4], Failed: "the resolver did not answer within 500ms"},
		{Name: names[5], Failed: "can be no name of a host"},
		{Name: names[6], Failed: "can be no name of a host"},
		{Name: names[7], Failed: "can be no name of a host"},
		{Name: names[8], Addresses: []string{"10.0.0.7", "10.0.0.9"}},
		{Name: names[9], Failed: "not asked for: there are more than 9 names"},
	}
	if diff := cmp.Diff(want, r.Ask(t.Context(), names)); diff != "" {
		t.Error(diff)
	}
}

// TestMute holds that a name server which never answers costs All and no more, however many names there are.
func TestMute(t *testing.T) {
	r := resolver.Resolver{Net: server(t), Each: 200 * time.Millisecond, All: time.Second, Jobs: 4, Most: 500}
	var names []string
	for i := range 200 {
		names = append(names, fmt.Sprintf("mute.n%d.test.", i))
	}
	begin := time.Now()
	answers := r.Ask(t.Context(), names)
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("took %s", took)
	}
	reasons := map[string]int{}
	for i, a := range answers {
		if a.Name != names[i] || a.Failed == "" || a.Unknown || a.Addresses != nil {
			t.Errorf("%+v", a)
		}
		reasons[a.Failed]++
	}
	for _, want := range []string{"the resolver did not answer within 200ms", "not asked for: the others took 1s"} {
		if reasons[want] == 0 {
			t.Errorf("nobody says %q: %v", want, reasons)
		}
	}
}

func TestValid(t *testing.T) {
	for name, want := range map[string]bool{
		"db": true, "db.example.": true, "DB_1.x-y.example": true, "10.0.0.7": false, "": false, ".": false, "a..b": false, "-a": false, "a-": false, "a b": false, "a\nb": false,
		"ä.example": false, "${DB}": false, "*.example": false, "a/b": false, "u@db": false, "::1": false,
		strings.Repeat("a", 63): true, strings.Repeat("a", 64): false, strings.Repeat("a.", 126) + "a": true, strings.Repeat("a.", 127) + "a": false,
	} {
		if got := resolver.Valid(name); got != want {
			t.Errorf("Valid(%q) = %v", name, got)
		}
	}
	if h := resolver.Host(); h.Each != 2*time.Second || h.All != 10*time.Second || h.Jobs < 1 || h.Net != nil {
		t.Errorf("%+v", h)
	}
}
