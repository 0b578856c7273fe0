package proof

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	core "k8s.io/api/core/v1"

	"a2c/internal/child"
	"a2c/model"
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
				for _, target := range []string{"eks-ec2", "eks-fargate"} {
					c.DryRun(t, filepath.Join(r.Dir, target))
					c.asPutIn(t, r, target)
				}
			}
			together := b.RenderedTogether(t, rendered, b.Scratch(t, "kube-apiserver-together"))
			c.DryRun(t, filepath.Join(together, "eks-ec2"))
			c.DryRun(t, filepath.Join(together, "eks-fargate"))
			b.secretWays(t, c)
			b.sidecar(t, c, named(t, rendered, "tomcat"), named(t, rendered, "agent"))
			dir := filepath.Join(named(t, rendered, "tomcat").Dir, "eks-ec2", "base")
			for _, fault := range []struct{ file, old, with, says string }{
				{"statefulset.yaml", "containerPort: ", "containerPort: 7", "must be between 1 and 65535"},
				{"statefulset.yaml", "seccompProfile:", "seccompProfil:", "unknown field"},
				{"statefulset.yaml", "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true", "would violate PodSecurity \"restricted"},
				{"service.yaml", "targetPort: ", "targetPort: -", "Invalid value"},
				{"poddisruptionbudget.yaml", "maxUnavailable: 1", "maxUnavailable: 1\n  minAvailable: 1", "cannot be both set"},
			} {
				replaceOnce(t, filepath.Join(dir, fault.file), fault.old, fault.with)
				if out, code := c.dryRun(t, dir); code == 0 && !strings.Contains(out, "Warning") || !strings.Contains(out, fault.says) {
					t.Errorf("%s: %q in place of %q: exit code %d, no %q in\n%s", fault.file, fault.with, fault.old, code, fault.says, out)
				}
				replaceOnce(t, filepath.Join(dir, fault.file), fault.with, fault.old)
			}
		},
		Budget: 3 * time.Minute,
	}
}

