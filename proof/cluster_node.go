package proof

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"a2c/internal/jail"
)

// node is a cluster of one machine: containerd, kubelet, kube-proxy, what controls them, and a registry, in namespaces of their own (testdata/cluster/boot.sh).
type node struct {
	*machine
	cluster *Cluster
	holder  int // the first process of the namespaces
}

// clusterGroup is the control group that all pods lie in.
const clusterGroup = "a2c-cluster"

// node boots it, and demands when all has ended that nothing of it stays on the machine.
func (b *Bench) node(t *testing.T) *node {
	t.Helper()
	b.nothingStays(t)
	n := &node{machine: &machine{starts: &starts{t: t, b: b, dir: b.Scratch(t, "cluster")}}}
	if err := os.Chmod(n.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	bin := b.kubernetesNode(t)
	n.controlGroups(t)
	n.make("store")
	n.pauseImage(t)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	n.lay("sa.key", string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})), 0o600)
	settings, err := txtar.ParseFile(filepath.Join(b.Repo, "testdata", "cluster", "node.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	values := strings.NewReplacer("${dir}", n.dir, "${token}", rand.Text())
	for _, f := range settings.Files {
		n.lay(f.Name, values.Replace(string(f.Data)), 0o600)
	}
	if err := os.Symlink(filepath.Join(b.Dir, "bin", "registry"), n.path("registry-program")); err != nil {
		t.Fatal(err)
	}
	script, err := os.ReadFile(filepath.Join(b.Repo, "testdata", "cluster", "boot.sh"))
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	n.holder = n.hold(t, "containerd", "-mpn", "containerd", string(script), bin, n.dir)
	n.cluster = &Cluster{kubectl: slices.Concat([]string{"nsenter"}, n.entering(), []string{filepath.Join(bin, "kubectl")}), kubeconfig: n.path("kubeconfig")}
	n.answers(t, func() error {
		_, code, err := try(t.Context(), nil, "nsenter", append(n.entering(), "ctr", "-a", "/run/containerd.sock", "-n", "k8s.io", "images", "import", n.path("pause.tar"))...)
		if code != 0 {
			err = errors.Join(err, errors.New("containerd does not take the pause image"))
		}
		return err
	})
	n.cluster.wait(t)
	n.answersSlowly(t, "get", "node", "node")
	n.kubectl(t, "wait", "--for=condition=Ready", "node/node", "--timeout=120s")
	n.disks(t)
	fmt.Fprintf(b.Log, "cluster: a node is ready after %.1f s\n", time.Since(begin).Seconds())
	return n
}

func (n *node) entering() []string { return []string{"-t", strconv.Itoa(n.holder), "-m", "-n"} }

// enter runs a program in the namespaces, which has to end well.
func (n *node) enter(t *testing.T, name string, args ...string) string {
	t.Helper()
	return string(n.b.tool(t, nil, "nsenter", slices.Concat(n.entering(), []string{name}, args)...))
}

func (n *node) kubectl(t *testing.T, args ...string) string {
	t.Helper()
	out, code := n.cluster.run(t, args...)
	if code != 0 {
		t.Fatalf("kubectl %s: exit code %d\n%s", strings.Join(args, " "), code, out)
	}
	return out
}

// answersSlowly waits a minute for a line of kubectl to work.
func (n *node) answersSlowly(t *testing.T, args ...string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(300 * time.Millisecond) {
		out, code := n.cluster.run(t, args...)
		if code == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("kubectl %s: exit code %d\n%s", strings.Join(args, " "), code, out)
		}
	}
}

// client leads every request to the Service, whatever host it names.
func (d *deployed) client() *http.Client {
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, _ string) (conn net.Conn, err error) {
			inner := jail.InNetNS(fmt.Sprintf("/proc/%d/ns/net", d.holder), func() error {
				conn, err = (&net.Dialer{}).DialContext(ctx, network, d.address)
				return err
			})
			return conn, inner
		},
	}}
}

