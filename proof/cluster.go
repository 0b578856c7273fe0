package proof

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"a2c/model"
	"a2c/proof/apps"
)

// RealCluster applies the files for EKS on a real cluster of one machine: its pods become ready, the Service answers as the live application does, a restart
// fails no request, the disruption budget is kept, and the processes are restricted as generated.
func RealCluster() Proof {
	return Proof{
		Name: "cluster", Needs: []Need{Root, AMD64, Packages, Minutes}, Budget: 12 * time.Minute,
		Install: func(t *testing.T, b *Bench) {
			InstallApps(clusterApps()...)(t, b)
			if err := apps.Ensure(t.Context(), b.Log, apps.ClusterTools()); err != nil {
				t.Fatal(err)
			}
			b.GoInstall(t, distributionRegistry)
			b.kubernetesNode(t)
		},
		Run: func(t *testing.T, b *Bench) {
			list := clusterApps()
			chosen := b.Choose("cluster", []string{list[0].Name, list[1].Name, list[2].Name}, 1)
			list = slices.DeleteFunc(list, func(a apps.App) bool { return !slices.Contains(chosen, a.Name) })
			site, c := b.Start(t, list...), b.Command(b.Scratch(t, "cluster-workspace"), noEngine)
			jobs, _ := b.Inventory(t, c, site, list)
			n := b.node(t)
			for _, a := range list {
				t.Run(a.Name, func(t *testing.T) {
					j := jobs[a.Name]
					j.Analyze(t, c)
					j.Containerize(t, c)
					j.Verify(t, c, site, "--timeout", "5m") // beside a cluster
					j.Generate(t, c)
					d := n.apply(t, c, site, j)
					d.same(t)
					d.restricted(t)
					d.deleted(t)
					j.copies(t, c)
					d = n.apply(t, c, site, j)
					d.same(t)
					d.restricted(t)
					d.restarted(t)
					d.evicted(t)
					d.deleted(t)
				})
			}
		},
	}
}

func clusterApps() []apps.App { return []apps.App{apps.Shop(), apps.Orders(), apps.Portal()} }

// deployed is an application on the cluster.
type deployed struct {
	*node
	site                           *apps.Site
	job                            Job
	deployment                     model.Deployment
	dir                            string // the target's files
	kind, namespace, name, address string // address: of its Service
	replicas                       int
	beside                         []string // what waits for something of AWS
}

// apply pushes the image, makes the namespace and the secrets by the lines of README.md, and applies the overlay of production.
func (n *node) apply(t *testing.T, c Command, site *apps.Site, j Job) *deployed {
	t.Helper()
	d := &deployed{node: n, site: site, job: j, dir: filepath.Join(c.Workspace, j.ID, "eks-ec2")}
	readJSON(t, filepath.Join(c.Workspace, j.ID, "deployment.json"), &d.deployment)
	repository := strings.ToLower(d.deployment.Image.Repository)
	n.enter(t, "skopeo", "copy", "--insecure-policy", "--preserve-digests", "--dest-tls-verify=false", "oci:"+filepath.Join(c.Workspace, j.ID, "image", "oci"), "docker://127.0.0.1:5000/"+repository+":proof")
	n.kubectl(t, "apply", "-f", filepath.Join(d.dir, "base", "namespace.yaml"))
	d.secrets(t)
	n.kubectl(t, "apply", "--server-side", "-k", filepath.Join(d.dir, "overlays", "prod"))
	d.find(t)
	begin := time.Now()
	d.answersSlowly(t, "-n", d.namespace, "wait", fmt.Sprintf("--for=jsonpath={.spec.replicas}=%d", d.replicas), d.kind+"/"+d.name, "--timeout=60s") // an autoscaler may have to
	if out, code := n.cluster.run(t, "-n", d.namespace, "rollout", "status", d.kind+"/"+d.name, "--timeout=240s"); code != 0 {
		t.Fatalf("%s\n%s", out, d.told(t))
	}
	fmt.Fprintf(n.b.Log, "%s: %s of %d, ready after %.1f s; no part in it have, for want of AWS: %s\n", j.App.Name, d.kind, d.replicas, time.Since(begin).Seconds(), strings.Join(d.beside, ", "))
	return d
}

