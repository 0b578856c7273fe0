package proof

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"a2c/containerize"
	"a2c/containerize/layer"
	"a2c/containerize/sign"
	"a2c/model"
	"a2c/proof/apps"
)

const cosign = "github.com/sigstore/cosign/v2/cmd/cosign@v2.4.1"

// Tools shows that the programs of others take the images, in each compression: they read, copy, unpack and run them, and verify their signature. In part
// it takes one compression and no signature: to build cosign takes longer than all the rest.
func Tools() Proof {
	return Proof{
		Name: "tools", Needs: []Need{Root, AMD64, Packages}, Budget: 4 * time.Minute,
		Install: func(t *testing.T, b *Bench) {
			b.GoInstall(t, distributionRegistry)
			if b.Extent != Part {
				b.GoInstall(t, cosign)
			}
			if err := apps.Ensure(t.Context(), b.Log, append([]apps.Tool{apps.Docker()}, apps.ImageTools()...)); err != nil {
				t.Fatal(err)
			}
		},
		Run: func(t *testing.T, b *Bench) {
			host := b.Engine(t)
			at := b.registry(t, "tools", registryOptions{}).address
			for _, compression := range b.Choose("tools", layer.Compressions(), 1) {
				t.Run(compression, func(t *testing.T) {
					p := newToolsProof(t, b, compression, at+"/team/"+compression+":1")
					if p.public != "" {
						t.Run("cosign", p.cosign)
					} else {
						fmt.Fprintln(b.Log, "cosign skipped: only make proof builds it")
					}
					t.Run("skopeo", p.skopeo)
					t.Run("docker", func(t *testing.T) { p.docker(t, host) })
					t.Run("containerd", func(t *testing.T) { p.containerd(t, filepath.Dir(strings.TrimPrefix(host, "unix://"))) })
					t.Run("podman", p.podman)
					t.Run("buildah", p.buildah)
					t.Run("umoci", p.umoci)
				})
			}
		},
	}
}

// toolsProof has an image of one program, a2c itself, which says its version.
type toolsProof struct {
	b                           *Bench
	dir, run, oci, tar, pushed  string
	compression, public, digest string
	ref, says                   string
}

const keyPassword = "a passphrase of the proof"

func newToolsProof(t *testing.T, b *Bench, compression, destination string) *toolsProof {
	t.Helper()
	p := &toolsProof{b: b, dir: b.Scratch(t, "tools-"+compression), run: b.Scratch(t, "run"), compression: compression, pushed: destination}
	p.oci, p.tar = filepath.Join(p.dir, "image", "oci"), filepath.Join(p.dir, "image.tar")
	root := filepath.Join(p.dir, "root")
	program, err := os.ReadFile(b.A2C)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(root, "opt/app"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "opt/app/program"), program, 0o755); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	tree := oddTree(t, root)
	info, err := tree.Lstat("/opt/app/program")
	if err != nil {
		t.Fatal(err)
	}
	o := oddOptions(t, b, root, []model.File{{
		Path: "/opt/app/program", Type: "file", Mode: 0o755, Size: info.Size, MTime: info.MTime, Decision: model.In, Layer: model.LayerApp,
	}}, filepath.Join(p.dir, "image"))
	about := &o.Analysis.AnalysisInfo
	about.Exe, about.Cmdline = "/opt/app/program", []string{"/opt/app/program", "version"}
	o.Compression, o.Tar, o.Destination = layer.Compression(compression), p.tar, destination
	if b.Extent != Part {
		p.public = p.keyPair(t, p.dir, keyPassword)
		if o.SignKey, err = sign.ReadKey(filepath.Join(p.dir, "cosign.key"), func(string) string { return keyPassword }); err != nil {
			t.Fatal(err)
		}
	}
	made, err := containerize.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	p.digest, p.ref = made.Digest, made.Repository+":"+made.Tag
	out, err := exec.CommandContext(t.Context(), b.A2C, "version").Output()
	if err != nil {
		t.Fatal(err)
	}
	p.says = strings.Fields(string(out))[1]
	return p
}

// do runs a tool, which has to end well.
func (p *toolsProof) do(t *testing.T, name string, args ...string) string {
	t.Helper()
	return string(p.b.tool(t, []string{"HOME=" + p.dir}, name, args...))
}

func (p *toolsProof) saysVersion(t *testing.T, out string) {
	t.Helper()
	if !strings.Contains(out, p.says) {
		t.Errorf("the program in the image does not say its version %s:\n%s", p.says, out)
	}
}

// keyPair makes one in a folder, and returns the public half.
func (p *toolsProof) keyPair(t *testing.T, dir, password string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(p.b.Dir, "bin", "cosign"), "generate-key-pair")
	cmd.Dir, cmd.Env = dir, []string{"COSIGN_PASSWORD=" + password, "HOME=" + p.dir}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("cosign generate-key-pair: %v\n%s", err, out)
	}
	return filepath.Join(dir, "cosign.pub")
}

