package proof

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"a2c/containerize"
	"a2c/containerize/build"
	"a2c/internal/engine"
	"a2c/proof/apps"
)

// Builders proves that every builder makes the same image, that none leaves anything on the host or at the engine, and that Docker and Podman make of
// the Dockerfile an image with the same files.
func Builders() Proof {
	return Proof{
		Name: "builders", Needs: []Need{Root, Packages}, Budget: 4 * time.Minute,
		Install: func(t *testing.T, b *Bench) {
			if err := apps.Ensure(t.Context(), b.Log, append([]apps.Tool{apps.Docker()}, apps.ImageTools()...)); err != nil {
				t.Fatal(err)
			}
		},
		Run: func(t *testing.T, b *Bench) {
			p := &buildersProof{bench: b, host: b.Engine(t)}
			t.Run("docker", p.docker)
			t.Run("docker_base", p.base)
			t.Run("docker_interrupted", p.interrupted)
			t.Run("dockerfile", p.dockerfile)
			t.Run("untouched", p.untouched)
		},
	}
}

type buildersProof struct {
	bench *Bench
	host  string
}

func (p *buildersProof) program() string {
	return filepath.Join(filepath.Dir(p.bench.A2C), build.ProgramName)
}

func (p *buildersProof) builder() build.Docker {
	return build.Docker{Host: p.host, Program: p.program()}
}

// docker builds the odd files in a container: the same digest as in the private root.
func (p *buildersProof) docker(t *testing.T) {
	dir := p.bench.Scratch(t, "builders")
	root := filepath.Join(dir, "root")
	o := oddOptions(t, p.bench, root, plant(t, root), filepath.Join(dir, "kaniko"))
	first, err := containerize.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	o.Dir, o.Builder = filepath.Join(dir, "docker"), p.builder()
	second, err := containerize.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if first.Digest != second.Digest || second.Builder != "docker" {
		t.Errorf("kaniko made %s, %s made %s", first.Digest, second.Builder, second.Digest)
	}
	t.Logf("kaniko %.1f s, docker %.1f s", first.Seconds, second.Seconds)
	p.nothingLeft(t)

	o.BuildOnly = true
	name := filepath.Join(o.Dir, "Dockerfile")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for add, want := range map[string]string{"NONSENSE here\n": "unknown instruction: NONSENSE", "RUN [\"/bin/app\"]\n": "starting command"} {
		if err := os.WriteFile(name, append([]byte(nil), string(text)+add...), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := containerize.Run(t.Context(), o)
		if line := fmt.Sprintf("line %d", strings.Count(string(text), "\n")+1); err == nil || !strings.Contains(err.Error(), line) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q and %q", add, err, line, want)
		}
	}
	p.nothingLeft(t)
}

// base stands on an image that a2c fetches: the container has no network.
func (p *buildersProof) base(t *testing.T) {
	dir := p.bench.Scratch(t, "builders-base")
	root := filepath.Join(dir, "root")
	o := oddOptions(t, p.bench, root, plant(t, root), filepath.Join(dir, "kaniko"))
	o.Base = serveBase(t, map[string]string{"etc/passwd": "root:x:0:0::/root:/bin/sh\n", "etc/hosts": "127.0.0.9 mine\n", "opt/tool": "tool"})
	first, err := containerize.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	o.Dir, o.Builder = filepath.Join(dir, "docker"), p.builder()
	second, err := containerize.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if first.Digest != second.Digest {
		t.Errorf("kaniko made %s, docker made %s", first.Digest, second.Digest)
	}
	p.nothingLeft(t)
}

// interrupted stops builds after ever longer times, until one ends before.
func (p *buildersProof) interrupted(t *testing.T) {
	dir := p.bench.Scratch(t, "builders-interrupted")
	root := filepath.Join(dir, "root")
	o := oddOptions(t, p.bench, root, plant(t, root), filepath.Join(dir, "image"))
	o.Builder = p.builder()
	for after, n := 100*time.Millisecond, 0; ; after, n = after+400*time.Millisecond, n+1 {
		ctx, cancel := context.WithTimeout(t.Context(), after)
		_, err := containerize.Run(ctx, o)
		cancel()
		p.nothingLeft(t)
		if err == nil {
			if n < 2 {
				t.Errorf("only %d builds were interrupted", n)
			}
			return
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("after %v: %v", after, err)
		}
	}
}

func (p *buildersProof) nothingLeft(t *testing.T) {
	t.Helper()
	c, err := engine.Connect(t.Context(), p.host)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	containers, err := c.Containers(t.Context(), "a2c.build")
	if err != nil {
		t.Fatal(err)
	}
	images, err := c.Images(t.Context(), "a2c.invalid/build")
	if err != nil {
		t.Fatal(err)
	}
	if len(containers)+len(images) > 0 {
		t.Errorf("left at the engine: containers %v, images %v", containers, images)
	}
}

