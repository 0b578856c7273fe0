package proof

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"a2c/model"
	"a2c/proof/apps"
)

// Helpers shows that tools of those who build applications are no applications: the JDK's shell and the JVM that it starts are left
// out, with the reason, and listed on demand, each as what it is.
func Helpers() Proof {
	return Proof{
		Name: "helpers", Needs: []Need{Packages}, Budget: time.Minute,
		Install: func(t *testing.T, b *Bench) {
			if err := apps.Ensure(t.Context(), b.Log, apps.JavaTools()); err != nil {
				t.Fatal(err)
			}
		},
		Run: func(t *testing.T, b *Bench) {
			dir := b.Scratch(t, "helpers")
			shell := startJShell(t, dir)
			c := b.Command(filepath.Join(dir, "workspace"))
			left := map[string]int{}
			deadline := time.Now().Add(40 * time.Second)
			for ; len(left) < 2 && time.Now().Before(deadline); time.Sleep(300 * time.Millisecond) { // until the second JVM runs
				if found := helpersOf(t, takeInventory(t, c), shell); len(found) > 0 {
					t.Fatalf("without --all the inventory lists %q", found)
				}
				left = leftOut(t, c)
			}
			for _, what := range []string{"jshell (tool of the JDK)", "jshell's remote VM (tool of the JDK)"} {
				if left[what] == 0 {
					t.Errorf("%s is not said to be left out: %v", what, left)
				}
			}
			c.Run(t, []int{exitDone, exitNotAllSeen}, "inventory", "--all", "-q", "-o", "json")
			all := model.Inventory{}
			readJSON(t, filepath.Join(c.Workspace, "inventory.json"), &all)
			want := []string{"jshell (tool of the JDK)", "jshell's remote VM (tool of the JDK)"}
			if got := helpersOf(t, all, shell); !slices.Equal(got, want) {
				t.Errorf("--all lists %q, want %q", got, want)
			}
		},
	}
}

// startJShell starts the shell with an input that stays open, and ends both JVMs when the test ends.
func startJShell(t *testing.T, dir string) int {
	t.Helper()
	java, err := apps.JavaHome()
	if err != nil {
		t.Fatal(err)
	}
	in, keep, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	shell := filepath.Join(java, "bin", "jshell")
	cmd := &exec.Cmd{
		Path: shell, Args: []string{shell, "-J-Xmx64m", "-R-Xmx64m", "-s", "-"}, Dir: dir, Stdin: in,
		Env: []string{"PATH=/usr/bin:/bin", "HOME=" + dir, "LANG=C.UTF-8"}, SysProcAttr: &syscall.SysProcAttr{Setsid: true},
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := keep.Close(); err != nil { // the end of its input ends it
			t.Error(err)
		}
		end(t, "jshell", cmd.Process.Pid, cmd)
	})
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	return cmd.Process.Pid
}

// helpersOf lists what the inventory says of a process and those that it started, sorted.
func helpersOf(t *testing.T, found model.Inventory, pid int) []string {
	t.Helper()
	members := family(t, pid)
	var list []string
	for _, app := range found {
		if _, ours := members[app.ProcessID]; ours || app.ProcessID == pid {
			list = append(list, app.Helper)
		}
	}
	slices.Sort(list)
	return list
}

// leftOut are the helpers that host.json says were left out, with their numbers.
func leftOut(t *testing.T, c Command) map[string]int {
	t.Helper()
	var h model.Host
	readJSON(t, filepath.Join(c.Workspace, "host.json"), &h)
	left := map[string]int{}
	for _, s := range h.Skips {
		if s.Remedy == "a2c inventory --all lists it" {
			left[s.What] += max(1, s.Count)
		}
	}
	return left
}
