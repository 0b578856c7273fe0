package proof

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"a2c/internal/term"
	"a2c/model"
	"a2c/proof/apps"
)

// Extract proves that an archive gives the same image where neither the application nor its files are, that it holds no secret that a variable gives,
// and that no interrupt, kill or full disk leaves half of one.
func Extract() Proof {
	list := []apps.App{apps.Shop(), apps.Orders()}
	return Proof{
		Name: "extract", Needs: []Need{Root, AMD64, Packages}, Budget: 5 * time.Minute, Install: InstallApps(list...),
		Run: func(t *testing.T, b *Bench) {
			chosen := b.Choose("extract", []string{list[0].Name, list[1].Name}, 1)
			list := slices.DeleteFunc(slices.Clone(list), func(a apps.App) bool { return !slices.Contains(chosen, a.Name) })
			site := b.Start(t, list...)
			c := b.Command(b.Scratch(t, "extract"))
			jobs, _ := b.Inventory(t, c, site, list)
			for _, a := range list {
				t.Run(a.Name, func(t *testing.T) {
					p := &extractProof{bench: b, site: site, here: c, job: jobs[a.Name], archive: filepath.Join(b.Scratch(t, "archive"), "it.tar.zst")}
					p.job.Analyze(t, c)
					p.elsewhere(t)
					t.Run("secrets", p.secrets)
					t.Run("jlink", p.jlink)
					t.Run("nobody", p.nobody)
					t.Run("hostile", p.hostile)
					t.Run("interrupted", p.interrupted)
					t.Run("killed", p.killed)
					t.Run("full_disk", p.full)
				})
			}
		},
	}
}

type extractProof struct {
	bench       *Bench
	site        *apps.Site
	here, there Command
	job         Job
	archive     string
}

// away is a2c on another workspace in namespaces of its own, where no process of the application runs and its files and its runtime are not there.
func (p *extractProof) away(t *testing.T) Command {
	t.Helper()
	java, err := apps.JavaHome()
	if err != nil {
		t.Fatal(err)
	}
	hide := fmt.Sprintf("mount -t tmpfs none %q && mount -t tmpfs none %q && ! test -e %q && ! test -e %q && exec \"$@\"", filepath.Join(p.bench.Dir, "demo"), filepath.Dir(java), p.job.Found.Artifact, java)
	c := p.bench.Command(p.bench.Scratch(t, "elsewhere"))
	c.Prefix, c.Path = []string{"--mount", "--pid", "--fork", "--mount-proc", "sh", "-c", hide, "sh", c.Path}, "unshare"
	return c
}

// extract archives; files with secrets that no variable gives are refused first.
func (p *extractProof) extract(t *testing.T, more ...string) {
	t.Helper()
	args := append([]string{"extract", "--application-id", p.job.ID, "--archive", p.archive}, more...)
	if len(p.job.Image.SecretsInside) > 0 {
		p.here.Run(t, []int{exitAnswerNo}, args...)
		args = append(args, "--allow-secrets-in-image")
	}
	ran := p.here.Run(t, []int{exitDone, exitNotAllSeen}, args...)
	info, err := os.Stat(p.archive)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != 0o600 {
		t.Errorf("mode of the archive: %v", info.Mode())
	}
	fmt.Fprintf(p.bench.Log, "%s: extract %.1f s, %s\n", p.job.App.Title, ran.Seconds, term.Size(info.Size()))
	if _, err := os.Stat(filepath.Join(p.here.Workspace, p.job.ID, "extract")); err == nil {
		t.Error("the folder that was archived stays behind")
	}
}

// build makes the image there, and compares it with the one that was made here.
func (p *extractProof) build(t *testing.T, args ...string) {
	t.Helper()
	far := p.job
	far.Runs = append(far.Runs, p.there.Run(t, []int{exitDone, exitNotAllSeen}, args...))
	readJSON(t, filepath.Join(p.there.Workspace, p.job.ID, "image", "image.json"), &far.Image)
	if far.Image.Digest != p.job.Image.Digest {
		t.Errorf("a2c %v: %s, and on the machine of the application %s", args, far.Image.Digest, p.job.Image.Digest)
	}
	for _, name := range []string{"sbom.cdx.json", "provenance.intoto.json"} {
		var of [2]string
		for i, c := range []Command{p.here, p.there} {
			text, err := os.ReadFile(filepath.Join(c.Workspace, p.job.ID, "image", name))
			if err != nil {
				t.Fatal(err)
			}
			of[i] = string(text)
		}
		if of[0] != of[1] {
			t.Errorf("a2c %v: another %s", args, name)
		}
	}
}

func (p *extractProof) elsewhere(t *testing.T) {
	p.job.Containerize(t, p.here)
	p.extract(t)
	p.there = p.away(t)
	p.build(t, "containerize", "--input-archive", p.archive)
	far := p.job
	far.Generate(t, p.there)
	p.build(t, "containerize", "--application-id", p.job.ID, "--build-only")
	p.job.Compression = "zstd"
	p.job.Containerize(t, p.here)
	p.build(t, "containerize", "--input-archive", p.archive, "--compression", "zstd")
	p.job.Compression = ""
}