// dockerfile has others build what a2c leaves, and compares the files with a2c's own image. COPY loses setuid bits, hard links and attributes, which
// the README says.
func (p *buildersProof) dockerfile(t *testing.T) {
	dir := p.bench.Scratch(t, "builders-dockerfile")
	root := filepath.Join(dir, "root")
	o := oddOptions(t, p.bench, root, plant(t, root), filepath.Join(dir, "image"))
	o.Tar = filepath.Join(dir, "image.tar")
	if _, err := containerize.Run(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	o.Dir, o.Tar, o.Builder = filepath.Join(dir, "dockerfile"), "", build.Dockerfile{}
	if _, err := containerize.Run(t.Context(), o); !errors.Is(err, build.ErrNoImage) {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(o.Dir, "oci")); err == nil {
		t.Error("an image was made")
	}
	d := docker{env: []string{"DOCKER_HOST=" + p.host, "DOCKER_BUILDKIT=0"}}
	loaded := d.run(t, nil, "load", "-i", filepath.Join(dir, "image.tar"))
	_, own, _ := strings.Cut(strings.TrimSpace(loaded), "Loaded image: ")
	args := []string{"build", "-q", "-f", filepath.Join(o.Dir, "Dockerfile"), "-t"}
	d.run(t, nil, append(args, "a2c.invalid/proof:docker", filepath.Join(o.Dir, "context"))...)
	want := p.exported(t, d, own)
	if len(want) < len(odds())-4 {
		t.Fatalf("only %d entries", len(want))
	}
	if diff := cmp.Diff(want, p.exported(t, d, "a2c.invalid/proof:docker")); diff != "" {
		t.Errorf("docker build (-a2c +docker):\n%s", diff)
	}
	for _, tool := range []string{"buildah", "podman"} {
		t.Run(tool, func(t *testing.T) {
			if _, err := exec.LookPath(tool); err != nil {
				t.Skipf("no %s on this machine", tool)
			}
			archive := filepath.Join(dir, tool+".tar")
			podmanBuild(t, tool, dir, p.bench.Scratch(t, "run"), o.Dir, archive)
			d.run(t, nil, "load", "-i", archive)
			if diff := cmp.Diff(want, p.exported(t, d, "a2c.invalid/proof:"+tool)); diff != "" {
				t.Errorf("%s build (-a2c +%s):\n%s", tool, tool, diff)
			}
		})
	}
}

// podmanBuild builds with buildah or podman, whose storage lies below dir, into a docker-archive. Podman takes no path of state with more than 50 characters.
func podmanBuild(t *testing.T, tool, dir, state, image, archive string) {
	t.Helper()
	run := func(args ...string) {
		all := append([]string{"--root", filepath.Join(dir, tool), "--runroot", state, "--storage-driver", "vfs"}, args...)
		if out, err := exec.CommandContext(t.Context(), tool, all...).CombinedOutput(); err != nil {
			t.Fatalf("%s %s: %v\n%s", tool, args[0], err, out)
		}
	}
	name := "a2c.invalid/proof:" + tool
	run("build", "--isolation", "chroot", "-f", filepath.Join(image, "Dockerfile"), "-t", name, filepath.Join(image, "context"))
	if tool == "podman" {
		run("save", "-o", archive, name)
		return
	}
	run("push", name, "docker-archive:"+archive+":"+name)
}

// exported lists the files of an image by what COPY keeps: kind, permission bits, owner of what is no link, size and target.
func (p *buildersProof) exported(t *testing.T, d docker, image string) map[string]string {
	t.Helper()
	id := strings.TrimSpace(d.run(t, nil, "create", "--network", "none", image))
	defer d.run(t, nil, "rm", id)
	file := filepath.Join(p.bench.Scratch(t, "builders-export"), "export.tar")
	d.run(t, nil, "export", "-o", file, id)
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	out, bodies := map[string]string{}, map[string]string{}
	for tr := tar.NewReader(f); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		// COPY gives folders the owner of whatever is copied into them last, and links that lead through no folder cannot stand in a context.
		lost := h.Typeflag == tar.TypeDir || h.Name == "opt/app/loop" || h.Name == "opt/app/through-a-file"
		if lost || !strings.HasPrefix(h.Name, "opt/app/") && !strings.HasPrefix(h.Name, "bin/") {
			continue
		}
		switch h.Typeflag {
		case tar.TypeLink:
			out[h.Name] = bodies[h.Linkname]
		case tar.TypeSymlink:
			out[h.Name] = "link " + h.Linkname
		default:
			body, err := io.ReadAll(io.LimitReader(tr, 1<<10))
			if err != nil {
				t.Fatal(err)
			}
			out[h.Name] = fmt.Sprintf("%c %o %d:%d %d %q", h.Typeflag, h.Mode&0o777, h.Uid, h.Gid, h.Size, strings.Trim(string(body), "\x00"))
			bodies[h.Name] = out[h.Name]
		}
	}
}
