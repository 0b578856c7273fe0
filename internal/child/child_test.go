package child

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// parentEnv makes the test program a parent that another test kills.
const parentEnv = "A2C_TEST_PARENT"

func TestMain(m *testing.M) {
	Main(roles(), reapers())
	if file := os.Getenv(reaperEnv); file != "" {
		reaperParent(file)
	}
	if os.Getenv(parentEnv) != "" {
		err := Call{Role: "hang", On: func(_ string, data json.RawMessage) error {
			fmt.Println(string(data))
			return nil
		}}.run(context.Background())
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func (c Call) run(ctx context.Context) error {
	_, err := c.Run(ctx, new(any))
	return err
}

func roles() Table {
	return Table{
		"echo": func(_ context.Context, c *Conn) (any, error) {
			var n int
			if err := c.Request(&n); err != nil {
				return nil, err
			}
			for i := range n {
				if err := c.Emit("item", i); err != nil {
					return nil, err
				}
			}
			c.Log().Warn("half way", "n", n, "took", 1500*time.Millisecond)
			return n, c.Emit("event", "done")
		},
		"fail":    func(context.Context, *Conn) (any, error) { return nil, errors.New("no such thing") },
		"panic":   func(context.Context, *Conn) (any, error) { panic("boom") },
		"exit":    func(context.Context, *Conn) (any, error) { os.Exit(0); return nil, nil },
		"garbage": raw("\x1b[2Jhello\n"),
		"breaks":  raw(`{"kind":"resu`),
		"twice":   raw("{\"kind\":\"result\",\"data\":1}\n{\"kind\":\"result\",\"data\":2}\n"),
		"shape":   raw("{\"kind\":\"error\",\"data\":{}}\n"),
		"hang": func(_ context.Context, c *Conn) (any, error) {
			if err := c.Emit("event", os.Getpid()); err != nil {
				return nil, err
			}
			time.Sleep(time.Hour) // not select{}: the runtime would call that a deadlock
			return nil, nil
		},
		"attempts": attempts,
		"numbers":  numbers,
		"identity": identity,
		"peek":     peek,
	}
}

func raw(text string) Role {
	return func(context.Context, *Conn) (any, error) {
		if _, err := os.NewFile(outFD, "answer").WriteString(text); err != nil {
			return nil, err
		}
		os.Exit(0)
		return nil, nil
	}
}

func TestCall(t *testing.T) {
	var items []string
	var log bytes.Buffer
	var got int
	c := Call{
		Role: "echo", Request: 3,
		On: func(kind string, data json.RawMessage) error {
			items = append(items, kind+" "+string(data))
			return nil
		},
		Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}})),
	}
	report, err := c.Run(t.Context(), &got)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"item 0", "item 1", "item 2", `event "done"`}, items); d != "" || got != 3 {
		t.Errorf("got %d; (-want +got)\n%s", got, d)
	}
	if log.String() != "level=WARN msg=\"half way\" n=3 took=1.5s\n" {
		t.Errorf("log %q", log.String())
	}
	if report.MaxRSS == 0 || report.CPU == 0 {
		t.Errorf("report %+v", report)
	}
	if (len(report.Notices) == 0) != (os.Geteuid() == 0) {
		t.Logf("notices: %+v", report.Notices)
	}
}

func TestCallErrors(t *testing.T) {
	stop := errors.New("stop")
	for role, want := range map[string]string{
		"fail":    "no such thing",
		"panic":   "child panic ended without an answer: exit status 2: \"panic: its text is kept back: it may quote what was read (at a2c/internal/child.roles.func",
		"exit":    "child exit ended without an answer",
		"garbage": "child garbage: sent what is no answer: \"\\x1b[2Jhello\\n\"",
		"breaks":  "child breaks: its answer breaks off: unexpected EOF",
		"twice":   "child twice: sent what is no answer",
		"shape":   "child shape: sent what is no answer",
		"no-such": "child no-such ended without an answer: exit status 2: \"no child is called \\\"no-such\\\"\"",
		"echo":    "stop",
	} {
		t.Run(role, func(t *testing.T) {
			err := Call{Role: role, Request: 100000, On: func(string, json.RawMessage) error { return stop }}.run(t.Context())
			if err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("got %v, want %s…", err, want)
			}
		})
	}
	if err := (Call{Role: "echo", Request: 1}).run(t.Context()); !errors.Is(err, errGarbage) {
		t.Errorf("an emission nobody asked for: got %v", err)
	}
}

func TestCancelKills(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	pid := 0
	err := Call{Role: "hang", On: func(_ string, data json.RawMessage) error {
		cancel()
		return json.Unmarshal(data, &pid)
	}}.run(ctx)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	gone(t, pid)
}

func TestKilledParentTakesChildAlong(t *testing.T) {
	parent := exec.CommandContext(t.Context(), "/proc/self/exe")
	parent.Env = append(os.Environ(), parentEnv+"=1")
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 20)
	n, err := out.Read(line)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(line[:n])))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(fmt.Sprintf("/proc/%d/status", pid)); err != nil {
		t.Fatalf("the child does not run: %v", err)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait() // killed
	gone(t, pid)
}

// gone waits until a process has ended.
func gone(t *testing.T, pid int) {
	t.Helper()
	for range 200 {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil || bytes.Contains(stat, []byte(") Z ")) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("process %d still runs", pid)
}

func TestRun(t *testing.T) {
	err := Run(exec.CommandContext(t.Context(), "/bin/sh", "-c", "exit 3"))
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 3 {
		t.Errorf("got %v, want exit status 3", err)
	}
	if err := Run(exec.CommandContext(t.Context(), "/no/such")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestPlan(t *testing.T) {
	const all = 1<<41 - 1
	type shape struct {
		drop, nobody, net bool
		notices           int
	}
	for name, c := range map[string]struct {
		euid    int
		caps    uint64
		ambient bool
		want    shape
	}{
		"root":               {0, all, true, shape{true, true, true, 0}},
		"user":               {1000, 0, true, shape{notices: 1}},
		"old_kernel":         {0, all, false, shape{true, false, true, 1}},
		"no_sys_admin":       {0, all &^ (1 << 21), true, shape{true, true, false, 1}},
		"no_ptrace":          {0, all &^ (1 << 19), true, shape{notices: 1}},
		"default_container":  {0, 0xa80425fb, true, shape{notices: 1}},
		"old_without_admin":  {0, all &^ (1 << 21), false, shape{true, false, false, 2}},
		"cannot_become_user": {0, all &^ (1 << 7), true, shape{notices: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			p := planWith(c.euid, c.caps, c.ambient)
			if got := (shape{p.drop, p.nobody, p.net, len(p.notices)}); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}
