package proof

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"a2c/model"
)

// started is an a2c that runs to be ended.
type started struct {
	name    string // of the command
	cmd     *exec.Cmd
	stderr  bytes.Buffer
	members map[int]uint64 // its processes, when it was ended
}

func (k *killer) start(t *testing.T, command []string) *started {
	t.Helper()
	r := &started{name: command[0], cmd: k.c.Make(t.Context(), command...)}
	r.cmd.Stderr = &r.stderr
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return r
}

// end sends the signal. The process is not reaped yet, so its number is nobody else's.
func (r *started) end(t *testing.T, e ending) {
	t.Helper()
	r.members = family(t, r.cmd.Process.Pid)
	to := r.cmd.Process.Pid
	if e.group {
		to = -to
	}
	if err := unix.Kill(to, e.signal); err != nil {
		t.Fatalf("%s to %d: %v", e.name, to, err)
	}
}

// wait returns the exit code, -1 when a signal ended it.
func (r *started) wait(t *testing.T) int {
	t.Helper()
	const most = 60 * time.Second
	stuck := time.AfterFunc(most, func() { _ = r.cmd.Process.Kill() })
	_ = r.cmd.Wait() // the exit code tells
	if !stuck.Stop() {
		t.Errorf("a2c %s did not end within %v", r.name, most)
	}
	return r.cmd.ProcessState.ExitCode()
}

func (r *started) signaled() syscall.Signal {
	if ws, ok := r.cmd.ProcessState.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return ws.Signal()
	}
	return 0
}

// verify starts a2c verify and waits until its twin runs. It returns the processes of the containers, the twin's beside the one that holds the network.
func (k *killer) verify(t *testing.T) (*started, []int) {
	t.Helper()
	r := k.start(t, k.verifyCommand())
	for begin := time.Now(); time.Since(begin) < 30*time.Second; time.Sleep(5 * time.Millisecond) {
		list, err := k.engine.Containers(t.Context(), "a2c.verify")
		if err != nil {
			t.Fatal(err)
		}
		var pids []int
		for id := range list {
			if s, err := k.engine.State(t.Context(), id); err == nil && s.Running { // else it is gone meanwhile
				pids = append(pids, s.PID)
			}
		}
		if len(pids) == 2 {
			return r, pids
		}
	}
	r.end(t, ending{signal: syscall.SIGKILL})
	r.wait(t)
	t.Fatalf("verify started no twin: %s", r.stderr.String())
	return nil, nil
}

// How soon after SIGKILL of a2c everything of its is gone, without another run of a2c.
const (
	reaped     = 10 * time.Second // with a running twin
	reapedLoad = time.Minute      // when the engine was making something: what it goes on to make is waited for
)

// afterKill waits until the reaper has removed what a killed verify left, and has ended.
func (k *killer) afterKill(t *testing.T, r *started, limit time.Duration) {
	t.Helper()
	begin := time.Now()
	var left []string
	for ; time.Since(begin) < limit; time.Sleep(50 * time.Millisecond) {
		if left = living(r.members); len(left) == 0 {
			t.Logf("the reaper ended %.1f s after the kill", time.Since(begin).Seconds())
			break
		}
	}
	if len(left) > 0 {
		t.Errorf("%v after the kill these processes stay: %s", limit, strings.Join(left, ", "))
	}
	k.nothingAtEngine(t)
	if copies, err := filepath.Glob(filepath.Join(k.c.Workspace, "*/verify.tmp-*")); err != nil || len(copies) > 0 {
		t.Errorf("copies of the state left: %v, %v", copies, err)
	}
}

