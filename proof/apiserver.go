package proof

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	apps "k8s.io/api/apps/v1"

	"a2c/internal/child"
)

// APIServer shows that a real kube-apiserver takes every manifest, strictly validated, and refuses seeded faults.
func APIServer() Proof {
	return Proof{
		Name:    "kube-apiserver",
		Needs:   []Need{Packages},
		Install: func(t *testing.T, b *Bench) { b.kubernetes(t) },
		Run: func(t *testing.T, b *Bench) {
			c := b.Cluster(t)
			rendered := b.Rendered(t, b.Scratch(t, "kube-apiserver"))
			for _, r := range rendered {
				c.DryRun(t, filepath.Join(r.Dir, "eks-ec2"))
			}
			c.sameValues(t, filepath.Join(named(t, rendered, "hostile").Dir, "eks-ec2"))
			dir := filepath.Join(named(t, rendered, "tomcat").Dir, "eks-ec2")
			for _, fault := range []struct{ file, old, with, says string }{
				{"deployment.yaml", "containerPort: ", "containerPort: 7", "must be between 1 and 65535"},
				{"deployment.yaml", "seccompProfile:", "seccompProfil:", "unknown field"},
				{"service.yaml", "targetPort: ", "targetPort: -", "Invalid value"},
				{"poddisruptionbudget.yaml", "maxUnavailable: 1", "maxUnavailable: 1\n  minAvailable: 1", "cannot be both set"},
			} {
				replaceOnce(t, filepath.Join(dir, fault.file), fault.old, fault.with)
				if out, code := c.dryRun(t, dir); code == 0 || !strings.Contains(out, fault.says) {
					t.Errorf("%s: %q in place of %q: exit code %d, no %q in\n%s", fault.file, fault.with, fault.old, code, fault.says, out)
				}
				replaceOnce(t, filepath.Join(dir, fault.file), fault.with, fault.old)
			}
		},
		Budget: 2 * time.Minute,
	}
}

// Cluster is an etcd and a kube-apiserver on loopback, for the time of one test.
type Cluster struct {
	kubectl    string
	kubeconfig string
}

// Cluster starts them with data of their own; nothing schedules or runs pods.
func (b *Bench) Cluster(t *testing.T) *Cluster {
	t.Helper()
	bin, dir := b.kubernetes(t), b.Scratch(t, "cluster")
	ports := freePorts(t, 3)
	client, peer, server := ports[0], ports[1], ports[2]
	token := rand.Text()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	signing := write("sa.key", string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})))
	tokens := write("tokens.csv", token+`,admin,1,"system:masters"`+"\n")

	background(t, dir, filepath.Join(bin, "etcd"), "--data-dir", filepath.Join(dir, "etcd"), "--listen-client-urls", "http://"+client, "--advertise-client-urls", "http://"+client,
		"--listen-peer-urls", "http://"+peer, "--initial-advertise-peer-urls", "http://"+peer, "--initial-cluster", "default=http://"+peer, "--unsafe-no-fsync")
	_, port, _ := strings.Cut(server, ":")
	background(t, dir, filepath.Join(bin, "kube-apiserver"), "--etcd-servers=http://"+client, "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", "--secure-port="+port,
		"--cert-dir="+filepath.Join(dir, "certs"), "--service-account-key-file="+signing, "--service-account-signing-key-file="+signing,
		"--service-account-issuer=https://kubernetes.default.svc", "--service-cluster-ip-range=10.96.0.0/16", "--token-auth-file="+tokens,
		"--authorization-mode=RBAC", "--endpoint-reconciler-type=none", "--disable-admission-plugins=ServiceAccount")
	c := &Cluster{kubectl: filepath.Join(bin, "kubectl"), kubeconfig: write("kubeconfig", fmt.Sprintf(`apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "https://%s", insecure-skip-tls-verify: true}}]
users: [{name: u, user: {token: %s}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
`, server, token))}
	c.wait(t)
	return c
}

