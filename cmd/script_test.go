package cmd_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"

	"a2c/cmd"
	"a2c/internal/child"
	"a2c/internal/golden"
	"a2c/internal/term"
	"a2c/internal/workspace"
)

func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "java" {
		sampled()
		return
	}
	child.Main(cmd.CrashingChildren(), cmd.Reapers())
	testscript.Main(m, map[string]func(){
		"a2c": func() {
			ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			os.Exit(int(cmd.Main(ctx, os.Args[1:], term.System()))) //nolint:gocritic // the process ends, and the handler with it
		},
		"without-seccomp": withoutSeccomp,
	})
}

// TestScript plays the sessions of testdata/script: each is a text that reads as what a person types and sees.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "../testdata/script",
		UpdateScripts: golden.Updating(),
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("A2C_WORKSPACE", filepath.Join(e.WorkDir, "w"))
			e.Setenv("ESC", "\x1b")
			e.Values[called{}] = make(chan struct{})
			return nil
		},
		Condition: func(c string) (bool, error) {
			if c == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %s", c)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "hold": hold, "unpack": unpack, "sts": sts, "edit": edit, "mute": mute, "asked": asked, "until": until, "nameserver": nameserver},
	})
}

// exits CODE PROGRAM ARG…: the program ends with this code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARG…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	if e, ok := errors.AsType[*exec.ExitError](err); ok {
		got = e.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// hold FOLDER COMMAND: another a2c works in the workspace until the session ends.
func hold(ts *testscript.TestScript, _ bool, args []string) {
	w, err := workspace.Open(ts.MkAbs(args[0]), false)
	ts.Check(err)
	unlock, err := w.Lock(args[1])
	ts.Check(err)
	ts.Defer(func() { _ = unlock() })
}

// unpack NAME…: each file's \n, \0, \e and \\ become these bytes, and a last newline goes: archives hold plain lines only.
func unpack(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		text := strings.TrimSuffix(ts.ReadFile(name), "\n")
		text = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\0`, "\x00", `\e`, "\x1b").Replace(text)
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o600))
	}
}

// sts ACCOUNT: AWS's token service, as far as GetCallerIdentity goes, for the session.
func sts(ts *testscript.TestScript, _ bool, args []string) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>`+
			`<Arn>arn:aws:iam::%[1]s:user/u</Arn><UserId>U</UserId><Account>%[1]s</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`, args[0])
	}))
	ts.Defer(server.Close)
	ts.Setenv("AWS_ENDPOINT_URL_STS", server.URL)
}

// called is the key of a session's channel that is closed at the first call of its mute engine.
type called struct{}

// mute SOCKET: an engine that takes a connection and never answers, until the session ends.
func mute(ts *testscript.TestScript, _ bool, args []string) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "unix", ts.MkAbs(args[0]))
	ts.Check(err)
	first := ts.Value(called{}).(chan struct{})
	go func() {
		var open []net.Conn
		defer func() {
			for _, c := range open {
				_ = c.Close()
			}
		}()
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if open = append(open, c); len(open) == 1 {
				close(first)
			}
		}
	}()
	ts.Defer(func() { _ = l.Close() })
}

// asked waits until somebody has called the mute engine.
func asked(ts *testscript.TestScript, _ bool, _ []string) {
	select {
	case <-ts.Value(called{}).(chan struct{}):
	case <-time.After(20 * time.Second):
		ts.Fatalf("nobody called the engine")
	}
}

// until FILE TEXT: waits until the file holds the text; with ! until it does not.
func until(ts *testscript.TestScript, neg bool, args []string) {
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if text, err := os.ReadFile(ts.MkAbs(args[0])); err == nil && strings.Contains(string(text), args[1]) != neg {
			return
		}
	}
	ts.Fatalf("%s with %q: %v", args[0], args[1], neg)
}

// edit FILE OLD NEW: as a person does in an editor; OLD stands there once, \n is a line break.
func edit(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[0])
	from, to := strings.ReplaceAll(args[1], `\n`, "\n"), strings.ReplaceAll(args[2], `\n`, "\n")
	if n := strings.Count(text, from); n != 1 {
		ts.Fatalf("%q stands %d times in %s:\n%s", from, n, args[0], text)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Replace(text, from, to, 1)), 0o600))
}

// withoutSeccomp runs a program that may not install a seccomp filter, as some container runtimes have it: seccomp(2) is refused by a filter.
func withoutSeccomp() {
	runtime.LockOSThread()
	const load, equal, ret = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, unix.BPF_RET | unix.BPF_K
	code := []unix.SockFilter{
		{Code: load, K: 0}, // seccomp_data.nr
		{Code: equal, Jf: 1, K: unix.SYS_SECCOMP},
		{Code: ret, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)},
		{Code: ret, K: unix.SECCOMP_RET_ALLOW},
	}
	program := unix.SockFprog{Len: uint16(len(code)), Filter: &code[0]}
	err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
	if err == nil {
		if _, _, e := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, uintptr(unsafe.Pointer(&program))); e != 0 {
			err = e
		}
	}
	path, lookErr := exec.LookPath(os.Args[1])
	if err = errors.Join(err, lookErr); err == nil {
		err = unix.Exec(path, os.Args[1:], os.Environ())
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(99)
}
