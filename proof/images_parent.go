package proof

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"a2c/proof/apps"
	"a2c/proof/servers"
)

// withChildren is a server whose process has a shell as its child, which starts others.
func withChildren() servers.Server {
	s := servers.MicronautFat()
	s.Name = "micronaut-children"
	command := s.Command
	s.Command = func(p servers.Place) apps.Command {
		c := command(p)
		c.Argv = append([]string{"/bin/sh", "-c", `sh -c 'while :; do sleep 100; done' & exec "$@"`, "sh"}, c.Argv...)
		return c
	}
	return s
}

// proveParent leaves processes behind in the image's container: the init waits for them, hands SIGTERM on, and keeps the application's exit code. Where the
// JVM is the first process itself, they stay.
func (s imageSubject) proveParent(t *testing.T, c Command, j Job) {
	t.Helper()
	entry := j.Image.Config.Entrypoint
	if !slices.Equal(entry[:3], []string{"/.a2c/init", "-reap", "--"}) {
		t.Fatalf("it has children, and starts as %q", entry)
	}
	d := docker{env: c.Env}
	t.Run("init", func(t *testing.T) {
		s.runImage(t, d, j.Tar, nil, nil)
		if n := d.zombies(t); n != 0 {
			t.Errorf("%d processes that were left behind stay zombies", n)
		}
		d.terminated(t)
	})
	t.Run("without", func(t *testing.T) {
		s.runImage(t, d, j.Tar, nil, []string{"--entrypoint", entry[3]}, entry[4:]...)
		if n := d.zombies(t); n != leftBehind {
			t.Errorf("%d zombies of %d processes below a JVM: then nobody needs the init", n, leftBehind)
		}
		d.terminated(t)
	})
}

// leftBehind is how many processes zombies leaves to the container's first one.
const leftBehind = 3

// zombies counts what becomes of processes whose parent ends before them.
func (d docker) zombies(t *testing.T) int {
	t.Helper()
	shell, err := filepath.EvalSymlinks("/bin/sh") // the image has the child's program, not the links to it
	if err != nil {
		t.Fatal(err)
	}
	d.run(t, nil, "exec", entryName, shell, "-c", strings.Repeat("sleep 1 & ", leftBehind))
	time.Sleep(3 * time.Second)
	const states = `for p in /proc/[0-9]*/status; do while read -r key value; do [ "$key" = State: ] && echo "$value"; done < "$p"; done; true`
	return strings.Count(d.run(t, nil, "exec", entryName, shell, "-c", states), "Z")
}
