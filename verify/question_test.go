package verify

import (
	"io"
	"net"
	"strings"
	"syscall"
	"testing"

	"a2c/model"
)

// TestOtherProtocol has a port that is asked in HTTP and speaks something else: both sides hang up in the same way, which is no difference, and no
// proof either. That neither can be reached is a difference.
func TestOtherProtocol(t *testing.T) {
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	for _, c := range []struct {
		name       string
		live, twin error
		same       bool
	}{
		{"both hang up", io.EOF, io.EOF, true},
		{"one hangs up", io.EOF, nil, false},
		{"each in its way", io.EOF, io.ErrUnexpectedEOF, false},
		{"neither is reached", refused, refused, false},
	} {
		r := &run{redact: newRedactor(nil)}
		got := r.result(&question{t: target{port: 2181}, q: Request{Method: "GET", Path: "/"}, liveErr: c.live, twinErr: c.twin})
		if got.Same != c.same || got.Proof || got.Same && !strings.Contains(got.ProofWhy, "EOF") || !got.Same && len(got.Differences) == 0 {
			t.Errorf("%s: %+v", c.name, got)
		}
		if got.Differences == nil {
			t.Errorf("%s: the list of differences is null in JSON", c.name)
		}
	}
}

// TestChosenPortIsNotCompared: what the live application listens on at a port of the kernel's choice is said, and no target.
func TestChosenPortIsNotCompared(t *testing.T) {
	r := run{live: &live{app: model.App{Listeners: []model.Listener{
		{Address: "::", Port: 8080, Protocol: "tcp", Purpose: "http"}, {Address: "::", Port: 46419, Protocol: "tcp", Ephemeral: true},
	}}}}
	r.o.Image.Needs.Ports = r.live.app.Listeners[:1]
	list, skips, err := r.targets()
	if err != nil || len(list) != 1 || list[0].port != 8080 {
		t.Errorf("targets %+v, %v", list, err)
	}
	if len(skips) != 1 || skips[0].What != "port 46419/tcp" || skips[0].Incomplete {
		t.Errorf("skips %v", skips)
	}
}
