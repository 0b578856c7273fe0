package proof

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"a2c/model"
	"a2c/proof/apps"
)

// Sandbox proves the four applications without an engine, and that nothing of it stays on the host: after the verdict, after an interruption and after kill -9.
func Sandbox() Proof {
	return Proof{
		Name: "sandbox", Needs: []Need{Root, AMD64, Packages}, Budget: 30 * time.Minute,
		Install: InstallApps(apps.All()...),
		Run: func(t *testing.T, b *Bench) {
			list := apps.All()
			site := b.Start(t, list...)
			c := b.Command(b.Scratch(t, "sandbox"), noEngine)
			jobs, _ := b.Inventory(t, c, site, list)
			for _, a := range list {
				t.Run(a.Name, func(t *testing.T) {
					j := jobs[a.Name]
					j.Analyze(t, c)
					j.Containerize(t, c)
					before := sandboxPicture(t)
					for range b.Repeat(1, 10, 10) { // a good image is never called different
						proveSandbox(t, c, site, &j, a)
					}
					sandboxGone(t, c, before)
				})
			}
			for _, a := range list {
				t.Run("looking/"+a.Name, func(t *testing.T) { lookupCost(t, c, jobs[a.Name].ID, site.VerifyArgs(a), b.Repeat(1, 5, 15)) })
			}
			id := jobs[list[0].Name].ID
			for _, signal := range []unix.Signal{unix.SIGINT, unix.SIGKILL} {
				t.Run(signal.String(), func(t *testing.T) { endSandbox(t, c, id, signal) })
			}
			t.Run("restarted", func(t *testing.T) { restartSandbox(t, c, site, jobs[list[0].Name]) })
		},
	}
}

func proveSandbox(t *testing.T, c Command, site *apps.Site, j *Job, a apps.App) {
	t.Helper()
	j.Verify(t, c, site)
	v := j.Verification
	if !v.Verified || v.Runtime != "sandbox" || len(v.Comparisons) < len(a.Asks) {
		t.Errorf("verified %v by %s, %d comparisons: %s", v.Verified, v.Runtime, len(v.Comparisons), v.Why)
	}
	t.Logf("it looked in vain for %d files that the machine has, of which %d belong to the image: %v", len(v.MissingFiles), len(v.Lacking()), v.Lacking())
	t.Logf("ready after %.1f s, %d MiB at its peak, %d idle", v.ReadySeconds, v.PeakBytes>>20, v.IdleBytes>>20)
	strict(t, v)
}

// strict demands that an application that runs as a user of its own, and writes nowhere but where image.json says, bears the strictest set, and ends when it is asked to. With which
// exit code is its own matter: azmcp takes 1.
func strict(t *testing.T, v model.Verification) {
	t.Helper()
	h, s := v.Hardening, v.Stop
	if h == nil || s == nil {
		t.Fatalf("hardening %v, stop %v", h, s)
	}
	t.Logf("%s, not root %v, in memory %v; %s", h, h.NonRoot, h.Writable, s)
	if !h.ReadOnlyRoot || !h.NoNewPrivileges || !h.NonRoot || len(h.Capabilities)+len(h.Failed) > 0 || s.Killed || v.IdleBytes <= 0 {
		t.Errorf("hardening %+v, stop %+v, %d bytes when idle", h, s, v.IdleBytes)
	}
}

// sandboxPicture is what a sandbox could leave on the host: mounts, settings of the kernel, groups and the firewall.
func sandboxPicture(t *testing.T) picture {
	t.Helper()
	p := picture{}
	p.mounts(t)
	p.sysctls(t)
	p.firewall(t)
	p.cgroups(t)
	return p
}

func sandboxGone(t *testing.T, c Command, before picture) {
	t.Helper()
	for _, d := range differences(before, sandboxPicture(t)) {
		if strings.Contains(d, "a2c-verify") && !strings.HasPrefix(d, "gone") && !ofLiving(d) || strings.Contains(d, "mount") {
			t.Errorf("the host is not what it was: %s", d)
		}
	}
	if left, err := filepath.Glob(filepath.Join(c.Workspace, "*/verify.tmp-*")); err != nil || len(left) > 0 {
		t.Errorf("left in the workspace: %v %v", left, err)
	}
}

// ofLiving reports what belongs to another verify that runs on the machine, by the number in the name of its control group.
func ofLiving(difference string) bool {
	_, rest, _ := strings.Cut(difference, "a2c-verify-")
	pid, _, _ := strings.Cut(rest, "-")
	_, err := os.Stat("/proc/" + pid)
	return pid != "" && err == nil
}

// endSandbox ends a2c while its twin runs, looks at the twin from outside before, and waits until all of it is gone.
func endSandbox(t *testing.T, c Command, id string, signal unix.Signal) {
	before := sandboxPicture(t)
	cmd := c.Make(t.Context(), "verify", "--application-id", id)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	twin := waitTwin(t, cmd)
	likeContainer(t, twin)
	if err := cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // a signal ended it
	for begin := time.Now(); time.Since(begin) < 10*time.Second; time.Sleep(100 * time.Millisecond) {
		_, gone := os.Stat(fmt.Sprintf("/proc/%d", twin))
		left, err := filepath.Glob(filepath.Join(c.Workspace, "*/verify.tmp-*"))
		if err == nil && gone != nil && len(left) == 0 {
			break
		}
	}
	if _, err := os.Stat(fmt.Sprintf("/proc/%d", twin)); err == nil {
		t.Errorf("process %d of the twin stays", twin)
	}
	sandboxGone(t, c, before)
}