// withTwin ends verify while the twin runs. After SIGKILL the reaper cleans up.
func (k *killer) withTwin(t *testing.T, e ending) {
	r, pids := k.verify(t)
	twins := map[int]uint64{}
	for _, pid := range pids {
		if s, err := readStat(pid); err == nil {
			twins[pid] = s.start
		}
	}
	r.end(t, e)
	code := r.wait(t)
	if e.signal == syscall.SIGKILL {
		if len(r.members) < 2 {
			t.Errorf("no reaper among the processes of verify: %v", r.members)
		}
		k.afterKill(t, r, reaped)
	}
	k.nothingRuns(t, r)
	if e.signal != syscall.SIGKILL && (code != exitInterrupted || r.stderr.String() != "a2c: interrupted\n") {
		t.Errorf("verify ended with exit code %d and %q", code, r.stderr.String())
	}
	if left := living(twins); len(twins) != 2 || len(left) > 0 {
		t.Errorf("of the containers' %d processes these stay: %v", len(twins), left)
	}
	k.nothingLeft(t, nil)
	validDocuments(t, k.c.Workspace)
}

// twinKilled kills the program in the container: verify tells that it ended, and tries again with a writable root, which might be the reason.
func (k *killer) twinKilled(t *testing.T) {
	r, pids := k.verify(t)
	killed := 0
	for _, pid := range pids {
		if s, err := readStat(pid); err == nil && s.comm != "pause" {
			if err := unix.Kill(pid, unix.SIGKILL); err != nil {
				t.Fatal(err)
			}
			killed++
		}
	}
	r.members = family(t, r.cmd.Process.Pid)
	code := r.wait(t)
	k.nothingRuns(t, r)
	k.nothingLeft(t, nil)
	var v model.Verification
	readJSON(t, k.c.Workspace+"/"+k.job.ID+"/verify.json", &v)
	told := slices.ContainsFunc(v.Skips, func(s model.Skip) bool {
		return s.What == "read-only root" && strings.Contains(s.Reason, "ended") && strings.Contains(s.Reason, "137")
	})
	if killed != 1 || code != exitDone || !v.Verified || v.ReadOnlyRoot || !told {
		t.Errorf("%d twins killed, exit code %d, verified %v, read-only root %v, skips %v", killed, code, v.Verified, v.ReadOnlyRoot, v.Skips)
	}
}

// unread closes the pipe behind verify's messages while the twin runs, as `| head` or a lost connection does: it goes on, and removes the twin.
func (k *killer) unread(t *testing.T) {
	cmd := k.c.Make(t.Context(), append(k.verifyCommand(), "-vv")...)
	messages, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := messages.Read(make([]byte, 1)); err != nil {
		t.Error(err)
	}
	messages.Close()
	if err := cmd.Wait(); err != nil {
		t.Errorf("verify, whose messages nobody reads: %v", err)
	}
	k.nothingLeft(t, nil)
}

// childKilled kills the process that works for a2c: the message says so, and nothing is left.
func (k *killer) childKilled(t *testing.T, command []string) {
	for range 40 {
		before := halfWritten(t, k.c.Workspace)
		r := k.start(t, command)
		time.Sleep(time.Duration(k.random.Int64N(int64(k.whole[command[0]]) / 2)))
		r.members = family(t, r.cmd.Process.Pid)
		for begin := time.Now(); len(r.members) < 2 && time.Since(begin) < k.whole[command[0]]; r.members = family(t, r.cmd.Process.Pid) {
			time.Sleep(time.Millisecond)
		}
		for pid := range r.members {
			if pid != r.cmd.Process.Pid {
				_ = unix.Kill(pid, unix.SIGKILL) // one of them may have ended
			}
		}
		code := r.wait(t)
		k.nothingRuns(t, r)
		k.nothingLeft(t, before)
		validDocuments(t, k.c.Workspace)
		if code == exitDone || code == exitNotAllSeen {
			continue // it had ended already
		}
		if said := r.stderr.String(); code != exitFailed || !strings.Contains(said, "killed") || !strings.Contains(said, "memory ran out") {
			t.Errorf("exit code %d: %s", code, said)
		}
		return
	}
	t.Error("no child was killed at 40 moments")
}
