package proof

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"a2c/model"
	"a2c/proof/apps"
)

// Kill proves that a2c can be interrupted or killed at any moment: no process and no mount stays, the documents stay valid, and the next
// run works.
func Kill() Proof {
	return Proof{
		Name: "kill", Needs: []Need{Root, AMD64, Packages}, Budget: 5 * time.Minute,
		Install: InstallApps(apps.Orders()),
		Run: func(t *testing.T, b *Bench) {
			a := apps.Orders()
			site := b.Start(t, a)
			c := b.Command(b.Scratch(t, "kill"))
			jobs, _ := b.Inventory(t, c, site, []apps.App{a})
			j := jobs[a.Name]
			j.Analyze(t, c)
			j.Containerize(t, c)
			whole := map[string]time.Duration{}
			for _, ran := range j.Runs {
				whole[ran.Args[0]] = time.Duration(ran.Seconds * float64(time.Second))
			}
			seed := uint64(time.Now().UnixNano())
			t.Logf("moments: seed %d", seed)
			random := rand.New(rand.NewPCG(seed, 1))
			for range b.Repeat(2, 10, 100) {
				for _, command := range [][]string{{"inventory"}, {"analyze", "--application-id", j.ID}, {"containerize", "--application-id", j.ID}} {
					for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGKILL} {
						moment := time.Duration(random.Int64N(int64(whole[command[0]]) + 1))
						killAt(t, c, command, signal, moment)
					}
				}
			}
			last := jobs[a.Name]
			last.Analyze(t, c)
			last.Containerize(t, c)
			if last.Image.Digest != j.Image.Digest {
				t.Errorf("the image after all the kills is %s, before it was %s", last.Image.Digest, j.Image.Digest)
			}
		},
	}
}

// killAt starts a2c, sends the signal at the moment, and looks at what is left.
func killAt(t *testing.T, c Command, command []string, signal syscall.Signal, moment time.Duration) {
	t.Helper()
	mounts := lines(t, "/proc/self/mountinfo")
	cmd := c.Make(t.Context(), command...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(moment)
	members := family(t, cmd.Process.Pid)
	if err := cmd.Process.Signal(signal); err != nil && !strings.Contains(err.Error(), "already finished") {
		t.Fatal(err)
	}
	_ = cmd.Wait() // the exit code tells
	code := cmd.ProcessState.ExitCode()
	if signal == syscall.SIGINT && !slices.Contains([]int{exitDone, exitNotAllSeen, exitInterrupted}, code) {
		t.Errorf("a2c %s, interrupted after %v, ended with exit code %d", command[0], moment, code)
	}
	left := living(members)
	for begin := time.Now(); len(left) > 0 && time.Since(begin) < 3*time.Second; left = living(members) {
		time.Sleep(20 * time.Millisecond)
	}
	if len(left) > 0 {
		t.Errorf("a2c %s, signal %v after %v: these processes stay: %s", command[0], signal, moment, strings.Join(left, ", "))
	}
	if diff := cmp.Diff(mounts, lines(t, "/proc/self/mountinfo")); diff != "" {
		t.Errorf("a2c %s, signal %v after %v: other mounts than before (-before +after):\n%s", command[0], signal, moment, diff)
	}
	validDocuments(t, c.Workspace)
}

// validDocuments demands that each document of the workspace is whole.
func validDocuments(t *testing.T, workspace string) {
	t.Helper()
	var inventory model.Inventory
	readJSON(t, filepath.Join(workspace, "inventory.json"), &inventory)
	for _, name := range []string{"analysis.json", "image/image.json", "deployment.json"} {
		files, err := filepath.Glob(filepath.Join(workspace, "*", name))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if info, err := os.Stat(file); err != nil || info.Size() == 0 {
				t.Errorf("%s is empty: %v", file, err)
				continue
			}
			var document map[string]any
			readJSON(t, file, &document)
		}
	}
}
