package child

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// reaperEnv makes the test program a parent with a reaper: the value is the file that the reaper writes.
const reaperEnv = "A2C_TEST_REAPER"

func reapers() Reapers {
	return Reapers{"note": func(_ context.Context, request func(any) error, last string) error {
		var file string
		if err := request(&file); err != nil {
			return err
		}
		status, err := os.ReadFile("/proc/self/status")
		if err != nil {
			return err
		}
		open, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			return err
		}
		nice, err := unix.Getpriority(unix.PRIO_PROCESS, 0)
		if err != nil {
			return err
		}
		sid, err := unix.Getsid(0)
		if err != nil {
			return err
		}
		text := fmt.Sprintf("%s\nown session: %v\nnice: %d\nenv: %v\nlast: %s\nfds: %d", status, sid == os.Getpid(), 20-nice, os.Environ(), last, len(open))
		return os.WriteFile(file, []byte(text), 0o600)
	}}
}

// reaperParent starts a reaper, says its number, and does what the word on standard input tells.
func reaperParent(file string) {
	r, err := StartReaper("note", file, "A2C_TEST_KEPT")
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	children, err := os.ReadFile(fmt.Sprintf("/proc/self/task/%d/children", os.Getpid()))
	fmt.Printf("%s%v\n", children, err)
	word := make([]byte, 9)
	n, _ := os.Stdin.Read(word)
	switch strings.TrimSpace(string(word[:n])) {
	case "say":
		r.Say("make")
		r.Say("made")
	case "done":
		r.Done()
	case "leave":
		r.Leave()
	}
	os.Exit(0)
}

func TestReaper(t *testing.T) {
	for _, c := range []struct {
		how  string
		reap bool
	}{{"done", false}, {"leave", true}, {"exit", true}, {"say", true}, {"SIGKILL", true}, {"SIGINT to all", true}} {
		t.Run(c.how, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "note")
			parent := exec.CommandContext(t.Context(), "/proc/self/exe")
			parent.Env = append(os.Environ(), reaperEnv+"="+file, "A2C_TEST_KEPT=1", "A2C_TEST_SECRET=1")
			parent.SysProcAttr = &unix.SysProcAttr{Setpgid: true}
			in, err := parent.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			out, err := parent.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := parent.Start(); err != nil {
				t.Fatal(err)
			}
			line := make([]byte, 200)
			if _, err := out.Read(line); err != nil {
				t.Fatal(err)
			}
			switch c.how {
			case "SIGKILL":
				err = unix.Kill(-parent.Process.Pid, unix.SIGKILL)
			case "SIGINT to all":
				err = unix.Kill(-parent.Process.Pid, unix.SIGINT)
			default:
				_, err = fmt.Fprintln(in, c.how)
			}
			if err != nil {
				t.Fatal(err)
			}
			_ = parent.Wait() // some were killed
			checkNote(t, file, c.reap, map[string]string{"say": "last: made\n"}[c.how])
		})
	}
}

// checkNote waits for what the reaper notes, which tells what it was given.
func checkNote(t *testing.T, file string, want bool, last string) {
	t.Helper()
	var note string
	for range 100 {
		data, err := os.ReadFile(file)
		if note = string(data); err == nil && strings.Contains(note, "fds:") || !want {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if !want {
		time.Sleep(100 * time.Millisecond)
		if _, err := os.Stat(file); err == nil {
			t.Error("it reaped although all was done")
		}
		return
	}
	wanted := []string{"own session: true", "nice: 19", "env: [GOMAXPROCS=1 A2C_TEST_KEPT=1]", "NoNewPrivs:\t1", last}
	if os.Geteuid() == 0 {
		wanted = append(wanted, "CapEff:\t000000000000002a", "CapBnd:\t000000000000002a")
	}
	for _, w := range wanted {
		if !strings.Contains(note, w) {
			t.Errorf("missing %q in:\n%s", w, note)
		}
	}
}

func TestReaperUnknown(t *testing.T) {
	r, err := StartReaper("no-such", 1)
	if err != nil {
		return // it ended before it was told
	}
	r.Done()
}
