package proof

import (
	"slices"
	"strings"
	"testing"
	"time"

	"a2c/model"
	"a2c/proof/apps"
)

// Trials proves what verify finds out about images beside their answers, in both runtimes: the strictest set of restrictions under which all stays equal, with the folders
// that must be writable and the capability that is needed; how they end when they are asked to; and the smallest task size.
func Trials() Proof {
	return Proof{
		Name: "trials", Needs: []Need{Root, AMD64, Packages}, Budget: 12 * time.Minute,
		Install: InstallApps(apps.Shop()),
		Run: func(t *testing.T, b *Bench) {
			program := buildTwin(t, b)
			for _, runtime := range []string{"sandbox", "docker"} {
				host := ""
				if runtime == "docker" {
					host = b.Engine(t)
				}
				for _, c := range trialCases() {
					t.Run(runtime+"/"+c.name, func(t *testing.T) {
						d := &dockerProof{host: host, program: program, root: c.root, records: c.records, empty: c.empty}
						s := d.subject(t, c.image)
						s.options.RuntimeName, s.options.StopGrace = runtime, 2*time.Second
						v := s.verify(t)
						c.hold(t, v)
					})
				}
			}
			t.Run("size", func(t *testing.T) { trySizes(t, b) })
		},
	}
}

// trialCase is an image, and what verify must find of it.
type trialCase struct {
	name    string
	image   map[string]string // variables
	root    bool
	records map[string]string
	empty   []string
	// found
	set    string
	failed int
	stop   model.Stop
	note   string
}

func trialCases() []trialCase {
	const strictest = "read-only root, no capabilities, no new privileges"
	asked := func(code int) model.Stop { return model.Stop{ExitCode: code, Clean: code != 1} }
	return []trialCase{
		{name: "ends-with-143", image: map[string]string{"ON_TERM": "143"}, set: strictest, stop: asked(143)},
		{name: "ends-with-0", image: map[string]string{"ON_TERM": "0"}, set: strictest, stop: asked(0)},
		{name: "ends-with-1", image: map[string]string{"ON_TERM": "1"}, set: strictest, stop: asked(1)},
		{name: "ignores-sigterm", image: map[string]string{"ON_TERM": "ignore"}, set: strictest, stop: model.Stop{Killed: true}, note: "does not end on SIGTERM within 2s"},
		{
			name: "writes-to-its-folder", image: map[string]string{"ON_TERM": "0", "WRITE": "/work/file"}, stop: asked(0),
			set: "read-only root with /work in memory, no capabilities, no new privileges", failed: 1,
		},
		{
			name: "makes-a-folder", image: map[string]string{"ON_TERM": "0", "WRITE": "/work/cache/a/file"}, empty: []string{"work/program.jar"}, stop: asked(0),
			set: "read-only root with /work/cache in memory, no capabilities, no new privileges", failed: 1,
		},
		{
			name: "writes-beside-its-program", image: map[string]string{"ON_TERM": "0", "WRITE": "/work/file"}, empty: []string{"work/program.jar"}, stop: asked(0),
			set: "writable root, no capabilities, no new privileges", failed: 1, note: "it writes /work/file, where nothing can be mounted, since the image has /work/program.jar there",
		},
		{
			name: "capability-of-a-file", image: map[string]string{"ON_TERM": "0"}, stop: asked(0), failed: 2,
			// cap_net_bind_service=ep: struct vfs_cap_data of version 2 (linux/capability.h)
			records: map[string]string{"SCHILY.xattr.security.capability": "\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"},
			set:     "read-only root, no capabilities but NET_BIND_SERVICE, no new privileges",
		},
		{
			name: "root-that-gives-away", image: map[string]string{"ON_TERM": "0", "WRITE": "/tmp/file", "CHOWN": "yes"}, root: true, stop: asked(0), failed: 2,
			set: "read-only root, no capabilities but CHOWN, no new privileges", note: "it runs as root",
		},
	}
}

// hold compares what was found with what there is to find.
func (c trialCase) hold(t *testing.T, v model.Verification) {
	t.Helper()
	if !v.Verified || v.Hardening == nil || v.Stop == nil {
		t.Fatal(show(v))
	}
	t.Logf("%s; %s", v.Hardening, v.Stop)
	for _, f := range v.Hardening.Failed {
		t.Logf("not with %s: %s", f.Set, f.Why)
	}
	if v.Hardening.String() != c.set || len(v.Hardening.Failed) != c.failed || v.Hardening.NonRoot == c.root {
		t.Errorf("want %s, with %d that fail: %s", c.set, c.failed, show(v))
	}
	if s := v.Stop; s.ExitCode != c.stop.ExitCode && !s.Killed || s.Clean != c.stop.Clean || s.Killed != c.stop.Killed || s.Seconds < 0.3 || s.Seconds > 2.5 {
		t.Errorf("want %+v: %+v", c.stop, *s)
	}
	if c.note != "" && !slices.ContainsFunc(v.Notes, func(n string) bool { return strings.Contains(n, c.note) }) {
		t.Errorf("no note says %q: %q", c.note, v.Notes)
	}
}

// trySizes finds the size of a Tomcat, which then stands in deployment.json.
func trySizes(t *testing.T, b *Bench) {
	site, c, j := b.imageOf(t, "trials", apps.Shop())
	j.Verify(t, c, site, "--size", "auto")
	s := j.Verification.Sizing
	if s == nil || len(s.Trials) == 0 {
		t.Fatalf("no size was tried: %s", show(j.Verification))
	}
	t.Logf("at least %d MiB, ready within %.0f s, answers within %.1f ms (live %.1f ms)", s.LeastMiB, s.GraceSeconds, s.LimitMillis, s.LiveMillis)
	for _, trial := range s.Trials {
		t.Logf("%s, warm after %.1f s", trial, trial.WarmSeconds)
	}
	if s.CPU == 0 {
		t.Fatalf("no size does: %s", s.Why)
	}
	j.Generate(t, c)
	var d model.Deployment
	readJSON(t, c.Workspace+"/"+j.ID+"/deployment.json", &d)
	why := d.Reasons["ecsParameters.memory"]
	t.Logf("deployment.json: %g vCPU, %d MiB: %s", d.ECSParameters.CPU, d.ECSParameters.Memory, why)
	for _, key := range []string{"healthCheck.startSeconds", "stopSeconds", "readOnlyRootFilesystem", "dropCapabilities", "allowPrivilegeEscalation"} {
		t.Logf("%s: %s", key, d.Reasons[key])
	}
	if d.ECSParameters.CPU < s.CPU || d.ECSParameters.Memory < s.Memory || !strings.Contains(why, "--size auto") {
		t.Errorf("%g vCPU with %d MiB was found", s.CPU, s.Memory)
	}
}