// Cluster is an etcd and a kube-apiserver on loopback, for the time of one test.
type Cluster struct {
	kubectl    []string // the program, and what enters the namespaces that it is in
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
		"--authorization-mode=RBAC", "--endpoint-reconciler-type=none", "--disable-admission-plugins=ServiceAccount", "--allow-privileged=true")
	c := &Cluster{kubectl: []string{filepath.Join(bin, "kubectl")}, kubeconfig: write("kubeconfig", fmt.Sprintf(`apiVersion: v1
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
	argv := slices.Concat(c.kubectl, []string{"--kubeconfig", c.kubeconfig}, args)
	out, code, err := try(t.Context(), []string{"NO_PROXY=127.0.0.1"}, argv[0], argv[1:]...)
	if err != nil {
		t.Fatal(err)
	}
	return string(out), code
}

// DryRun fails the test unless the server takes every object of a target's kustomizations, each stage of them.
func (c *Cluster) DryRun(t *testing.T, dir string) {
	t.Helper()
	for _, stage := range []string{"base", "overlays/dev", "overlays/prod", "logging"} {
		if _, err := os.Stat(filepath.Join(dir, stage)); err == nil || stage != "logging" {
			c.dryRunStage(t, filepath.Join(dir, stage))
		}
	}
}

// dryRunStage creates the Namespace first, since in a dry run the objects in it would find none.
func (c *Cluster) dryRunStage(t *testing.T, dir string) {
	t.Helper()
	text, code := c.run(t, "kustomize", dir)
	objects := strings.Split(text, "\n---\n")
	i := slices.IndexFunc(objects, func(o string) bool { return strings.Contains("\n"+o, "\nkind: Namespace\n") })
	if code != 0 || i < 0 {
		t.Errorf("kubectl kustomize %s: exit code %d, no Namespace in\n%s", dir, code, text)
		return
	}
	namespace := filepath.Join(t.TempDir(), "namespace.yaml")
	if err := os.WriteFile(namespace, []byte(objects[i]), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, code := c.run(t, "apply", "--validate=strict", "-f", namespace); code != 0 {
		t.Errorf("kubectl apply of the Namespace of %s: %s", dir, out)
	}
	out, code := c.dryRun(t, dir)
	if n := strings.Count(out, "(server dry run)"); code != 0 || n != len(objects) || strings.Contains(out, "Warning") {
		t.Errorf("kubectl apply --dry-run=server --validate=strict -k %s: exit code %d, %d of %d objects\n%s", dir, code, n, len(objects), out)
	}
}

// asPutIn holds the environment that the server understood against what was put in.
func (c *Cluster) asPutIn(t *testing.T, r Rendered, target string) {
	t.Helper()
	out, code := c.run(t, "apply", "--dry-run=server", "--validate=strict", "-k", filepath.Join(r.Dir, target, "base"), "-o", "json")
	var list struct{ Items []core.ConfigMap }
	if err := json.Unmarshal([]byte(out), &list); err != nil || code != 0 {
		t.Errorf("exit code %d, %v: %s", code, err, out)
		return
	}
	got, want := map[string]string{}, map[string]string{}
	for _, m := range list.Items {
		if m.Kind == "ConfigMap" {
			maps.Copy(got, m.Data)
		}
	}
	for _, e := range r.Deployment.Environment {
		want[e.Name] = e.Value
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s on %s: values of the environment (-want +got):\n%s", r.Name, target, diff)
	}
}

// sidecar puts the container of an agent into the pods of another application on Fargate, which the server has to take.
func (b *Bench) sidecar(t *testing.T, c *Cluster, app, agent Rendered) {
	t.Helper()
	dir := b.Scratch(t, "kube-apiserver-sidecar")
	relative := func(r Rendered, folder string) string {
		path, err := filepath.Rel(dir, filepath.Join(r.Dir, "eks-fargate", folder))
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
	text := fmt.Sprintf("resources: [%s]\ncomponents: [%s]\n", relative(app, "base"), relative(agent, "sidecar"))
	if err := os.WriteFile(filepath.Join(dir, "kustomization.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, code := c.run(t, "kustomize", dir)
	if n := strings.Count(out, "imagePullPolicy:"); code != 0 || n != 2 {
		t.Errorf("%d containers, want those of the application and the agent: exit code %d\n%s", n, code, out)
	}
	if out, code := c.dryRun(t, dir); code != 0 {
		t.Errorf("exit code %d\n%s", code, out)
	}
}

// secretWays shows that the server takes what fetches secrets, by the definitions that the operator and the driver publish.
func (b *Bench) secretWays(t *testing.T, c *Cluster) {
	t.Helper()
	for module, files := range map[string][]string{
		"github.com/external-secrets/external-secrets@v0.17.0": {"config/crds/bases/external-secrets.io_externalsecrets.yaml", "config/crds/bases/external-secrets.io_secretstores.yaml"},
		"sigs.k8s.io/secrets-store-csi-driver@v1.4.8":          {"config/crd/bases/secrets-store.csi.x-k8s.io_secretproviderclasses.yaml"},
	} {
		var info struct{ Dir string }
		out := b.tool(t, []string{"GOTOOLCHAIN=local", "GOFLAGS=-mod=mod"}, "go", "-C", t.TempDir(), "mod", "download", "-json", module)
		if err := json.Unmarshal(out, &info); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		for _, file := range files {
			if out, code := c.run(t, "apply", "--server-side", "-f", filepath.Join(info.Dir, file)); code != 0 {
				t.Fatalf("kubectl apply of %s: %s", file, out)
			}
		}
	}
	if out, code := c.run(t, "wait", "--for=condition=Established", "--timeout=60s", "crd", "--all"); code != 0 {
		t.Fatal(out)
	}
	var d model.Deployment
	readJSON(t, filepath.Join(b.Repo, "generate", "testdata", "deployments", "springboot.json"), &d)
	d.AWS = model.AWS{AccountID: "111122223333", Region: "eu-central-1"}
	const arn = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:a2c/orders/all-AbCdEf"
	for i, from := range []string{arn + ":password::", "arn:aws:ssm:eu-central-1:111122223333:parameter/a2c/orders/token", arn} {
		d.Secrets[i].ValueFrom = from
	}
	dir := b.Scratch(t, "kube-apiserver-secrets")
	for way, targets := range map[string][]string{"external-secrets": {"eks-ec2", "eks-fargate"}, "csi": {"eks-ec2"}} {
		for _, identity := range []bool{false, true} {
			d.EKSParameters.Secrets, d.EKSParameters.PodIdentity = way, identity
			d.EKSParameters.ServiceAccountRoleARN = "arn:aws:iam::111122223333:role/orders"
			at := filepath.Join(dir, fmt.Sprint(way, identity))
			renderTargets(t, at, way, d, targets)
			for _, target := range targets {
				c.DryRun(t, filepath.Join(at, target))
			}
		}
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