// cosign verifies the signature, by the key and by no other.
func (p *toolsProof) cosign(t *testing.T) {
	program := filepath.Join(p.b.Dir, "bin", "cosign")
	args := []string{"verify", "--key", p.public, "--insecure-ignore-tlog=true", "--allow-insecure-registry", strings.TrimSuffix(p.pushed, ":1") + "@" + p.digest}
	if out := p.do(t, program, args...); !strings.Contains(out, p.digest) {
		t.Errorf("cosign verify does not name %s:\n%s", p.digest, out)
	}
	other := filepath.Join(p.dir, "other")
	if err := os.Mkdir(other, 0o700); err != nil {
		t.Fatal(err)
	}
	args[2] = p.keyPair(t, other, "other")
	if out, code, err := try(t.Context(), []string{"HOME=" + p.dir}, program, args...); err != nil || code == 0 {
		t.Errorf("cosign verify accepts another key: %v\n%s", err, out)
	}
}

// skopeo reads the layout and the registry, and copies the image without changing it.
func (p *toolsProof) skopeo(t *testing.T) {
	for _, at := range []string{"oci:" + p.oci, "docker://" + p.pushed} {
		var found struct{ Digest string }
		if err := json.Unmarshal([]byte(p.do(t, "skopeo", "inspect", "--tls-verify=false", at)), &found); err != nil || found.Digest != p.digest {
			t.Errorf("skopeo inspect %s: %s (%v), want %s", at, found.Digest, err, p.digest)
		}
	}
	to := filepath.Join(p.dir, "copy")
	p.do(t, "skopeo", "copy", "--insecure-policy", "--src-tls-verify=false", "--preserve-digests", "docker://"+p.pushed, "oci:"+to+":1")
	var found struct{ Digest string }
	if err := json.Unmarshal([]byte(p.do(t, "skopeo", "inspect", "oci:"+to+":1")), &found); err != nil || found.Digest != p.digest {
		t.Errorf("the copy is %s (%v), want %s", found.Digest, err, p.digest)
	}
}

func (p *toolsProof) docker(t *testing.T, host string) {
	d := docker{env: []string{"DOCKER_HOST=" + host}}
	_, own, _ := strings.Cut(strings.TrimSpace(d.run(t, nil, "load", "-i", p.tar)), "Loaded image: ")
	p.saysVersion(t, d.run(t, nil, "run", "--rm", "--network", "none", own))
	d.run(t, nil, "rmi", own)
}

// containerd imports the layout as an archive, and unpacks it.
func (p *toolsProof) containerd(t *testing.T, engine string) {
	archive := filepath.Join(p.dir, "layout.tar")
	p.do(t, "tar", "-C", p.oci, "-cf", archive, ".")
	ctr := func(args ...string) string {
		return p.do(t, "ctr", append([]string{"-a", filepath.Join(engine, "exec/containerd/containerd.sock"), "-n", "a2c-proof", "images"}, args...)...)
	}
	ctr("import", archive)
	list := ctr("ls")
	if !strings.Contains(list, p.digest) {
		t.Errorf("ctr images ls does not list %s:\n%s", p.digest, list)
	}
	for line := range strings.Lines(list) {
		if name, _, _ := strings.Cut(line, " "); strings.Contains(line, p.digest) {
			ctr("rm", "--sync", name)
		}
	}
}

// podman loads the archive and runs it.
func (p *toolsProof) podman(t *testing.T) {
	podman := func(args ...string) string {
		return p.do(t, "podman", append([]string{
			"--root", filepath.Join(p.dir, "podman"), "--runroot", p.run, "--tmpdir", filepath.Join(p.run, "tmp"), "--storage-driver", "vfs", "--cgroup-manager", "cgroupfs", "--runtime", "/usr/sbin/runc",
		}, args...)...)
	}
	podman("load", "-i", p.tar)
	p.saysVersion(t, podman("run", "--rm", "--network", "none", "--ulimit", "nofile=20000:20000", "--ulimit", "nproc=4096:4096", p.ref))
	p.saysVersion(t, podman("run", "--rm", "--network", "none", "--ulimit", "nofile=20000:20000", "--ulimit", "nproc=4096:4096", "oci:"+p.oci))
}

// buildah stands on the layout and runs a program in it.
func (p *toolsProof) buildah(t *testing.T) {
	buildah := func(args ...string) string {
		return p.do(t, "buildah", append([]string{"--root", filepath.Join(p.dir, "buildah"), "--runroot", p.run, "--storage-driver", "vfs"}, args...)...)
	}
	buildah("from", "--name", "proof", "oci:"+p.oci)
	p.saysVersion(t, buildah("run", "--isolation", "chroot", "proof", "--", "/opt/app/program", "version"))
	buildah("rm", "proof")
}

// umoci unpacks the layout into a bundle for a runtime.
func (p *toolsProof) umoci(t *testing.T) {
	bundle := filepath.Join(p.dir, "bundle")
	out, code, err := try(t.Context(), nil, "umoci", "unpack", "--image", p.oci+":"+p.ref, bundle)
	if err == nil && code != 0 && p.compression == string(layer.Zstd) && strings.Contains(string(out), "zstd") {
		fmt.Fprintf(p.b.Log, "umoci skipped: the one here reads no zstd\n")
		t.Skipf("%s", head(out))
	}
	if err != nil || code != 0 {
		t.Fatalf("umoci unpack: exit code %d, %v\n%s", code, err, out)
	}
	p.saysVersion(t, p.do(t, filepath.Join(bundle, "rootfs/opt/app/program"), "version"))
}
