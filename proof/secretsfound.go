package proof

import (
	"bytes"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"a2c/model"
	"a2c/proof/apps"
)

// Secrets plants secrets of many kinds in all places where applications have them, under drawn names, a third of which say nothing. Each is found, and
// none stands in any byte that a command prints or writes, or leaves behind when it is told to dump its state in the midst of it. In default
// configurations of servers nothing is found that is no secret.
func Secrets() Proof {
	return Proof{
		Name: "secrets", Needs: []Need{Root, AMD64, Packages}, Budget: 4 * time.Minute,
		Install: func(t *testing.T, b *Bench) {
			InstallApps(apps.Orders(), apps.Shop(), apps.Portal())(t, b)
			fetchCorpus(t, b)
		},
		Run: func(t *testing.T, b *Bench) {
			seed := uint64(time.Now().UnixNano())
			fmt.Fprintf(b.Log, "seed %d\n", seed)
			p := &planting{t: t, r: mathrand.New(mathrand.NewPCG(seed, 1)), dir: b.Scratch(t, "secrets")}
			for _, dir := range []string{p.dir, filepath.Dir(p.dir)} { // the applications' user has to enter
				if err := os.Chmod(dir, 0o755); err != nil {
					t.Fatal(err)
				}
			}
			list := p.apps(b, b.Site(t))
			clean := plantCorpus(t, b, filepath.Join(p.dir, "plain", "clean"))
			for i := range list {
				p.start(&list[i], apps.Orders().User())
			}
			p.judge(b, list, clean)
		},
	}
}

// verdict is what came of all applications.
type verdict struct {
	found, unlisted int
	kinds, named    map[string]bool // named are the files that analyze said to hold a secret
	ran             []Ran
}

// judge runs the commands on each application, and looks at what they found, printed and wrote.
func (p *planting) judge(b *Bench, list []plantedApp, clean []string) {
	c := b.Command(filepath.Join(p.dir, "workspace"))
	v := &verdict{kinds: map[string]bool{}, named: map[string]bool{}, ran: []Ran{c.Run(p.t, []int{exitDone, exitNotAllSeen}, "inventory", "-vv")}}
	var inventory model.Inventory
	readJSON(p.t, filepath.Join(c.Workspace, "inventory.json"), &inventory)
	for _, a := range list {
		id := ""
		for each, app := range inventory {
			if slices.Contains(app.Processes, a.pid) {
				id = each
			}
		}
		if id == "" {
			p.t.Fatalf("no application claims process %d, %s", a.pid, a.name)
		}
		secrets := p.commands(c, id, a.name != "plain", v)
		p.known(a, secrets, v)
		if a.name == "plain" {
			falseAlarms(p.t, b, clean, secrets)
		}
	}
	fmt.Fprintf(b.Log, "secrets: %d of %d found, of %d kinds, %d under names that say nothing\n", v.found, len(p.list), len(v.kinds), v.unlisted)
	if len(p.list) < 60 || len(v.kinds) < 15 || v.unlisted*3 < len(p.list) {
		p.t.Errorf("planted are %d secrets of %d kinds, %d under names that say nothing: too few", len(p.list), len(v.kinds), v.unlisted)
	}
	p.clean(b, v.ran, c.Workspace, v.named)
}

// commands runs them on one application, and returns the secrets that analyze found.
func (p *planting) commands(c Command, id string, image bool, v *verdict) []model.Secret {
	v.ran = append(v.ran, dumped(p.t, c, id, "all"), dumped(p.t, c, id, "crash"), c.Run(p.t, []int{exitDone, exitNotAllSeen}, "analyze", "-vv", "--application-id", id))
	var analysis model.Analysis
	readJSON(p.t, filepath.Join(c.Workspace, id, "analysis.json"), &analysis)
	v.ran = append(v.ran,
		c.Run(p.t, nil, "secrets", "list", "--application-id", id, "--all"), c.Run(p.t, nil, "secrets", "list", "--application-id", id, "-o", "table"),
		c.Run(p.t, []int{exitDone, exitAnswerNo}, "check", "--application-id", id))
	if image {
		v.ran = append(v.ran,
			c.Run(p.t, []int{exitDone, exitNotAllSeen}, "containerize", "-vv", "--application-id", id),
			c.Run(p.t, nil, "generate", "app-deployment", "--target", "eks-ec2", "--application-id", id),
			c.Run(p.t, nil, "secrets", "put", "--to", "k8s", "--dry-run", "--application-id", id))
	}
	return analysis.AnalysisInfo.Secrets
}