// secrets runs the line of README.md that makes them, with the values of the live application in the place of its FILEs.
func (d *deployed) secrets(t *testing.T) {
	t.Helper()
	readme, err := os.ReadFile(filepath.Join(d.dir, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(readme, []byte("kubectl -n "))
	line, _, _ := strings.Cut(string(readme[at:]), "\n")
	if !strings.Contains(line, " create secret generic ") {
		return
	}
	values := environment(t, d.site.PID(d.job.App))
	for _, s := range d.job.Image.Needs.Secrets {
		if s.Place.Kind == "file" {
			values[s.Name] = assigned(t, s.Place)
		}
	}
	folder := t.TempDir()
	args := strings.Fields(line)[1:]
	for i, arg := range args {
		name, found := strings.CutPrefix(arg, "--from-file=")
		if !found {
			continue
		}
		name = strings.TrimSuffix(name, "=FILE")
		file := filepath.Join(folder, name)
		if err := os.WriteFile(file, []byte(values[name]), 0o600); err != nil || values[name] == "" {
			t.Fatalf("no value of %s (%v)", name, err)
		}
		args[i] = "--from-file=" + name + "=" + file
	}
	d.kubectl(t, args...)
}

// find takes from the server what was applied.
func (d *deployed) find(t *testing.T) {
	t.Helper()
	out, code := d.cluster.run(t, "get", "deployments,statefulsets,services,ingresses,networkpolicies,horizontalpodautoscalers,serviceaccounts", "-A", "-l", "app.kubernetes.io/name", "-o", "json")
	var all struct {
		Items []struct {
			Kind     string
			Metadata struct{ Name, Namespace string }
			Spec     struct {
				Replicas, MinReplicas int
				ClusterIP             string
				Ports                 []struct{ Port int }
			}
		}
	}
	if err := json.Unmarshal([]byte(out), &all); err != nil || code != 0 {
		t.Fatalf("exit code %d, %v: %s", code, err, out)
	}
	atLeast := 0
	for _, o := range all.Items {
		switch {
		case o.Kind == "Deployment" || o.Kind == "StatefulSet":
			d.kind, d.namespace, d.name, d.replicas = strings.ToLower(o.Kind), o.Metadata.Namespace, o.Metadata.Name, o.Spec.Replicas
		case o.Kind == "Service" && o.Spec.ClusterIP != "None":
			d.address = fmt.Sprintf("%s:%d", o.Spec.ClusterIP, o.Spec.Ports[0].Port)
		case o.Kind == "Ingress":
			d.beside = append(d.beside, "Ingress (AWS Load Balancer Controller)")
		case o.Kind == "NetworkPolicy":
			d.beside = append(d.beside, "NetworkPolicy (network plugin of AWS)")
		case o.Kind == "HorizontalPodAutoscaler":
			d.beside, atLeast = append(d.beside, "HorizontalPodAutoscaler (metrics-server)"), o.Spec.MinReplicas
		}
	}
	d.replicas = max(d.replicas, atLeast)
	if len(d.deployment.Volumes) > 0 {
		d.beside = append(d.beside, "StorageClass (EBS CSI driver; folders of this machine in its place)")
	}
	if d.name == "" || d.address == "" {
		t.Fatalf("no workload or no Service: %s", out)
	}
}

// told is what explains why pods do not become ready.
func (d *deployed) told(t *testing.T) string {
	var all strings.Builder
	for _, args := range [][]string{{"get", "pods", "-o", "wide"}, {"describe", "pods"}, {"logs", "-l", "app.kubernetes.io/name", "--tail=60"}} {
		out, _ := d.cluster.run(t, append([]string{"-n", d.namespace}, args...)...)
		all.WriteString(out)
	}
	return all.String()
}

// copies edits deployment.json as somebody does whose data have moved off the machine: two copies, with the folders of the data in memory.
func (j *Job) copies(t *testing.T, c Command) {
	t.Helper()
	file := filepath.Join(c.Workspace, j.ID, "deployment.json")
	var d model.Deployment
	readJSON(t, file, &d)
	for _, v := range d.Volumes {
		d.Writable = append(d.Writable, v.Path)
	}
	d.Volumes, d.SingleCopy, d.EKSParameters.Replicas = []model.Mount{}, false, 2
	text, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(text, '\n'), 0o600); err != nil {
		t.Fatal(err)
	}
	j.Runs = append(j.Runs, c.Run(t, nil, "generate", "app-deployment", "--application-id", j.ID, "--target", "eks-ec2"))
}

// same holds the Service against the live application, by every request that means something.
func (d *deployed) same(t *testing.T) {
	t.Helper()
	client := d.client()
	for _, k := range d.job.App.Asks {
		live, err := d.site.Ask(t.Context(), d.job.App, k)
		if err != nil {
			t.Fatal(err)
		}
		pod, err := d.site.AskAt(t.Context(), client, d.job.App, k)
		for begin := time.Now(); err != nil && time.Since(begin) < 10*time.Second; pod, err = d.site.AskAt(t.Context(), client, d.job.App, k) {
			time.Sleep(100 * time.Millisecond) // until kube-proxy knows that the pods are ready
		}
		if err != nil {
			t.Errorf("%s: %v\n%s", k.Path, err, d.told(t))
			continue
		}
		if diff := cmp.Diff(string(live), string(pod)); diff != "" {
			t.Errorf("%s answers otherwise (-live +Service):\n%s", k.Path+k.File, diff)
		}
	}
	fmt.Fprintf(d.b.Log, "%s: %d requests answered by the Service as by the live application\n", d.job.App.Name, len(d.job.App.Asks))
}

// deleted follows README.md, and waits until the namespace has gone.
func (d *deployed) deleted(t *testing.T) {
	t.Helper()
	d.kubectl(t, "delete", "--wait", "--timeout=120s", "-k", filepath.Join(d.dir, "overlays", "prod"))
	if out, code := d.cluster.run(t, "get", "namespace", d.namespace); code == 0 {
		t.Errorf("the namespace is still there:\n%s", out)
	}
}
