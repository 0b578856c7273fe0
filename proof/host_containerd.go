package proof

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"a2c/model"
)

// crictl stands in for the kubelet, which is not needed to make a pod. Debian has no package of it.
const crictl = "sigs.k8s.io/cri-tools/cmd/crictl@v1.34.0"

// pauseImage is what pods are made of here.
const pauseImage = "a2c-proof.invalid/pause:1"

// containerdBoot starts containerd where its sockets, its mounts and what its plugins keep are nobody else's.
const containerdBoot = `set -e
ip link set lo up
mount -t tmpfs tmpfs /run
exec containerd --config "$1/config.toml"
`

// containerd runs the same program in containers of containerd itself: one that its own client made in a namespace of its own, and one of a pod, that was
// made through the interface for the kubelet (CRI).
func (m *machine) containerd(t *testing.T) {
	m.root("store")
	m.pauseImage(t)
	m.lay("containerd/config.toml", fmt.Sprintf(`version = 2
root = %q
state = %q
[grpc]
  address = "/run/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = %q
  disable_tcp_service = true
  restrict_oom_score_adj = true # not every root may make processes less likely to be killed
[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = %[2]q
  conf_dir = %[2]q
[plugins."io.containerd.internal.v1.opt"]
  path = %[4]q
`, m.path("containerd/root"), m.path("containerd/state"), pauseImage, m.path("containerd/opt")), 0o644)
	m.sweepGroups(t, "a2c-proof*") // all containers below lie in such
	holder := m.hold(t, "containerd", "-mpn", "containerd", containerdBoot, m.path("containerd"))
	enter := func(program string, args ...string) (string, error) {
		cmd := exec.CommandContext(t.Context(), "nsenter", append([]string{"-t", strconv.Itoa(holder), "-m", "-p", "-n", program}, args...)...)
		var problems strings.Builder
		cmd.Dir, cmd.Stderr = "/", &problems
		out, err := cmd.Output()
		if err != nil {
			err = fmt.Errorf("%s %s: %w\n%s", program, strings.Join(args, " "), err, problems.String())
		}
		return strings.TrimSpace(string(out)), err
	}
	m.answers(t, func() error { _, err := enter("ctr", "-a", "/run/containerd.sock", "version"); return err })
	run := func(program string, args ...string) string {
		t.Helper()
		out, err := enter(program, args...)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	want := []containedApp{
		{Container: model.Container{Engine: "containerd", ID: "till", Namespace: "a2c-proof"}},
		{Container: model.Container{Engine: "containerd", ID: m.pod(t, run), Namespace: "k8s.io"}},
	}
	m.ctr(t, run)
	for port, name := range map[int]string{19225: "till", 19226: "desk"} {
		if got := m.ask(t, holder, "127.0.0.1:"+strconv.Itoa(port), "/", ""); got != name {
			t.Fatalf("the container answers %q, want %q", got, name)
		}
	}
	for _, w := range want {
		w.User, w.Mechanism, w.Artifact = model.User{Name: "root"}, "container", "/app/web.jar"
		if diff := cmp.Diff(w, seenContained(m.ofID(t, w.Container.ID))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", w.Container.ID, diff)
		}
	}
}

// ctr makes a container without an image.
func (m *machine) ctr(t *testing.T, run func(string, ...string) string) {
	t.Helper()
	args := []string{"-a", "/run/containerd.sock", "-n", "a2c-proof", "run", "-d", "--net-host", "--rootfs"}
	for _, b := range m.binds(t) {
		args = append(args, "--mount", fmt.Sprintf("type=bind,src=%s,dst=%s,options=rbind:ro", b[0], b[1]))
	}
	run("ctr", append(args, m.path("store"), "till", filepath.Join(m.java, "bin/java"), "-Xmx32m", "-jar", "/app/web.jar", "127.0.0.1", "19225", "till")...)
}

// pod makes a pod with a container, whose ID it returns.
func (m *machine) pod(t *testing.T, run func(string, ...string) string) string {
	t.Helper()
	run("ctr", "-a", "/run/containerd.sock", "-n", "k8s.io", "images", "import", m.path("pause.tar"))
	const network = `"linux": {"security_context": {"namespace_options": {"network": 2}}%s}}` // the node's
	m.lay("pod.json", fmt.Sprintf(`{"metadata": {"name": "desk", "namespace": "shop", "uid": "1"}, "log_directory": %q, `+network, m.path("containerd"), `, "cgroup_parent": "/a2c-proof-kubepods/besteffort/pod1"`), 0o644)
	var mounts []string
	for _, b := range m.binds(t) {
		mounts = append(mounts, fmt.Sprintf(`{"host_path": %q, "container_path": %q, "readonly": true}`, b[0], b[1]))
	}
	m.lay("container.json", fmt.Sprintf(`{"metadata": {"name": "desk"}, "image": {"image": %q}, "command": [%q], "args": ["-Xmx32m", "-jar", "/app/web.jar", "127.0.0.1", "19226", "desk"], "log_path": "desk.log", "mounts": [%s], `+network,
		pauseImage, filepath.Join(m.java, "bin/java"), strings.Join(mounts, ", "), ""), 0o644)
	client := func(args ...string) string {
		t.Helper()
		const address = "unix:///run/containerd.sock"
		return run(filepath.Join(m.b.Dir, "bin/crictl"), append([]string{"-r", address, "-i", address}, args...)...)
	}
	pod := client("runp", m.path("pod.json"))
	id := client("create", "--no-pull", pod, m.path("container.json"), m.path("pod.json"))
	return client("start", id)
}

// binds are the folders that a container has from the machine, each with its name inside.
func (m *machine) binds(t *testing.T) [][2]string {
	t.Helper()
	list := [][2]string{{"/usr", "/usr"}, {m.path("files/srv/a2c-proof"), "/app"}}
	for _, dir := range m.javaSettings(t) {
		list = append(list, [2]string{dir, dir})
	}
	return list
}

// pauseImage writes the image of the first process of pods; the container of the pod has it, too.
func (m *machine) pauseImage(t *testing.T) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", m.path("store/pause"), "./testdata/host/pause")
	cmd.Dir, cmd.Env = m.b.Repo, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build testdata/host/pause: %v\n%s", err, out)
	}
	m.run("tar", "-C", m.path("store"), "-cf", m.path("store.tar"), ".")
	layer, err := tarball.LayerFromFile(m.path("store.tar"))
	if err != nil {
		t.Fatal(err)
	}
	image, err := mutate.AppendLayers(empty.Image, layer)
	if err != nil {
		t.Fatal(err)
	}
	config, err := image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	config.OS, config.Architecture, config.Config.Entrypoint = "linux", runtime.GOARCH, []string{"/pause"}
	if image, err = mutate.ConfigFile(image, config); err != nil {
		t.Fatal(err)
	}
	tag, err := name.NewTag(pauseImage)
	if err != nil {
		t.Fatal(err)
	}
	if err := tarball.WriteToFile(m.path("pause.tar"), tag, image); err != nil {
		t.Fatal(err)
	}
}

// answers waits until a daemon does.
func (m *machine) answers(t *testing.T, ask func() error) {
	t.Helper()
	err := ask()
	for end := time.Now().Add(30 * time.Second); err != nil && time.Now().Before(end); err = ask() {
		time.Sleep(50 * time.Millisecond)
	}
	if err != nil {
		t.Fatal(err)
	}
}
