package proof

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"a2c/model"
	"a2c/proof/apps"
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
	var who *syscall.Credential
	if c.user != "" {
		who = credential(s.t, c.user)
	}
	cmd := session(s.t, s.path(c.name+".log"), apps.Command{Argv: c.argv, Dir: c.dir, Env: append([]string{"PATH=/usr/bin:/bin", "LANG=C.UTF-8"}, c.env...)}, who)
	c.pid = cmd.Process.Pid
	fmt.Fprintf(s.b.Log, "%s: process %d, port %d\n", c.name, c.pid, c.port)
	s.t.Cleanup(func() { end(s.t, c.name, c.pid, cmd) })
}

// wait waits until the case's port accepts a connection.
func (s *starts) wait(c startCase) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 2*time.Minute)
	defer cancel()
	for {
		err := accepts(ctx, c.port)
		if err == nil {
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
