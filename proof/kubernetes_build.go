package proof

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// kubernetesVersion is of a minor that EKS offers; k8s.io/X is published as v0 of the same minor and patch.
const kubernetesVersion = "1.34.4"

// kubernetes builds kube-apiserver and kubectl from the Go module proxy, and unpacks Debian's etcd; each once. It returns the folder
// with the programs. The first build takes about five minutes on two cores.
func (b *Bench) kubernetes(t *testing.T) string {
	t.Helper()
	return b.kubernetesPrograms(t, "kube-apiserver", "kubectl")
}

// kubernetesNode builds what else a cluster of one machine consists of, into the same folder, once; about two minutes after the others.
func (b *Bench) kubernetesNode(t *testing.T) string {
	t.Helper()
	b.kubernetes(t)
	return b.kubernetesPrograms(t, "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy")
}

func (b *Bench) kubernetesPrograms(t *testing.T, names ...string) string {
	t.Helper()
	dir := filepath.Join(b.Dir, "k8s", "v"+kubernetesVersion)
	bin := filepath.Join(dir, "bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	if !present(bin, names...) {
		fmt.Fprintf(b.Log, "building %s %s (some minutes)\n", strings.Join(names, ", "), kubernetesVersion)
		b.writeModule(t, dir)
		env := []string{"GOTOOLCHAIN=local", "CGO_ENABLED=0", "GOFLAGS=-mod=mod"}
		b.tool(t, env, "go", "-C", dir, "mod", "tidy")
		args := []string{"-C", dir, "build", "-trimpath", "-ldflags", versionFlags(), "-o", bin + "/"}
		for _, name := range names {
			args = append(args, "k8s.io/kubernetes/cmd/"+name)
		}
		b.tool(t, env, "go", args...)
	}
	if !present(bin, "etcd") {
		b.unpackEtcd(t, dir, bin)
	}
	return bin
}

func present(dir string, names ...string) bool {
	for _, name := range names {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return false
		}
	}
	return true
}

// writeModule makes a module that requires k8s.io/kubernetes: its go.mod replaces k8s.io/X by folders of its own repository, which are
// published under the same names.
func (b *Bench) writeModule(t *testing.T, dir string) {
	t.Helper()
	var info struct{ GoMod string }
	out := b.tool(t, []string{"GOTOOLCHAIN=local", "GOFLAGS=-mod=mod"}, "go", "-C", dir, "mod", "download", "-json", "k8s.io/kubernetes@v"+kubernetesVersion)
	if err := json.Unmarshal(out, &info); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	theirs, err := os.ReadFile(info.GoMod)
	if err != nil {
		t.Fatal(err)
	}
	var ours strings.Builder
	fmt.Fprintf(&ours, "module kubebuild\n\ngo %s\n\nrequire k8s.io/kubernetes v%s\n\n", regexp.MustCompile(`(?m)^go (.+)$`).FindSubmatch(theirs)[1], kubernetesVersion)
	for _, m := range regexp.MustCompile(`(?m)^\s*(k8s\.io/\S+) => \./staging/`).FindAllSubmatch(theirs, -1) {
		fmt.Fprintf(&ours, "replace %s => %s v0%s\n", m[1], m[1], strings.TrimPrefix(kubernetesVersion, "1"))
	}
	var programs strings.Builder
	for _, name := range []string{"kube-apiserver", "kube-controller-manager", "kube-proxy", "kube-scheduler", "kubectl", "kubelet"} {
		fmt.Fprintf(&programs, "\t_ \"k8s.io/kubernetes/cmd/%s\"\n", name)
	}
	tools := "//go:build tools\n\npackage tools\n\nimport (\n" + programs.String() + ")\n"
	err = errors.Join(
		os.WriteFile(filepath.Join(dir, "go.mod"), []byte(ours.String()), 0o600),
		os.WriteFile(filepath.Join(dir, "tools.go"), []byte(tools), 0o600), // keeps the programs in go.mod
	)
	if err != nil {
		t.Fatal(err)
	}
}

// versionFlags give the programs their version: without it they call themselves v0.0.0-master.
func versionFlags() string {
	flags := []string{"-s", "-w"}
	minor := strings.Split(kubernetesVersion, ".")[1]
	for _, p := range []string{"k8s.io/component-base/version", "k8s.io/client-go/pkg/version"} {
		for _, v := range []string{"gitVersion=v" + kubernetesVersion, "gitMajor=1", "gitMinor=" + minor, "gitTreeState=clean"} {
			flags = append(flags, "-X", p+"."+v)
		}
	}
	return strings.Join(flags, " ")
}

// unpackEtcd takes the program out of Debian's package without installing it, which would start a service.
func (b *Bench) unpackEtcd(t *testing.T, dir, bin string) {
	t.Helper()
	unpacked := filepath.Join(dir, "etcd")
	if err := errors.Join(os.RemoveAll(unpacked), os.MkdirAll(unpacked, 0o755)); err != nil {
		t.Fatal(err)
	}
	if _, code, err := try(t.Context(), nil, "apt-cache", "show", "etcd-server"); err != nil || code != 0 {
		b.tool(t, nil, "apt-get", "update", "-qq")
	}
	b.tool(t, nil, "sh", "-c", `cd "$1" && apt-get download -qq -o APT::Sandbox::User=root etcd-server && dpkg-deb -x etcd-server_*.deb .`, "sh", unpacked)
	if err := os.Rename(filepath.Join(unpacked, "usr", "bin", "etcd"), filepath.Join(bin, "etcd")); err != nil {
		t.Fatal(err)
	}
}
