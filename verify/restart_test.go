package verify

import (
	"os/exec"
	"testing"

	"a2c/inventory/host"
	"a2c/model"
)

// TestSuccessor finds the process that was started anew, and no other.
func TestSuccessor(t *testing.T) {
	tree, err := host.Machine("/")
	if err != nil {
		t.Fatal(err)
	}
	start := func(seconds string) *exec.Cmd {
		c := exec.CommandContext(t.Context(), "sleep", seconds)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
		return c
	}
	first := start("3600.25")
	other := start("3600.5")
	l, err := openLive(tree, model.App{ProcessID: first.Process.Pid})
	if err != nil {
		t.Fatal(err)
	}
	if app, ok := l.lookAgain(); ok {
		t.Errorf("process %d is taken for one that took the place of %d", app.ProcessID, first.Process.Pid)
	}
	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = first.Wait() // killed
	if err := l.same(); err == nil {
		t.Error("a process that has ended is the same")
	}
	second := start("3600.25")
	app, err := l.successor(t.Context())
	if err != nil || app.ProcessID != second.Process.Pid || app.ProcessID == other.Process.Pid {
		t.Fatalf("%+v, %v", app.ProcessID, err)
	}
	if _, err := openLive(tree, app); err != nil {
		t.Error(err)
	}
}
