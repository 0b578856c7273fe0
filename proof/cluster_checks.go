package proof

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// pods are those of the application that are not on their way out.
func (d *deployed) pods(t *testing.T) (list []pod) {
	t.Helper()
	var all struct {
		Items []struct {
			Metadata struct {
				Name, UID         string
				DeletionTimestamp string
			}
			Status struct {
				ContainerStatuses []struct{ ContainerID string }
			}
		}
	}
	out := d.kubectl(t, "-n", d.namespace, "get", "pods", "-l", "app.kubernetes.io/name="+d.name, "-o", "json")
	if err := json.Unmarshal([]byte(out), &all); err != nil {
		t.Fatal(err)
	}
	for _, p := range all.Items {
		if p.Metadata.DeletionTimestamp == "" && len(p.Status.ContainerStatuses) == 1 {
			list = append(list, pod{p.Metadata.Name, p.Metadata.UID, strings.TrimPrefix(p.Status.ContainerStatuses[0].ContainerID, "containerd://")})
		}
	}
	if len(list) != d.replicas {
		t.Errorf("%d pods, want %d: %s", len(list), d.replicas, out)
	}
	return list
}

type pod struct{ name, uid, container string }

// restricted looks at the processes themselves: user, capabilities, privileges, system calls and root file system as the files say.
func (d *deployed) restricted(t *testing.T) {
	t.Helper()
	count := 0
	for _, p := range d.pods(t) {
		for _, pid := range p.processes(t) {
			count++
			d.process(t, p.name, pid)
		}
	}
	if count < d.replicas {
		t.Errorf("%d processes in %d pods", count, d.replicas)
	}
	fmt.Fprintf(d.b.Log, "%s: %d processes in %d pods, user %d, root read-only: %v\n", d.job.App.Name, count, d.replicas, d.deployment.User.UID, d.deployment.ReadOnlyRoot)
}

// process looks at one.
func (d *deployed) process(t *testing.T, name, pid string) {
	t.Helper()
	status, err1 := os.ReadFile(filepath.Join("/proc", pid, "status"))
	mounts, err2 := os.ReadFile(filepath.Join("/proc", pid, "mountinfo"))
	if err1 != nil || err2 != nil {
		t.Errorf("%v %v", err1, err2)
		return
	}
	want := map[string]string{
		"Uid": fmt.Sprintf("%[1]d\t%[1]d\t%[1]d\t%[1]d", d.deployment.User.UID), "Gid": fmt.Sprintf("%[1]d\t%[1]d\t%[1]d\t%[1]d", d.deployment.User.GID),
		"CapEff": "0000000000000000", "CapPrm": "0000000000000000", "CapBnd": "0000000000000000", "NoNewPrivs": "1", "Seccomp": "2",
	}
	for field, value := range want {
		got := regexp.MustCompile(`(?m)^` + field + `:\t(.*)$`).FindSubmatch(status)
		if got == nil || string(got[1]) != value {
			t.Errorf("process %s of %s: %s is %q, want %q", pid, name, field, got, value)
		}
	}
	root := regexp.MustCompile(`(?m)^\d+ \d+ \S+ \S+ / (\S+) `).FindSubmatch(mounts)
	if readOnly := root != nil && strings.HasPrefix(string(root[1]), "ro,"); readOnly != d.deployment.ReadOnlyRoot || d.deployment.User.UID == 0 {
		t.Errorf("process %s of %s: root mounted %q, read-only wanted: %v", pid, name, root, d.deployment.ReadOnlyRoot)
	}
}

// processes are those of the container, by their numbers outside.
func (p pod) processes(t *testing.T) (pids []string) {
	t.Helper()
	err := filepath.WalkDir("/sys/fs/cgroup", func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.IsDir() || e.Name() != p.container || !strings.Contains(path, p.uid) || len(pids) > 0 {
			return nil //nolint:nilerr // groups come and go
		}
		text, err := os.ReadFile(filepath.Join(path, "cgroup.procs"))
		pids = strings.Fields(string(text))
		return err
	})
	if err != nil {
		t.Error(err)
	}
	return pids
}

