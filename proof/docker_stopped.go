package proof

import (
	"errors"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	dockerengine "a2c/internal/engine"
	"a2c/proof/engine"
	"a2c/verify"
)

// proveEngineStopped stops the engine while an image runs in it: verify says so soon, and never that the image is different. What is left in the engine bears its label.
func proveEngineStopped(t *testing.T, d *dockerProof) {
	t.Cleanup(func() {
		if err := os.RemoveAll(d.other); err != nil {
			t.Error(err)
		}
	})
	other := *d
	e := other.start(t)
	s := other.subject(t, map[string]string{"LISTEN": ""})
	s.options.Timeout = time.Minute
	stopped := make(chan error, 1)
	stop := sync.OnceFunc(func() { time.AfterFunc(8*time.Second, func() { stopped <- e.Stop(t.Context()) }) })
	s.options.Report = func(event verify.Event) {
		if event.Step == "start" {
			stop()
		}
	}
	begin := time.Now()
	_, err := verify.Run(t.Context(), s.options)
	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
	if taken := time.Since(begin); !errors.Is(err, dockerengine.ErrStopped) || taken > time.Minute {
		t.Errorf("after %v: %v", taken, err)
	} else {
		t.Logf("after %v: %v", taken.Round(time.Millisecond), err)
	}
	again := other.start(t)
	if v := other.subject(t, nil).verify(t); !v.Verified {
		t.Error(show(v))
	}
	// This process, which they belong to, lives on: that the next one removes them is shown by proveLeftovers.
	found, err := other.connect(t).Clear(t.Context(), "a2c.verify", "a2c.invalid/verify", func(string) bool { return true }, slog.New(slog.DiscardHandler))
	if err != nil || found == 0 {
		t.Errorf("of what stayed in the engine %d were found: %v", found, err)
	}
	other.nothingLeft(t)
	if err := again.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

func (d *dockerProof) start(t *testing.T) *engine.Engine {
	t.Helper()
	e, err := engine.Start(t.Context(), d.other, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	d.host = e.Host
	return e
}