func (p *extractProof) jlink(t *testing.T) {
	p.job.Containerize(t, p.here, "--jlink")
	p.extract(t, "--jlink")
	p.build(t, "containerize", "--input-archive", p.archive)
	p.there.Run(t, []int{exitUsage}, "containerize", "--input-archive", p.archive, "--jlink")
}

// secrets looks for what was planted, but for what image.json says to lie in the image.
func (p *extractProof) secrets(t *testing.T) {
	f, err := os.Open(p.archive)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := zstd.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	looked := 0
	for _, s := range p.site.Planted() {
		inside := slices.ContainsFunc(p.job.Image.SecretsInside, func(k model.Secret) bool { return strings.HasPrefix(string(k.Place.Path), s.Place) })
		if s.App != p.job.App.Name || inside {
			continue
		}
		looked++
		if bytes.Contains(text, []byte(s.Value)) {
			t.Errorf("the archive holds %s of %s", s.Name, s.Place)
		}
	}
	if looked == 0 {
		t.Error("no secret was looked for")
	}
}

// nobody unpacks without root: Dockerfile and context; Kaniko says what it needs.
func (p *extractProof) nobody(t *testing.T) {
	const nobody = 65534
	dir, err := os.MkdirTemp("", "a2c-proof-nobody-") //nolint:usetesting // t.TempDir lies in a folder that only root enters
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	copied := filepath.Join(dir, "it.tar.zst")
	text, err := os.ReadFile(p.archive)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Chown(dir, nobody, nobody), os.WriteFile(copied, text, 0o600), os.Chown(copied, nobody, nobody)); err != nil {
		t.Fatal(err)
	}
	run := func(code int, args ...string) string {
		cmd := exec.CommandContext(t.Context(), p.bench.A2C, args...)
		cmd.Env = []string{"A2C_WORKSPACE=" + filepath.Join(dir, "w")}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != code {
			t.Errorf("a2c %v as nobody: %v\n%s", args, err, out)
		}
		return string(out)
	}
	run(exitDone, "containerize", "--input-archive", copied, "--builder", "dockerfile", "-o", "table")
	t.Logf("as nobody, with Kaniko: %s", run(exitFailed, "containerize", "--input-archive", copied, "-o", "table"))
}

// hostile cuts the archive and changes a byte: one sentence, and nothing of it is used.
func (p *extractProof) hostile(t *testing.T) {
	text, err := os.ReadFile(p.archive)
	if err != nil {
		t.Fatal(err)
	}
	other := bytes.Clone(text)
	other[len(other)/2] ^= 1
	bad := filepath.Join(filepath.Dir(p.archive), "bad")
	before := tree(t, filepath.Join(p.there.Workspace, p.job.ID, "image", "oci"))
	for _, data := range [][]byte{text[:len(text)-1], text[:len(text)/2], other, append(bytes.Clone(text), 1)} {
		if err := os.WriteFile(bad, data, 0o600); err != nil {
			t.Fatal(err)
		}
		ran := p.there.Run(t, []int{exitFailed}, "containerize", "--input-archive", bad)
		if said := string(ran.Stderr); strings.Count(said, "\n") != 1 || !strings.Contains(said, bad) {
			t.Errorf("it says %q", said)
		}
	}
	if after := tree(t, filepath.Join(p.there.Workspace, p.job.ID, "image", "oci")); len(after) != len(before) || len(after) == 0 {
		t.Errorf("of the last image %d files, before %d", len(after), len(before))
	}
}

// interrupted ends extract after ever longer times, until one ends before.
func (p *extractProof) interrupted(t *testing.T) {
	dir := p.bench.Scratch(t, "interrupted")
	for after, n := 50*time.Millisecond, 0; ; after, n = after*3, n+1 {
		cmd := p.here.Make(t.Context(), "extract", "--application-id", p.job.ID, "--archive", filepath.Join(dir, "it"), "--allow-secrets-in-image")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		stop := time.AfterFunc(after, func() { _ = cmd.Process.Signal(syscall.SIGINT) })
		_ = cmd.Wait() // the exit code tells
		left, err := filepath.Glob(filepath.Join(dir, "*"))
		hidden, _ := filepath.Glob(filepath.Join(dir, ".*"))
		if stop.Stop() || err != nil {
			if len(left) != 1 || n < 2 {
				t.Errorf("whole after %d interrupts, with %v", n, left)
			}
			return
		}
		if _, err := os.Stat(filepath.Join(p.here.Workspace, p.job.ID, "extract")); cmd.ProcessState.ExitCode() != exitInterrupted && len(left) == 0 || len(hidden) > 0 || err == nil && len(left) == 0 {
			t.Errorf("interrupted after %v: exit code %d, left %v and %v", after, cmd.ProcessState.ExitCode(), hidden, err)
		}
		_ = os.Remove(filepath.Join(dir, "it")) // of one that was done by then
	}
}
