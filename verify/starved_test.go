package verify

import (
	"context"
	"errors"
	"os/exec"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"a2c/model"
)

// started is a twin that is any process.
type started struct {
	Twin
	pid int
}

func (s started) PID() int { return s.pid }

// TestPatiently: who waits for a processor is asked again and says nothing of the image, who waits for anything else had his time.
func TestPatiently(t *testing.T) {
	busy := func(n int) (pid int) {
		for range n {
			cmd := exec.CommandContext(t.Context(), "sh", "-c", "while :; do :; done")
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
			pid = cmd.Process.Pid
			var set unix.CPUSet
			if err := unix.SchedGetaffinity(pid, &set); err != nil {
				t.Fatal(err)
			}
			for i := range len(set) * 64 {
				if set.IsSet(i) {
					set.Zero()
					set.Set(i)
					break
				}
			}
			if err := unix.SchedSetaffinity(pid, &set); err != nil {
				t.Fatal(err)
			}
		}
		return pid
	}
	idle := exec.CommandContext(t.Context(), "sleep", "60")
	if err := idle.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = idle.Process.Kill(); _ = idle.Wait() })
	for name, c := range map[string]struct {
		pid   int
		times int
		busy  bool
	}{"busy": {busy(4), patience + 1, true}, "idle": {idle.Process.Pid, 1, false}} {
		t.Run(name, func(t *testing.T) {
			times := 0
			err := new(run).patiently(t.Context(), started{pid: c.pid}, func() error {
				times++
				time.Sleep(400 * time.Millisecond)
				return context.DeadlineExceeded
			})
			s, got := errors.AsType[*starved](err)
			if times != c.times || got != c.busy {
				t.Fatalf("asked %d times, then %v", times, err)
			}
			if got {
				var judged model.Comparison
				if unanswered(&judged, s); judged.Verdict != model.VerifyNotComparable || judged.ProofWhy == "" {
					t.Errorf("%+v", judged)
				}
			}
		})
	}
}
