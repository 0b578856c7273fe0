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
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"a2c/cmd"
	"a2c/internal/child"
	"a2c/internal/golden"
	"a2c/internal/term"
	"a2c/internal/workspace"
)

func TestMain(m *testing.M) {
	child.Main(cmd.Children())
	testscript.Main(m, map[string]func(){
		"a2c": func() {
			ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			os.Exit(int(cmd.Main(ctx, os.Args[1:], term.System()))) //nolint:gocritic // the process ends, and the handler with it
		},
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
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "hold": hold, "unpack": unpack, "sts": sts, "edit": edit, "mute": mute, "asked": asked},
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

// edit FILE OLD NEW: as a person does in an editor; OLD stands there once, \n is a line break.
func edit(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[0])
	from, to := strings.ReplaceAll(args[1], `\n`, "\n"), strings.ReplaceAll(args[2], `\n`, "\n")
	if n := strings.Count(text, from); n != 1 {
		ts.Fatalf("%q stands %d times in %s:\n%s", from, n, args[0], text)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Replace(text, from, to, 1)), 0o600))
}
