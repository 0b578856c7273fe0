package proof

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"a2c/model"
	"a2c/proof/apps"
)

// Speed holds `a2c inventory` against `ss -tlnp` by turns in one run, on a load of our own (testdata/load): 2,000 processes with 2,000 listeners
// among 6,000 sockets, and 20 real JVMs. It shows that the time grows as the processes do, up to 20,000, with bounded memory.
func Speed() Proof {
	return Proof{
		Name: "speed", Needs: []Need{Root, Packages}, Budget: 6 * time.Minute,
		Install: func(t *testing.T, b *Bench) {
			if err := apps.Ensure(t.Context(), b.Log, append(apps.JavaTools(), apps.Compiler(), apps.SS())); err != nil {
				t.Fatal(err)
			}
		},
		Run: func(t *testing.T, b *Bench) {
			s := newSpeed(t, b, "speed")
			sizes := []int{2000, 5000, 10000, 20000}
			if b.Extent == Part { // the ends of the line
				sizes = []int{2000, 10000}
			}
			for _, n := range sizes {
				t.Run(strconv.Itoa(n), func(t *testing.T) { s.measure(t, n) })
			}
			s.figures.print()
			s.linear()
		},
	}
}

const jvms = 20

type speed struct {
	*starts
	figures figures
	java    string
	seconds map[int]float64 // for each 1,000 processes, by the number of processes
}

func newSpeed(t *testing.T, b *Bench, name string) *speed {
	home, err := apps.JavaHome()
	if err != nil {
		t.Fatal(err)
	}
	s := &speed{
		starts: &starts{t: t, b: b, dir: b.Scratch(t, name)}, figures: figures{t: t, b: b},
		java: filepath.Join(home, "bin/java"), seconds: map[int]float64{},
	}
	load := filepath.Join(b.Repo, "testdata", "load")
	s.run("gcc", "-O2", "-static", "-o", s.path("load"), filepath.Join(load, "load.c"))
	s.run(filepath.Join(home, "bin/javac"), "-d", s.path("classes"), filepath.Join(load, "Idle.java"))
	for i := range jvms {
		s.run("mkdir", "-p", s.path(strconv.Itoa(i)))
		s.run(filepath.Join(home, "bin/jar"), "--create", "--file", s.path(strconv.Itoa(i), "idle.jar"), "--main-class", "Idle", "-C", s.path("classes"), ".")
	}
	return s
}

// measure makes the load in namespaces of its own, so that nothing else on the machine is counted and nothing there is disturbed, and measures inside.
func (s *speed) measure(t *testing.T, processes int) {
	s.figures.t = t
	pid := s.hold(t, processes)
	inside := s.inside(pid, s.b.A2C)
	s.complete(t, inside, processes)
	a, b := s.byTurns(t, inside, processes)
	size := fmt.Sprintf("%d processes and %d JVMs", processes, jvms)
	s.seconds[processes] = a.seconds / float64(processes) * 1000
	if processes == 2000 {
		s.figures.timed("a2c inventory : ss -tlnp, "+size, a.seconds/b.seconds, 1, "(wall clock)")
		s.figures.note("  the same of processor time", a.processor/b.processor, 0, "")
	} else {
		s.figures.timed("a2c inventory : ss -tlnp, "+size, a.seconds/b.seconds, 0, "(wall clock)")
	}
	s.figures.timed("  for each 1,000 processes", s.seconds[processes], 0, "s")
	s.figures.note("  peak memory of a2c or its child", a.megabytes, 60, "MB")
}

// inside is a command that runs a program in the namespaces of a load.
func (s *speed) inside(pid int, program ...string) Command {
	c := s.b.Command(s.path("workspace"))
	c.Path, c.Prefix = "/usr/bin/nsenter", append([]string{"-t", strconv.Itoa(pid), "-m", "-p", "-n"}, program...)
	return c
}

// linear holds that a process of many costs no more than twice what one of few does; what the machine does beside has its part in it.
func (s *speed) linear() {
	if few, many := s.seconds[2000], s.seconds[slices.Max(slices.Collect(maps.Keys(s.seconds)))]; many > 2*few {
		s.t.Errorf("for each 1,000 processes %.3f s of many, %.3f s of few: not linear", many, few)
	}
}

// hold starts the load and returns its PID 1.
func (s *speed) hold(t *testing.T, processes int) int {
	t.Helper()
	n := strconv.Itoa(processes)
	cmd := exec.CommandContext(t.Context(), "unshare", "-mpnf", "--mount-proc", "--kill-child", s.path("load"), "hold", n, n, strconv.Itoa(jvms),
		s.java, "-Xmx16m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", s.path("%d/idle.jar"), "80%d")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.Stderr = os.Stderr
	in, err1 := cmd.StdinPipe()
	out, err2 := cmd.StdoutPipe()
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := in.Close(); err != nil { // its PID 1 ends, and the kernel ends the others
			t.Error(err)
		}
		_ = cmd.Wait() // read to the end below
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || line != "ready\n" {
		t.Fatalf("the load does not come up: %q, %v", line, err)
	}
	return s.child(t, cmd.Process.Pid)
}

func (s *speed) child(t *testing.T, parent int) int {
	t.Helper()
	for pid, of := range processes(t) {
		if of == parent {
			return pid
		}
	}
	t.Fatal("unshare has no child")
	return 0
}

// complete waits until the JVMs listen, and holds that every process was looked at and nothing else was taken for an application.
func (s *speed) complete(t *testing.T, c Command, processes int) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(time.Second) {
		c.Run(t, []int{exitDone, exitNotAllSeen}, "inventory", "-o", "json")
		var found model.Inventory
		var host model.Host
		readJSON(t, filepath.Join(c.Workspace, "inventory.json"), &found)
		readJSON(t, filepath.Join(c.Workspace, "host.json"), &host)
		up := 0
		for _, a := range found {
			if len(a.Listeners) == 1 {
				up++
			}
		}
		if len(found) == jvms && up == jvms && host.Seen.Processes >= processes+jvms {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%d applications, %d with a listener, %+v", len(found), up, host.Seen)
		}
	}
}

// ran is the median of what a command took, and the most memory of all runs.
type ran struct{ seconds, processor, megabytes float64 }

// byTurns runs the two commands by turns, in the namespaces of the load.
func (s *speed) byTurns(t *testing.T, c Command, processes int) (a, b ran) {
	t.Helper()
	runs := max(5, 30000/processes)
	c.Prefix = append(slices.Clone(c.Prefix[:len(c.Prefix)-1]), s.path("load"), "time", strconv.Itoa(runs), s.b.A2C, "inventory", "-o", "table", "--", "ss", "-tlnp")
	r := c.Run(t, nil)
	return median(t, r.Stdout, "a"), median(t, r.Stdout, "b")
}

// median reads the lines of `load time`: name, microseconds, those of processor time, KiB.
func median(t *testing.T, text []byte, name string) ran {
	t.Helper()
	var wall, processor, size []float64
	for r := strings.NewReader(string(text)); ; {
		var who string
		var w, p, m float64
		if _, err := fmt.Fscanln(r, &who, &w, &p, &m); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("load time says %v: %s", err, head(text))
		}
		if who == name {
			wall, processor, size = append(wall, w), append(processor, p), append(size, m)
		}
	}
	if len(wall) == 0 {
		t.Fatalf("load time says nothing of %s: %s", name, head(text))
	}
	slices.Sort(wall)
	slices.Sort(processor)
	return ran{wall[len(wall)/2] / 1e6, processor[len(processor)/2] / 1e6, slices.Max(size) * 1024 / 1e6}
}
