package cmd_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"a2c/cmd"
	"a2c/internal/term"
	"a2c/model"
)

// sampled is what this test program does as an application that is sampled: a little, for a minute.
func sampled() {
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		for range 2_000_000 {
			_ = end.IsZero()
		}
	}
}

// sampledApp is a process that the inventory takes for a Java application: this test program under that name.
type sampledApp struct {
	t       *testing.T
	dir, id string
	running *exec.Cmd
}

func newSampledApp(t *testing.T) *sampledApp {
	t.Helper()
	a := &sampledApp{t: t, dir: t.TempDir()}
	self, err := os.Open("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	defer self.Close()
	for name, from := range map[string]io.Reader{"java": self, "shop.jar": strings.NewReader("")} {
		f, err := os.OpenFile(filepath.Join(a.dir, name), os.O_CREATE|os.O_WRONLY, 0o755)
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.Copy(f, from)
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("A2C_WORKSPACE", filepath.Join(a.dir, "w"))
	a.start()
	t.Cleanup(a.stop)
	inventory := a.a2c(nil, "inventory", "-o", "json")
	var live model.Inventory
	if err := json.Unmarshal(inventory.out.Bytes(), &live); err != nil {
		t.Fatalf("%v\n%s", err, inventory.problems.String())
	}
	for id, app := range live {
		if app.ProcessID == a.running.Process.Pid {
			a.id = id
		}
	}
	if a.id == "" {
		t.Fatalf("process %d is no application: %s", a.running.Process.Pid, inventory.problems.String())
	}
	return a
}

func (a *sampledApp) start() {
	a.t.Helper()
	a.running = exec.CommandContext(a.t.Context(), filepath.Join(a.dir, "java"), "-cp", "shop.jar", "shop.Main")
	a.running.Dir = a.dir
	a.running.Env = []string{"PATH=/usr/bin:/bin", "HOME=" + a.dir} // a variable of the tests may name a large folder, which would be looked through
	if err := a.running.Start(); err != nil {
		a.t.Fatal(err)
	}
}

func (a *sampledApp) stop() {
	_ = a.running.Process.Kill() // it may have ended
	_ = a.running.Wait()
}

// ran is what one command line came to.
type ran struct {
	code          cmd.Code
	out, problems bytes.Buffer
}

// a2c runs a command line; meanwhile, if not nil, runs beside it.
func (a *sampledApp) a2c(meanwhile func(), args ...string) *ran {
	a.t.Helper()
	r := &ran{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if meanwhile != nil {
			meanwhile()
		}
	}()
	r.code = cmd.Main(a.t.Context(), args, &term.Streams{Out: &r.out, Err: &r.problems})
	<-done
	return r
}

// interrupted samples an application that does next after it was looked at. On a busy machine the child may come to look only after that: then it is done again,
// with more time before.
func (a *sampledApp) interrupted(next func(), args ...string) *ran {
	a.t.Helper()
	for wait := 1600 * time.Millisecond; ; wait *= 2 {
		r := a.a2c(func() {
			a.looked(wait)
			next()
		}, args...)
		late := strings.Contains(r.problems.String(), "does not run any more") && !strings.Contains(r.problems.String(), "a part was sampled")
		if !late || wait > 5*time.Second {
			return r
		}
		a.stop()
		a.start()
	}
}

// looked waits until the child that reads the host has run for a while.
func (a *sampledApp) looked(wait time.Duration) {
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		lists, _ := filepath.Glob("/proc/self/task/*/children") // the pattern is right
		for _, list := range lists {
			text, _ := os.ReadFile(list) // a thread that has ended has none
			for pid := range strings.FieldsSeq(string(text)) {
				if line, err := os.ReadFile("/proc/" + pid + "/cmdline"); err == nil && strings.HasPrefix(string(line), "a2c-child:analyze") {
					time.Sleep(wait)
					return
				}
			}
		}
	}
	a.t.Error("no child of analyze was seen")
}

// sampling is what analysis.json holds.
func (a *sampledApp) sampling() model.Sampling {
	a.t.Helper()
	data, err := os.ReadFile(filepath.Join(a.dir, "w", a.id, "analysis.json"))
	if err != nil {
		a.t.Fatal(err)
	}
	var analysis model.Analysis
	if err := json.Unmarshal(data, &analysis); err != nil {
		a.t.Fatal(err)
	}
	if analysis.AnalysisInfo.Usage.Sampling == nil {
		a.t.Fatal("nothing was sampled")
	}
	return *analysis.AnalysisInfo.Usage.Sampling
}

// TestSampleOfEnding samples an application that is started anew meanwhile, and one that does not come back.
func TestSampleOfEnding(t *testing.T) {
	a := newSampledApp(t)
	notes := func(r model.SampleRun) string { return strings.Join(r.Notes, "; ") }

	again := a.interrupted(func() {
		a.stop()
		time.Sleep(500 * time.Millisecond)
		a.start()
	}, "analyze", "--application-id", a.id, "--sample", "8s", "-o", "json")
	if again.code != cmd.Done && again.code != cmd.Partial || !strings.Contains(again.problems.String(), a.id+" was started anew while it was sampled") {
		t.Fatalf("started anew: %d\n%s", again.code, again.problems.String())
	}
	first := a.sampling()
	if n := len(first.Runs); n != 1 || first.Runs[0].Samples < 3 || first.Seconds > 8.1 || first.Cores.Max <= 0 || first.RSS.Max <= 0 {
		t.Errorf("started anew: %+v", first)
	}
	if text := notes(first.Runs[0]); !strings.Contains(text, "ended at") || !strings.Contains(text, "with the same command came") || strings.Contains(text, "did not come back") {
		t.Errorf("started anew: %s", text)
	}

	gone := a.interrupted(a.stop, "analyze", "--application-id", a.id, "--sample", "3s", "-o", "json")
	kept := filepath.Join(a.dir, "w", a.id, "sampling.json")
	if gone.code != cmd.Failed || !strings.Contains(gone.problems.String(), "a part was sampled (") || !strings.Contains(gone.problems.String(), kept) {
		t.Errorf("gone: %d\n%s", gone.code, gone.problems.String())
	}
	if got := a.sampling(); len(got.Runs) != 1 || got.Seconds != first.Seconds {
		t.Errorf("gone: the analysis is another one: %+v", got)
	}
	if _, err := os.Stat(kept); err != nil {
		t.Fatal(err)
	}
	if r := a.a2c(nil, "analyze", "--application-id", a.id); r.code != cmd.Failed || !strings.Contains(r.problems.String(), "has ended") {
		t.Errorf("still gone: %d\n%s", r.code, r.problems.String())
	}

	a.start()
	if r := a.a2c(nil, "analyze", "--application-id", a.id, "-o", "json"); r.code != cmd.Done && r.code != cmd.Partial {
		t.Fatalf("back: %d\n%s", r.code, r.problems.String())
	}
	both := a.sampling()
	if len(both.Runs) != 2 || both.Seconds <= first.Seconds || both.Runs[1].Seconds > 2.9 || both.Runs[1].Samples < 1 {
		t.Errorf("back: %+v", both)
	}
	if text := notes(both.Runs[len(both.Runs)-1]); !strings.Contains(text, "it did not come back until the end: ") || !strings.Contains(text, " of 3s were sampled") {
		t.Errorf("back: %s", text)
	}
	if _, err := os.Stat(kept); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is still there: %v", kept, err)
	}
	if !slices.ContainsFunc(both.Runs, func(r model.SampleRun) bool { return r.Started == first.Runs[0].Started }) {
		t.Error("the first run is lost")
	}
}