// known demands each planted secret of an application at its place.
func (p *planting) known(a plantedApp, secrets []model.Secret, v *verdict) {
	for _, s := range secrets {
		v.named[string(s.Place.Path)] = true
	}
	for _, s := range p.list {
		if s.App != a.name {
			continue
		}
		v.kinds[s.kind] = true
		if !s.listed {
			v.unlisted++
		}
		if s.foundAt(secrets) {
			v.found++
		} else {
			p.t.Errorf("not found: a %s of %s at %+v, named %s (its name says secret: %v)", s.kind, a.name, s.where, s.Name, s.listed)
		}
	}
}

// clean looks for what was planted in all that was printed and written.
func (p *planting) clean(b *Bench, ran []Ran, workspace string, named map[string]bool) {
	var all []apps.Planted
	for _, s := range p.list {
		all = append(all, s.Planted)
	}
	printed := 0
	for _, r := range ran {
		checkOutput(p.t, all, r)
		printed += len(r.Stdout) + len(r.Stderr)
	}
	h := newHunt(all, named)
	h.workspace(p.t, workspace)
	for _, where := range h.found {
		p.t.Error(where)
	}
	fmt.Fprintf(b.Log, "secrets: %d in %d bytes printed by %d commands and in the workspace, searched in %d notations\n", len(h.found), printed, len(ran), len(all[0].Forms()))
}

// dumped tells an analysis, and the child that reads the host, to dump the state of all their threads (SIGQUIT), and returns what was printed. No core file is
// left behind, though the limit allows one and the Go runtime is told to make one ("crash").
func dumped(t *testing.T, c Command, id, traceback string) Ran {
	t.Helper()
	args := []string{"analyze", "-vv", "--application-id", id}
	cmd := c.Make(t.Context(), args...)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	cmd.Env, cmd.Dir = append(cmd.Environ(), "GOTRACEBACK="+traceback), t.TempDir()
	if err := os.Chmod(cmd.Dir, 0o777); err != nil { // the child that reads the host is nobody
		t.Fatal(err)
	}
	if err := withCores(cmd.Start); err != nil {
		t.Fatal(err)
	}
	child := 0
	for deadline := time.Now().Add(10 * time.Second); child == 0 && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", cmd.Process.Pid, cmd.Process.Pid))
		tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", cmd.Process.Pid))
		for _, task := range tasks {
			if more, err := os.ReadFile(task); err == nil {
				text = append(text, more...)
			}
		}
		if fields := strings.Fields(string(text)); len(fields) > 0 {
			child, _ = strconv.Atoi(fields[0])
		}
	}
	time.Sleep(150 * time.Millisecond) // in the midst of reading
	if child > 0 {
		_ = syscall.Kill(child, syscall.SIGQUIT) // it may have ended by itself
		time.Sleep(50 * time.Millisecond)
	}
	_ = cmd.Process.Signal(syscall.SIGQUIT)
	_ = cmd.Wait() // that it was ended by a signal is what was wanted
	if state, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && state.CoreDump() {
		t.Errorf("GOTRACEBACK=%s a2c %s: its memory was dumped", traceback, strings.Join(args, " "))
	}
	if left, err := os.ReadDir(cmd.Dir); err != nil || len(left) > 0 {
		t.Errorf("GOTRACEBACK=%s a2c %s left %v behind (%v)", traceback, strings.Join(args, " "), left, err)
	}
	if !bytes.Contains(problems.Bytes(), []byte("SIGQUIT")) {
		t.Errorf("a2c %s ended before it could be told to dump its state:\n%s", strings.Join(args, " "), head(problems.Bytes()))
	}
	return Ran{Args: append(args, "(SIGQUIT, "+traceback+")"), Stdout: out.Bytes(), Stderr: problems.Bytes()}
}

// withCores starts a process that may leave a core file of any size.
func withCores(start func() error) error {
	var before unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &before); err != nil {
		return err
	}
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{Cur: unix.RLIM_INFINITY, Max: unix.RLIM_INFINITY}); err != nil {
		return err
	}
	return errors.Join(start(), unix.Setrlimit(unix.RLIMIT_CORE, &before))
}