// wait returns once the server is ready.
func (c *Cluster) wait(t *testing.T) {
	t.Helper()
	var last string
	for begin := time.Now(); time.Since(begin) < 3*time.Minute; time.Sleep(300 * time.Millisecond) {
		out, code := c.run(t, "get", "--raw", "/readyz")
		if code == 0 {
			return
		}
		last = out
	}
	t.Fatalf("kube-apiserver is not ready after three minutes: %s", last)
}

func (c *Cluster) run(t *testing.T, args ...string) (string, int) {
	t.Helper()
	out, code, err := try(t.Context(), []string{"NO_PROXY=127.0.0.1"}, c.kubectl, append([]string{"--kubeconfig", c.kubeconfig}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	return string(out), code
}

// DryRun fails the test unless the server takes every object of the folder's kustomization. The Namespace is created first, since in a dry run
// the objects in it would find none.
func (c *Cluster) DryRun(t *testing.T, dir string) {
	t.Helper()
	if out, code := c.run(t, "apply", "--validate=strict", "-f", filepath.Join(dir, "namespace.yaml")); code != 0 {
		t.Fatalf("kubectl apply -f %s/namespace.yaml: %s", dir, out)
	}
	out, code := c.dryRun(t, dir)
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	objects := len(files) - 1 // the kustomization itself is none
	if _, err := os.Stat(filepath.Join(dir, "secrets.example.yaml")); !errors.Is(err, fs.ErrNotExist) {
		objects--
	}
	policy := filepath.Join(dir, "networkpolicy.example.yaml")
	if _, err := os.Stat(policy); !errors.Is(err, fs.ErrNotExist) {
		objects--
		if out, code := c.run(t, "apply", "--dry-run=server", "--validate=strict", "-f", policy); code != 0 || strings.Contains(out, "Warning") {
			t.Errorf("kubectl apply --dry-run=server -f %s: exit code %d\n%s", policy, code, out)
		}
	}
	if n := strings.Count(out, "(server dry run)"); code != 0 || n != objects || strings.Contains(out, "Warning") {
		t.Errorf("kubectl apply --dry-run=server --validate=strict -k %s: exit code %d, %d of %d objects\n%s", dir, code, n, objects, out)
	}
}

// sameValues holds the environment that the server understood against what was put in, with Kubernetes' own escape undone ($$ is one dollar).
func (c *Cluster) sameValues(t *testing.T, dir string) {
	t.Helper()
	out, code := c.run(t, "apply", "--dry-run=server", "--validate=strict", "-k", dir, "-o", "json")
	var list struct{ Items []apps.Deployment }
	if err := json.Unmarshal([]byte(out), &list); err != nil || code != 0 {
		t.Fatalf("exit code %d, %v: %s", code, err, out)
	}
	var got []string
	for _, d := range list.Items {
		if d.Kind == "Deployment" {
			for _, e := range d.Spec.Template.Spec.Containers[0].Env {
				if e.ValueFrom == nil {
					got = append(got, strings.ReplaceAll(e.Value, "$$", "$"))
				}
			}
		}
	}
	if diff := cmp.Diff(nasty(), got); diff != "" {
		t.Errorf("values of the environment (-want +got):\n%s", diff)
	}
}

func (c *Cluster) dryRun(t *testing.T, dir string) (string, int) {
	t.Helper()
	return c.run(t, "apply", "--dry-run=server", "--validate=strict", "-k", dir)
}

// background runs a server until the test ends, its output in a file beside; it dies with this process.
func background(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	output, err := os.Create(filepath.Join(dir, filepath.Base(name)+".log"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdout, cmd.Stderr = output, output
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 20 * time.Second
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := child.Run(cmd); err != nil && ctx.Err() == nil { // it was not told to stop
			t.Errorf("%s ended by itself: %v; its output is in %s", name, err, output.Name())
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
		output.Close()
	})
}

// freePorts returns loopback addresses that nobody listens on at this moment.
func freePorts(t *testing.T, n int) []string {
	t.Helper()
	var addresses []string
	for range n {
		l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		addresses = append(addresses, l.Addr().String())
	}
	return addresses
}
