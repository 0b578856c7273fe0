package host

import (
	"context"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"
)

// TestStorm reads while processes start and end by the hundred: whatever vanishes at whatever moment is counted, and is no error.
func TestStorm(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	sleep, err := exec.LookPath("true")
	if err != nil {
		t.Skip("no program to start here")
	}
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for ctx.Err() == nil {
				cmd := exec.CommandContext(ctx, sleep)
				cmd.Env = os.Environ()
				_ = cmd.Run() // killed at the end
			}
		})
	}
	defer func() { stop(); wg.Wait() }()
	m, err := Machine("/")
	if err != nil {
		t.Fatal(err)
	}
	vanished, looked := 0, 0
	for began := time.Now(); time.Since(began) < time.Second || vanished == 0 && time.Since(began) < 20*time.Second; {
		h, err := Read(ctx, m)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(h.Processes) + h.Seen.Vanished + h.Seen.Unreadable; got != h.Seen.Processes {
			t.Fatalf("%d of %d processes are counted: %+v", got, h.Seen.Processes, h.Seen)
		}
		for _, s := range h.Skips {
			t.Errorf("skip %+v", s)
		}
		vanished += h.Seen.Vanished
		for _, p := range h.Processes {
			looked++
			lookClosely(t, h, p)
		}
	}
	t.Logf("%d vanished, %d looked at", vanished, looked)
	if vanished == 0 {
		t.Error("no process vanished: the storm is too weak to prove anything")
	}
}

// lookClosely calls what detectors call; a process that ended meanwhile must say so, and nothing else may fail for root.
func lookClosely(t *testing.T, h *Host, p *Process) {
	t.Helper()
	check := func(what string, err error) {
		if gone := Vanished(err) && p.Ended(); err != nil && !gone && !Denied(err) {
			t.Errorf("%s of %d %q: %v (ended: %v)", what, p.PID, p.Comm, err, p.Ended())
		}
	}
	_, err := p.Environ()
	check("environ", err)
	_, err = p.FDs()
	check("fds", err)
	_, err = p.Maps()
	check("maps", err)
	_, err = p.Status()
	check("status", err)
	_, err = p.User()
	check("user", err)
	_, _, err = p.Unit()
	check("unit", err)
	_, err = h.Listeners(p)
	check("listeners", err)
}