// restartSandbox restarts the live application while its image runs: the comparison is started over, once.
func restartSandbox(t *testing.T, c Command, site *apps.Site, j Job) {
	t.Helper()
	cmd := c.Make(t.Context(), append([]string{"verify", "--application-id", j.ID}, site.VerifyArgs(j.App)...)...)
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitTwin(t, cmd)
	if err := site.Restart(t.Context(), []apps.App{j.App}); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v\n%s", err, said.String())
	}
	readJSON(t, filepath.Join(c.Workspace, j.ID, "verify.json"), &j.Verification)
	if v := j.Verification; !v.Verified || !strings.Contains(strings.Join(v.Notes, "\n"), "was restarted while it was compared") {
		t.Errorf("%s: %s\n%s", v.Verdict, v.Why, strings.Join(v.Notes, "\n"))
	}
}

// waitTwin returns the child of a2c that is process 1 of another namespace, once it is the application's program.
func waitTwin(t *testing.T, cmd *exec.Cmd) int {
	t.Helper()
	for begin := time.Now(); time.Since(begin) < time.Minute; time.Sleep(50 * time.Millisecond) {
		tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", cmd.Process.Pid))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range tasks {
			text, _ := os.ReadFile(file) // the thread may have ended
			for word := range strings.FieldsSeq(string(text)) {
				pid, err := strconv.Atoi(word)
				if err == nil && statusField(pid, "NSpid") == word+" 1" && statusField(pid, "Uid") != "0 0 0 0" {
					return pid
				}
			}
		}
	}
	_ = cmd.Process.Kill()
	t.Fatal("verify started no twin")
	return 0
}

func statusField(pid int, name string) string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid)) // it may have ended
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.Join(strings.Fields(value), " ")
		}
	}
	return ""
}

// likeContainer holds the twin against a container of Docker from which everything was taken that can be: that is tried first.
func likeContainer(t *testing.T, pid int) {
	t.Helper()
	for name, want := range map[string]string{
		"CapBnd": "0000000000000000", "CapEff": "0000000000000000", "CapInh": "0000000000000000", "CapAmb": "0000000000000000", "NoNewPrivs": "1", "Seccomp": "2",
	} {
		if got := statusField(pid, name); got != want {
			t.Errorf("%s of the twin is %q, of a container %q", name, got, want)
		}
	}
	var same []string
	for _, kind := range []string{"mnt", "pid", "net", "ipc", "uts", "cgroup"} {
		own, err1 := os.Readlink("/proc/self/ns/" + kind)
		theirs, err2 := os.Readlink(fmt.Sprintf("/proc/%d/ns/%s", pid, kind))
		if err1 != nil || err2 != nil || own == theirs {
			same = append(same, kind)
		}
	}
	if len(same) > 0 {
		t.Errorf("the twin shares these namespaces with the host: %v", same)
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/mountinfo", pid))
	if err != nil {
		t.Fatal(err)
	}
	options := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) > 5 {
			options[f[4]] = f[5]
		}
	}
	for point, want := range map[string][]string{
		"/": {"ro", "nodev"}, "/proc": {"nosuid", "nodev", "noexec"}, "/proc/sys": {"ro"}, "/sys": {"ro", "nosuid", "nodev", "noexec"}, "/dev": {"nosuid"},
		"/dev/pts": {"nosuid", "noexec"}, "/dev/shm": {"nosuid", "nodev", "noexec"}, "/dev/mqueue": {"nosuid", "nodev", "noexec"}, "/sys/fs/cgroup": {"ro"}, "/sys/firmware": {"ro"},
	} {
		for _, o := range want {
			if !slices.Contains(strings.Split(options[point], ","), o) {
				t.Errorf("%s of the twin has the options %q, without %s", point, options[point], o)
			}
		}
	}
}

// lookupCost compares how long the image takes to start while a2c hears of all that it looks up with how long it takes otherwise.
func lookupCost(t *testing.T, c Command, id string, args []string, times int) {
	took := map[bool][]float64{}
	for range times {
		for _, with := range []bool{false, true} {
			c.Run(t, nil, append([]string{"verify", "--application-id", id, "--missing-files=" + strconv.FormatBool(with)}, args...)...)
			var v model.Verification
			readJSON(t, filepath.Join(c.Workspace, id, "verify.json"), &v)
			took[with] = append(took[with], v.ReadySeconds)
		}
	}
	for _, list := range took {
		slices.Sort(list)
	}
	without, with := took[false][times/2], took[true][times/2]
	t.Logf("ready after %.2f s, heard of its look-ups after %.2f s (medians of %d): %+.0f %%", without, with, times, 100*(with/without-1))
	if with > 1.5*without+1 {
		t.Error("hearing of look-ups slows the start down")
	}
}