// watched is what somebody saw who asked without a pause.
type watched struct {
	requests, failed int
	first            string // of the failures
	away             time.Duration
}

// whileAsked asks the Service for the first page again and again while something is done.
func (d *deployed) whileAsked(t *testing.T, do func()) watched {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan watched)
	want, err := d.site.Ask(ctx, d.job.App, d.job.App.Asks[0])
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		var a watched
		client := d.client()
		good := time.Now()
		for ctx.Err() == nil {
			got, err := d.site.AskAt(ctx, client, d.job.App, d.job.App.Asks[0])
			if ctx.Err() != nil {
				break
			}
			a.requests++
			if err == nil && bytes.Equal(got, want) {
				a.away = max(a.away, time.Since(good))
				good = time.Now()
			} else if a.failed++; a.first == "" {
				a.first = fmt.Sprintf("%v: %s", err, head(got))
			}
			time.Sleep(10 * time.Millisecond)
		}
		done <- a
	}()
	do()
	time.Sleep(time.Second)
	stop()
	return <-done
}

// restarted does what a new image does: one pod after the other is replaced, and nobody notices, where there may be several.
func (d *deployed) restarted(t *testing.T) {
	t.Helper()
	old := d.pods(t)
	a := d.whileAsked(t, func() {
		d.kubectl(t, "-n", d.namespace, "rollout", "restart", d.kind+"/"+d.name)
		if out, code := d.cluster.run(t, "-n", d.namespace, "rollout", "status", d.kind+"/"+d.name, "--timeout=300s"); code != 0 {
			t.Errorf("%s\n%s", out, d.told(t))
		}
		for _, p := range old { // until the last one has ended
			d.cluster.run(t, "-n", d.namespace, "wait", "--for=delete", "pod/"+p.name, "--timeout=90s")
		}
	})
	fmt.Fprintf(d.b.Log, "%s: restarted: %d of %d requests failed, without an answer for at most %.1f s\n", d.job.App.Name, a.failed, a.requests, a.away.Seconds())
	if d.replicas > 1 && a.failed > 0 || a.requests < 50 {
		t.Errorf("restart: %d of %d requests failed: %s", a.failed, a.requests, a.first)
	}
}

// evicted asks to drain every pod at once, as a drain of all nodes would: the budget lets one go.
func (d *deployed) evicted(t *testing.T) {
	t.Helper()
	d.kubectl(t, "-n", d.namespace, "wait", "--for=jsonpath={.status.disruptionsAllowed}=1", "pdb/"+d.name, "--timeout=60s")
	allowed, refused := 0, 0
	a := d.whileAsked(t, func() {
		for _, p := range d.pods(t) {
			file := filepath.Join(t.TempDir(), "eviction.json")
			text := fmt.Sprintf(`{"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": %q, "namespace": %q}}`, p.name, d.namespace)
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			out, code := d.cluster.run(t, "create", "--raw", "/api/v1/namespaces/"+d.namespace+"/pods/"+p.name+"/eviction", "-f", file)
			switch {
			case code == 0:
				allowed++
			case strings.Contains(out, "would violate the pod's disruption budget"):
				refused++
			default:
				t.Errorf("eviction of %s: %s", p.name, out)
			}
		}
		if out, code := d.cluster.run(t, "-n", d.namespace, "rollout", "status", d.kind+"/"+d.name, "--timeout=300s"); code != 0 {
			t.Errorf("%s\n%s", out, d.told(t))
		}
	})
	if allowed != 1 || refused != d.replicas-1 || d.replicas > 1 && a.failed > 0 {
		t.Errorf("%d evictions allowed, %d refused, of %d pods; %d of %d requests failed: %s", allowed, refused, d.replicas, a.failed, a.requests, a.first)
	}
	fmt.Fprintf(d.b.Log, "%s: evicted: %d allowed, %d refused by the budget; %d of %d requests failed\n", d.job.App.Name, allowed, refused, a.failed, a.requests)
}
