package cmd_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/net/dns/dnsmessage"
)

// nameserver ADDRESS FILE: a name server that writes down what it is asked for, answers 10.0.0.7 for names that begin with "db." and nothing for all others, until
// the session ends.
func nameserver(ts *testscript.TestScript, _ bool, args []string) {
	c, err := (&net.ListenConfig{}).ListenPacket(context.Background(), "udp", args[0])
	ts.Check(err)
	log, err := os.Create(ts.MkAbs(args[1]))
	ts.Check(err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 1500)
		for {
			n, from, err := c.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			q := m.Questions[0]
			fmt.Fprintln(log, q.Name)
			if !strings.HasPrefix(q.Name.String(), "db.") {
				continue
			}
			m.Response, m.Additionals = true, nil
			if q.Type == dnsmessage.TypeA {
				m.Answers = append(m.Answers, dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 1}, Body: &dnsmessage.AResource{A: [4]byte{10, 0, 0, 7}}})
			}
			if data, err := m.Pack(); err == nil {
				_, _ = c.WriteTo(data, from)
			}
		}
	}()
	ts.Defer(func() {
		_ = c.Close()
		<-done
		_ = log.Close()
	})
}
