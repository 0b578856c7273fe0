package proof

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"a2c/model"
	"a2c/proof/apps"
)

// Observe shows what analyze --observe finds: files that an application opens, programs that it executes and files that it writes only while it is
// used, and nothing of others; that none is lost at tens of thousands of opens a second; and what it costs the application.
func Observe() Proof {
	return Proof{
		Name: "observe", Needs: []Need{Root, Packages}, Budget: 4 * time.Minute,
		Install: func(t *testing.T, b *Bench) {
			if err := apps.Ensure(t.Context(), b.Log, append(apps.JavaTools(), apps.Compiler())); err != nil {
				t.Fatal(err)
			}
		},
		Run: func(t *testing.T, b *Bench) {
			o := newObserve(t, b, "observe", nil)
			t.Run("found", func(t *testing.T) { o.found(t) })
			t.Run("many", func(t *testing.T) { o.many(t, b.Repeat(20000, 50000, 200000)) })
			t.Run("cost", func(t *testing.T) { o.cost(t, b.Repeat(3, 9, 25)) })
			o.figures.print()
		},
	}
}

type observeProof struct {
	*starts
	figures figures
	command Command
	port    int
	id      string
}

// newObserve starts Opens. prepare makes what is to be there before it: nil: nothing.
func newObserve(t *testing.T, b *Bench, name string, prepare func(*observeProof)) *observeProof {
	home, err := apps.JavaHome()
	if err != nil {
		t.Fatal(err)
	}
	o := &observeProof{starts: &starts{t: t, b: b, dir: b.Scratch(t, name)}, figures: figures{t: t, b: b}}
	o.run(filepath.Join(home, "bin/javac"), "-d", o.path("app/classes"), filepath.Join(b.Repo, "testdata/load/Opens.java"))
	if prepare != nil {
		prepare(o)
	}
	o.port = o.freePort()
	cmd := session(t, o.path("log"), apps.Command{Argv: []string{filepath.Join(home, "bin/java"), "-Xmx128m", "-Dsun.net.httpserver.nodelay=true", "-cp", o.path("app/classes"), "Opens", strconv.Itoa(o.port)}, Dir: "/", Env: []string{"PATH=/usr/bin:/bin"}}, nil)
	t.Cleanup(func() { end(t, "Opens", cmd.Process.Pid, cmd) })
	for deadline := time.Now().Add(time.Minute); accepts(t.Context(), o.port) != nil; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("Opens does not listen")
		}
	}
	o.command = b.Command(o.path("workspace"))
	o.command.Run(t, []int{exitDone, exitNotAllSeen}, "inventory", "-o", "json")
	var found model.Inventory
	readJSON(t, filepath.Join(o.command.Workspace, "inventory.json"), &found)
	for id, a := range found {
		if a.ProcessID == cmd.Process.Pid {
			o.id = id
		}
	}
	if o.id == "" {
		t.Fatalf("process %d is not in the inventory", cmd.Process.Pid)
	}
	return o
}

// ask sends one request.
func (o *observeProof) ask(t *testing.T, what, name string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/%s?%s", o.port, what, strings.ReplaceAll(name, " ", "%20")), nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// during observes for some seconds, and does something meanwhile once a2c says that it watches.
func (o *observeProof) during(t *testing.T, seconds int, do func()) model.Analysis {
	t.Helper()
	cmd := o.command.Make(t.Context(), "-vv", "analyze", "--application-id", o.id, "--observe", strconv.Itoa(seconds)+"s", "-o", "json")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stderr)
	watching := make(chan bool)
	go func() {
		defer close(watching)
		told := false
		for lines.Scan() {
			if !told && strings.Contains(lines.Text(), "step=observe") {
				told = true
				watching <- true
			}
		}
	}()
	if !<-watching {
		t.Fatalf("a2c does not say that it watches: %v", cmd.Wait())
	}
	do()
	for range watching { // to the end
	}
	if err := cmd.Wait(); err != nil && cmd.ProcessState.ExitCode() != exitNotAllSeen {
		t.Fatalf("analyze --observe: %v", err)
	}
	var a model.Analysis
	readJSON(t, filepath.Join(o.command.Workspace, o.id, "analysis.json"), &a)
	if a.AnalysisInfo.Observation == nil {
		t.Fatal("no observation in the analysis")
	}
	return a
}

