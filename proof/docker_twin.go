package proof

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"a2c/internal/engine"
	"a2c/model"
	"a2c/verify"
)

func proveReach(t *testing.T, d *dockerProof) {
	s := d.subject(t, map[string]string{"REACH": "10.0.0.5:5432 db.internal:6432 127.0.0.1:3306 [2001:db8::7]:443"})
	v := s.verify(t)
	if !v.Verified {
		t.Error(show(v))
	}
	want := []string{"dns/db.internal", "tcp/10.0.0.5:5432", "tcp/127.0.0.1:3306", "tcp/[2001:db8::7]:443", "tcp/db.internal:6432"}
	// The engine may append the host's search domain to a name that does not end in a dot.
	got := slices.DeleteFunc(slices.Clone(v.Reached), func(s string) bool { return strings.HasPrefix(s, "dns/db.internal.") })
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func proveAllowNetwork(t *testing.T, d *dockerProof) {
	s := d.subject(t, nil)
	s.options.AllowNetwork = true
	v := s.verify(t)
	if !v.Verified || len(v.Skips) != 1 || v.Skips[0].Reason != "the network was allowed" {
		t.Error(show(v))
	}
	s.options.Env = []string{fmt.Sprintf("LISTEN=127.0.0.1:%d", s.port)}
	if v := s.verify(t); v.Verified || !strings.Contains(v.Why, "open on loopback only") {
		t.Error(show(v))
	}
}

// proveSecondWrite shows that an application with a timer does not work on the live database a second time.
func proveSecondWrite(t *testing.T, d *dockerProof) {
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	database := l.Addr().String()
	rows := make(chan string, 1<<16)
	go func() {
		defer close(rows)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			text := make([]byte, 16)
			n, _ := c.Read(text)
			c.Close()
			rows <- strings.TrimSpace(string(text[:n]))
		}
	}()
	s := d.subject(t, map[string]string{"DATABASE": database}, "DATABASE="+database)
	v := s.verify(t)
	l.Close()
	seen := map[string]int{}
	for who := range rows {
		seen[who]++
	}
	if seen["live"] == 0 || seen["twin"] != 0 {
		t.Errorf("the database was written to by %v", seen)
	}
	if !v.Verified || !slices.Equal(v.Reached, []string{"tcp/" + database}) {
		t.Error(show(v))
	}
}

func proveState(t *testing.T, d *dockerProof) {
	folder := filepath.Join(filepath.Dir(d.program), "state")
	file := filepath.Join(folder, "db")
	err := errors.Join(os.RemoveAll(folder), os.Mkdir(folder, 0o755), os.Chown(folder, twinUser, twinUser), os.WriteFile(file, []byte("42"), 0o644))
	if err != nil {
		t.Fatal(err)
	}
	s := d.subject(t, map[string]string{"STATE": file}, "STATE="+file)
	s.options.Image.Needs.State = []model.Mount{{Name: "data", Path: model.Path(folder), UID: twinUser, GID: twinUser}}
	s.ask(t, "/state")
	if v := s.verify(t); !v.Verified {
		t.Errorf("with a copy of the state: %s", show(v))
	}
	if _, err := os.Stat(file + ".twin"); err == nil {
		t.Error("the twin wrote to the live state")
	}
	if _, err := os.Stat(file + ".live"); err != nil {
		t.Error(err)
	}
	s.options.EmptyState = true
	if v := s.verify(t); v.Verified || !strings.Contains(show(v), "no such file") {
		t.Errorf("with empty state: %s", show(v))
	}
	s.options.EmptyState, s.options.StateLimit = false, 1
	if _, err := verify.Run(t.Context(), s.options); err == nil || !strings.Contains(err.Error(), "--state empty") {
		t.Errorf("state beyond the limit: %v", err)
	}
}

// proveInterrupted cancels at several moments: while the image is loaded, containers are made, and the twin is waited for.
func proveInterrupted(t *testing.T, d *dockerProof) {
	for _, after := range []time.Duration{0, 50 * time.Millisecond, 150 * time.Millisecond, 300 * time.Millisecond, 500 * time.Millisecond, time.Second} {
		s := d.subject(t, map[string]string{"LISTEN": ""})
		ctx, cancel := context.WithCancel(t.Context())
		s.options.Report = func(e verify.Event) {
			if e.Step == "start" {
				time.AfterFunc(after, cancel)
			}
		}
		if _, err := verify.Run(ctx, s.options); !errors.Is(err, context.Canceled) {
			t.Errorf("interrupted after %v: %v", after, err)
		}
		cancel()
		d.nothingLeft(t)
	}
}

// proveLeftovers shows that what a killed run left is removed by the next one: the owner's number was never a process.
func proveLeftovers(t *testing.T, d *dockerProof) {
	s := d.subject(t, nil)
	c := d.connect(t)
	image, err := engine.Layout(filepath.Join(s.options.Dir, "image", "oci"), s.options.Image.Digest)
	if err != nil {
		t.Fatal(err)
	}
	const left = "a2c.invalid/verify:4194305-1-left"
	if err := c.Load(t.Context(), image, left); err != nil {
		t.Fatal(err)
	}
	labels := map[string]string{"a2c.verify": "4194305-1"}
	id, err := c.Create(t.Context(), engine.Spec{Image: left, Labels: labels, Network: "none"})
	if err == nil {
		err = c.Start(t.Context(), id)
	}
	if err != nil {
		t.Fatal(err)
	}
	copies := filepath.Join(s.options.Dir, "verify.tmp-4194305-1-1")
	if err := os.Mkdir(copies, 0o700); err != nil {
		t.Fatal(err)
	}
	if v := s.verify(t); !v.Verified {
		t.Error(show(v))
	}
	if _, err := os.Stat(copies); err == nil {
		t.Error("copies of the state are left")
	}
}
