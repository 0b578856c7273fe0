package proof

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"a2c/model"
)

// KubeScore shows that kube-score finds nothing critical in any manifest, but for what the application itself needs or its platform does not have.
func KubeScore() Proof {
	return Proof{
		Name:    "kube-score",
		Needs:   []Need{Packages},
		Install: func(t *testing.T, b *Bench) { b.kubeScore(t) },
		Run: func(t *testing.T, b *Bench) {
			rendered := b.Rendered(t, b.Scratch(t, "kube-score"))
			judged := 0
			for _, r := range rendered {
				for _, target := range []string{"eks-ec2", "eks-fargate"} {
					n, critical := b.score(t, filepath.Join(r.Dir, target, "base"), excused(r, target))
					judged += n
					for _, c := range critical {
						t.Errorf("%s on %s: %s", r.Name, target, c)
					}
				}
			}
			dir := filepath.Join(named(t, rendered, "springboot").Dir, "eks-ec2", "base")
			replaceOnce(t, filepath.Join(dir, "deployment.yaml"), "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false")
			if _, critical := b.score(t, dir, usersOwn()); len(critical) != 1 {
				t.Errorf("a root that became writable: %q", critical)
			}
			t.Logf("%d checks", judged)
		},
		Budget: time.Minute,
	}
}

// usersOwn is not judged anywhere: the user is the one of the machine by number, to whom the files belong.
func usersOwn() []string { return []string{"container-security-context-user-group-id"} }

// excused are the checks that a sample cannot pass.
func excused(r Rendered, target string) []string {
	list := usersOwn()
	d := r.Deployment
	if target == "eks-fargate" {
		list = append(list, "pod-networkpolicy") // nothing enforces one there
	}
	if !d.ReadOnlyRoot {
		list = append(list, "container-security-context-readonlyrootfilesystem") // the trial of hardening says so
	}
	if d.HealthCheck.Path == "" || d.HealthCheck.Codes != "200-399" {
		list = append(list, "pod-probes-identical") // no path is proved that the kubelet takes: both connect, of which the one that restarts is patient
	}
	if slices.ContainsFunc(d.HostNeeds, func(n model.HostNeed) bool { return n.Kind == model.NeedPrivileged }) {
		list = append(list, "container-security-context-privileged") // as it was seen
	}
	return list
}

// score counts the checks that were made of a folder's manifests, and lists what is critical.
func (b *Bench) score(t *testing.T, dir string, excused []string) (judged int, critical []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	files = slices.DeleteFunc(files, func(name string) bool { return filepath.Base(name) == "kustomization.yaml" })
	var args []string
	for _, id := range excused {
		args = append(args, "--ignore-test", id)
	}
	objects, out := b.scored(t, append(args, files...)...)
	if len(objects) == 0 {
		t.Fatalf("kube-score: %s", out)
	}
	for _, o := range objects {
		for _, c := range o.Checks {
			judged++
			if c.critical() {
				critical = append(critical, o.Name+": "+c.Check.ID+strings.TrimSuffix(": "+summaries(c.Comments), ": "))
			}
		}
	}
	return judged, critical
}

// scored is what kube-score says of one object.
type scored struct {
	Name   string `json:"object_name"`
	Checks []scoreCheck
}

type scoreCheck struct {
	Check    struct{ ID string }
	Grade    int
	Skipped  bool
	Comments []struct{ Summary string }
}

// critical is scorecard.GradeCritical.
func (c scoreCheck) critical() bool { return c.Grade == 1 && !c.Skipped }

// scored has kube-score judge files; no objects, but what it printed, when it could read none.
func (b *Bench) scored(t *testing.T, args ...string) (objects []scored, out []byte) {
	t.Helper()
	out, _, err := try(t.Context(), nil, b.kubeScore(t), append([]string{"score", "--output-format", "json"}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	if json.Unmarshal(out, &objects) != nil {
		return nil, out
	}
	return objects, out
}

func summaries(comments []struct{ Summary string }) string {
	var all []string
	for _, c := range comments {
		all = append(all, c.Summary)
	}
	return strings.Join(all, "; ")
}

// kubeScore builds it from the Go module proxy, once.
func (b *Bench) kubeScore(t *testing.T) string {
	t.Helper()
	const version = "v1.20.0"
	dir := filepath.Join(b.Dir, "validators", "kube-score-"+version)
	if !present(dir, "kube-score") {
		b.tool(t, []string{"GOTOOLCHAIN=local", "GOFLAGS=-mod=mod", "CGO_ENABLED=0", "GOBIN=" + dir}, "go", "install", "github.com/zegl/kube-score/cmd/kube-score@"+version)
	}
	return filepath.Join(dir, "kube-score")
}
