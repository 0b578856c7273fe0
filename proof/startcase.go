package proof

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"a2c/model"
)

// startCase is one way to start an application, and what inventory must say of it.
type startCase struct {
	name      string
	user      string // "": root, for jsvc, which changes the user itself
	dir       string
	env, argv []string
	port      int
	pid       int // of what was started
	processes int // how many the application must claim

	kind, artifact, base, webApp string
	mechanism, value, file       string // of the binding
	evidence                     model.Source
}

// start starts one case in a session of its own, which is ended by its number.
func (s *starts) start(c *startCase) {
	s.t.Helper()
	out, err := os.Create(s.path(c.name + ".log"))
	if err != nil {
		s.t.Fatal(err)
	}
	cmd := &exec.Cmd{Path: c.argv[0], Args: c.argv, Dir: c.dir, Env: append([]string{"PATH=/usr/bin:/bin", "LANG=C.UTF-8"}, c.env...), Stdout: out, Stderr: out, SysProcAttr: &syscall.SysProcAttr{Setsid: true}}
	if c.user != "" {
		cmd.SysProcAttr.Credential = s.credential(c.user)
	}
	if err := cmd.Start(); err != nil {
		s.t.Fatalf("%s: %v", c.name, err)
	}
	c.pid = cmd.Process.Pid
	fmt.Fprintf(s.b.Log, "%s: process %d, port %d\n", c.name, c.pid, c.port)
	s.t.Cleanup(func() {
		end(s.t, c.name, c.pid, cmd)
		if err := out.Close(); err != nil {
			s.t.Error(err)
		}
	})
}

// end asks the session to end, and insists after 20 seconds.
func end(t *testing.T, name string, session int, cmd *exec.Cmd) {
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // that it was ended by a signal is no failure
		close(ended)
	}()
	if err := syscall.Kill(-session, syscall.SIGTERM); err != nil {
		t.Errorf("end %s: %v", name, err)
	}
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Errorf("%s does not end on SIGTERM", name)
		if err := syscall.Kill(-session, syscall.SIGKILL); err != nil {
			t.Errorf("end %s: %v", name, err)
		}
		<-ended
	}
}

func (s *starts) credential(name string) *syscall.Credential {
	u, err := user.Lookup(name)
	if err != nil {
		s.t.Fatal(err)
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	if err1 != nil || err2 != nil {
		s.t.Fatalf("%s has the numbers %s and %s", name, u.Uid, u.Gid)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

// wait waits until the case's port accepts a connection.
func (s *starts) wait(c startCase) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 2*time.Minute)
	defer cancel()
	for {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(c.port)))
		if err == nil {
			if err := conn.Close(); err != nil {
				s.t.Error(err)
			}
			return
		}
		if ctx.Err() != nil {
			text, _ := os.ReadFile(s.path(c.name + ".log"))
			s.t.Fatalf("%s does not listen on port %d: %v\n%s", c.name, c.port, err, head(text))
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// check holds the inventory's entry against the case.
func (c startCase) check(t *testing.T, found model.Inventory) {
	var app model.App
	for _, a := range found {
		if slices.Contains(a.Processes, c.pid) {
			app = a
		}
	}
	if app.ProcessID == 0 {
		t.Fatalf("no application claims process %d", c.pid)
	}
	got := fmt.Sprintf("%s %s %s %q %d", app.ApplicationType, app.Artifact, app.Base, app.WebApp, len(app.Processes))
	if want := fmt.Sprintf("%s %s %s %q %d", c.kind, c.artifact, c.base, c.webApp, c.processes); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if len(app.Listeners) != 1 || app.Listeners[0].Port != c.port || app.Listeners[0].Purpose != "http" || app.Listeners[0].Binding == nil {
		t.Fatalf("listeners: %+v", app.Listeners)
	}
	b := app.Listeners[0].Binding
	if b.Mechanism != c.mechanism || b.Value != c.value || string(b.File) != c.file {
		t.Errorf("binding %s %q %s, want %s %q %s", b.Mechanism, b.Value, b.File, c.mechanism, c.value, c.file)
	}
	want := model.Source(strings.Replace(string(c.evidence), "PID", strconv.Itoa(app.ProcessID), 1))
	if c.evidence != "" && !slices.Contains(b.Evidence["value"], want) {
		t.Errorf("the binding's value has the evidence %q, want %q", b.Evidence["value"], want)
	}
	if app.Runtime.Version == "" || app.Platform.Version == "" {
		t.Errorf("runtime %q, platform %q: a version is missing", app.Runtime.Version, app.Platform.Version)
	}
}