// controlGroups makes the group of all pods in every hierarchy, and removes it with the test.
func (n *node) controlGroups(t *testing.T) {
	t.Helper()
	n.sweepGroups(t, clusterGroup)
	roots, err := filepath.Glob("/sys/fs/cgroup/*/cgroup.procs")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("/sys/fs/cgroup/cgroup.controllers"); err == nil {
		roots = []string{"/sys/fs/cgroup/cgroup.procs"} // version 2: one hierarchy, and what lies in it are groups
	}
	for _, root := range roots {
		dir := filepath.Join(filepath.Dir(root), clusterGroup)
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"cpuset.cpus", "cpuset.mems"} { // version 1: a group has none of its own, and takes no process
			value, err := os.ReadFile(filepath.Join(filepath.Dir(root), name))
			if err == nil && filepath.Base(filepath.Dir(root)) == "cpuset" {
				err = os.WriteFile(filepath.Join(dir, name), value, 0o600)
			}
			if err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Fatal(err)
			}
		}
	}
}

// disks stand in for those of EBS: folders of this machine, of a default StorageClass.
func (n *node) disks(t *testing.T) {
	t.Helper()
	const class = `apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: folders, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}
provisioner: kubernetes.io/no-provisioner
`
	var text strings.Builder
	text.WriteString(class)
	for i := range 4 {
		dir := fmt.Sprintf("disks/%d", i)
		n.make(dir)
		fmt.Fprintf(&text, `---
apiVersion: v1
kind: PersistentVolume
metadata: {name: disk-%d}
spec:
  capacity: {storage: 20Gi}
  accessModes: [ReadWriteOnce]
  storageClassName: folders
  local: {path: %q}
  nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [node]}]}]}}
`, i, n.path(dir))
	}
	n.lay("disks.yaml", text.String(), 0o600)
	n.kubectl(t, "apply", "-f", n.path("disks.yaml"))
}

// nothingStays looks, when all else has been undone, for what a cluster could leave on the machine.
func (b *Bench) nothingStays(t *testing.T) {
	t.Helper()
	before := machineState(t)
	t.Cleanup(func() {
		after := machineState(t)
		for what, value := range before {
			if after[what] != value {
				t.Errorf("%s was changed:\n%s\nand was\n%s", what, after[what], value)
			}
		}
		groups, err := filepath.Glob("/sys/fs/cgroup/*/" + clusterGroup)
		if len(groups) > 0 || err != nil {
			t.Errorf("control groups stay: %v %v", groups, err)
		}
		mounts, err := os.ReadFile("/proc/self/mountinfo")
		if bytesOf := string(mounts); strings.Contains(bytesOf, filepath.Join(b.Dir, "scratch", "cluster")) || err != nil {
			t.Errorf("mounts stay (%v):\n%s", err, bytesOf)
		}
		fmt.Fprintln(b.Log, "cluster: its control groups, mounts, interfaces and rules have gone, the machine's settings are as before")
	})
}

// machineState is what the programs of a cluster change where they have no network and no mounts of their own: settings, interfaces, rules of the firewall.
func machineState(t *testing.T) map[string]string {
	t.Helper()
	state := map[string]string{}
	for _, name := range []string{
		"vm/overcommit_memory", "vm/panic_on_oom", "kernel/panic", "kernel/panic_on_oops", "kernel/keys/root_maxkeys", "kernel/keys/root_maxbytes",
		"net/ipv4/ip_forward", "net/ipv4/conf/all/route_localnet", "net/netfilter/nf_conntrack_max",
	} {
		value, err := os.ReadFile(filepath.Join("/proc/sys", name))
		if err == nil {
			state[name] = string(value)
		}
	}
	for _, link := range []string{"node0", "pods0"} {
		_, err := os.Stat(filepath.Join("/sys/class/net", link))
		state["interface "+link] = strconv.FormatBool(err == nil)
	}
	out, _, err := try(t.Context(), nil, "iptables-save")
	if err != nil && t.Context().Err() == nil {
		t.Error(err)
	}
	state["rules of kube-proxy"] = strconv.Itoa(strings.Count(string(out), "KUBE-"))
	return state
}