// files reads the list of files.
func (o *observeProof) files(t *testing.T) map[string]model.File {
	t.Helper()
	f, err := os.Open(filepath.Join(o.command.Workspace, o.id, "files.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	list := map[string]model.File{}
	for d := json.NewDecoder(f); ; {
		var one model.File
		if err := d.Decode(&one); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		list[string(one.Path)] = one
	}
}

func (o *observeProof) found(t *testing.T) {
	o.write("far/read.txt", "x")
	o.write("far/foreign.txt", "x")
	o.write("far/tool", "#!/bin/sh\ncat "+o.path("far/by-child.txt")+"\n")
	o.write("far/by-child.txt", "x")
	o.write("data/before", "x")
	o.run("chmod", "755", o.path("far/tool"))
	a := o.during(t, 4, func() {
		o.ask(t, "read", o.path("far/read.txt"))
		if said := o.ask(t, "write", o.path("data/written.bin")); said != "wrote" {
			t.Errorf("write: %s", said)
		}
		if said := o.ask(t, "run", o.path("far/tool")); said != "ended 0" {
			t.Errorf("run: %s", said)
		}
		if _, err := os.ReadFile(o.path("far/foreign.txt")); err != nil {
			t.Error(err)
		}
	})
	files := o.files(t)
	for name, want := range map[string]string{
		o.path("far/read.txt"): "observe: opened by process", o.path("far/tool"): "observe: executed as process", o.path("far/by-child.txt"): "observe: opened by process",
	} {
		f := files[name]
		if f.Decision != model.In || len(f.Reasons) == 0 || !strings.HasPrefix(f.Reasons[0], want) {
			t.Errorf("%s is %q for %q, want %q", name, f.Decision, f.Reasons, want)
		}
	}
	for _, program := range []string{"sh", "cat"} {
		real, err := filepath.EvalSymlinks(must(exec.LookPath(program)))
		if f := files[real]; err != nil || f.Decision != model.In {
			t.Errorf("the program %s that was executed is %q: %v", program, f.Decision, err)
		}
	}
	if f, ok := files[o.path("far/foreign.txt")]; ok {
		t.Errorf("what another process opened: %+v", f)
	}
	if !slices.ContainsFunc(a.AnalysisInfo.State, func(s model.StateDir) bool { return string(s.Path) == o.path("data") }) {
		t.Errorf("what was written is no state: %+v", a.AnalysisInfo.State)
	}
	o.counted(t, a.AnalysisInfo.Observation, files[o.path("far/read.txt")])
}

// counted holds the sum of what was observed, and that it stays when nobody observes.
func (o *observeProof) counted(t *testing.T, n *model.Observation, read model.File) {
	t.Helper()
	if n.OnlyThen < 3 || n.Overflows != 0 || n.Files < 5 {
		t.Errorf("%+v", n)
	}
	o.command.Run(t, []int{exitDone, exitNotAllSeen}, "analyze", "--application-id", o.id, "-o", "json") // not observed: what was seen counts on
	if f := o.files(t)[o.path("far/read.txt")]; f.Decision != model.In || !slices.Equal(f.Reasons, read.Reasons) {
		t.Errorf("after an analysis without --observe: %+v", f)
	}
	var later model.Analysis
	readJSON(t, filepath.Join(o.command.Workspace, o.id, "analysis.json"), &later)
	if d := cmp.Diff(n, later.AnalysisInfo.Observation); d != "" {
		t.Errorf("the sum of what was observed (-before +after)\n%s", d)
	}
}

func must(path string, err error) string {
	if err != nil {
		return err.Error()
	}
	return path
}

// many opens as many different files as fast as a JVM can: each has to be seen.
func (o *observeProof) many(t *testing.T, n int) {
	for i := range n {
		o.write(fmt.Sprintf("many/%d", i), "")
	}
	said := ""
	a := o.during(t, 5+n/20000, func() { said = o.ask(t, "many", o.path("many")) })
	var opened, nanoseconds int
	if _, err := fmt.Sscanf(said, "%d in %d", &opened, &nanoseconds); err != nil || opened != n {
		t.Fatalf("many: %q, %v", said, err)
	}
	seen := 0
	for name := range o.files(t) {
		if strings.HasPrefix(name, o.path("many")+"/") {
			seen++
		}
	}
	o.figures.t = t
	o.figures.note(fmt.Sprintf("opens a second, of %d files", n), float64(n)/float64(nanoseconds)*1e9, 0, "/s")
	o.figures.note("  of these not seen", float64(n-seen), 1, "")
	if lost := a.AnalysisInfo.Observation.Overflows; lost != 0 {
		t.Errorf("the kernel dropped events %d times", lost)
	}
}

// cost compares the requests that the application answers while it is observed with those while it is not, by turns.
func (o *observeProof) cost(t *testing.T, turns int) {
	o.write("page", strings.Repeat("x", 4096))
	o.rate(t, 2*time.Second)
	var with, without []float64
	for range turns {
		without = append(without, o.rate(t, 3*time.Second))
		o.during(t, 4, func() { with = append(with, o.rate(t, 3*time.Second)) })
	}
	slices.Sort(with)
	slices.Sort(without)
	o.figures.t = t
	o.figures.note("requests a second, each opens a file", without[len(without)/2], 0, "/s")
	// The one percent to reach is less than by what two turns differ: what costs anything fails at ten, of the tests, beside which others work, at fifty.
	fails := 1.1
	if o.b.Extent == Part {
		fails = 1.5
	}
	o.figures.hold("  not observed : observed", without[len(without)/2]/with[len(with)/2], 1.01, fails, "")
}

// rate asks with four connections for a while.
func (o *observeProof) rate(t *testing.T, d time.Duration) float64 {
	t.Helper()
	var asked atomic.Int64
	var all sync.WaitGroup
	ends := time.Now().Add(d)
	for range 4 {
		all.Go(func() {
			for time.Now().Before(ends) && !t.Failed() {
				o.ask(t, "read", o.path("page"))
				asked.Add(1)
			}
		})
	}
	all.Wait()
	return float64(asked.Load()) / d.Seconds()
}
