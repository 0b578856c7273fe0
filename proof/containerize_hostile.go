package proof

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"a2c/containerize/build"
	"a2c/internal/jail"
)

// proveHostile runs a program as root in a build that tries to reach the host; then one that hands a host's file over as a layer.
func proveHostile(t *testing.T, b *Bench) {
	dir := b.Scratch(t, "containerize-hostile")
	h := newHostile(t, b, dir)
	secret := filepath.Join(dir, "secret.tar")
	if err := os.WriteFile(secret, make([]byte, 10240), 0o600); err != nil { // an empty tar
		t.Fatal(err)
	}
	tcp, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	abstract := "a2c-proof-" + strconv.Itoa(os.Getpid())
	unixSocket, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", "@"+abstract)
	if err != nil {
		t.Fatal(err)
	}
	defer unixSocket.Close()
	before := kernelPicture(t)
	env := fmt.Sprintf("ENV ATTACK_TCP=%q ATTACK_ABSTRACT=%q ATTACK_FILE=%q\n", tcp.Addr(), abstract, secret)
	built, err := h.build(t.Context(), env+"RUN [\"/attack\"]\n")
	if err != nil {
		t.Fatal(err)
	}
	if len(built) < 2 {
		t.Fatalf("the attack made no layer: it did not run: %+v", built)
	}
	if d := differences(before, kernelPicture(t)); len(d) > 0 {
		t.Errorf("the host changed:\n%s", strings.Join(d, "\n"))
	}
	for _, how := range []string{"file", "folder"} {
		built, err := h.build(t.Context(), fmt.Sprintf("RUN [\"/attack\", \"link\", %q, %q]\n", how, secret))
		if err != nil {
			t.Logf("%s: %v", how, err)
			continue // refused
		}
		for _, l := range built { // Kaniko's own rename has replaced the link
			info, err := os.Lstat(l.File)
			if err != nil || !info.Mode().IsRegular() || info.Size() == 10240 {
				t.Errorf("%s: a layer is %v (%v): a file of the host", how, info, err)
			}
		}
	}
}

// kernelPicture is what root in a namespace could change of the machine; files and processes are FirstPromise's, which runs alone.
func kernelPicture(t *testing.T) picture {
	t.Helper()
	p := picture{}
	p.mounts(t)
	p.sysctls(t)
	p.cgroups(t)
	delete(p, "sysctl fs/quota/syncs") // counts calls of sync(2) by anybody
	return p
}

// hostile is a context with the attacking program.
type hostile struct {
	dir, program string
	context      string
}

func newHostile(t *testing.T, b *Bench, dir string) *hostile {
	t.Helper()
	h := &hostile{dir: dir, program: filepath.Join(filepath.Dir(b.A2C), build.ProgramName), context: filepath.Join(dir, "context")}
	if err := os.MkdirAll(h.context, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", filepath.Join(h.context, "attack"), "./testdata/attack")
	cmd.Dir = b.Repo
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build testdata/attack: %v\n%s", err, out)
	}
	return h
}

func (h *hostile) build(ctx context.Context, rest string) (layers []build.RawLayer, err error) {
	out := filepath.Join(h.dir, "out")
	if err := os.RemoveAll(out); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(out, 0o700); err != nil {
		return nil, err
	}
	file := filepath.Join(h.dir, "Dockerfile")
	if err := os.WriteFile(file, []byte("FROM scratch\nCOPY attack /attack\n"+rest), 0o600); err != nil {
		return nil, err
	}
	_, err = build.Kaniko{Program: h.program}.Build(ctx, build.Spec{
		Context: h.context, Dockerfile: file, Output: out, Platform: "linux/amd64", Jobs: 1,
		Ready: func(l build.RawLayer) error { layers = append(layers, l); return nil },
	})
	return layers, err
}

// proveKilled kills the builder in the middle of a build, then interrupts one: an error that says so, nothing left, and the next build works.
func proveKilled(t *testing.T, b *Bench) {
	h := newHostile(t, b, b.Scratch(t, "containerize-killed"))
	mounts := lines(t, "/proc/self/mountinfo")
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	for _, c := range []struct {
		name string
		stop func(builder int) error
		want error
	}{
		{"killed", func(builder int) error { return unix.Kill(builder, unix.SIGKILL) }, jail.ErrKilled},
		{"interrupted", func(int) error { interrupt(); return nil }, context.Canceled},
	} {
		done := make(chan error, 1)
		go func() {
			_, err := h.build(ctx, "RUN [\"/attack\", \"wait\"]\n")
			done <- err
		}()
		members, builder := waitForAttack(t)
		if err := c.stop(builder); err != nil {
			t.Fatal(err)
		}
		if err := <-done; !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
		for begin := time.Now(); len(living(members)) > 0; time.Sleep(10 * time.Millisecond) {
			if time.Since(begin) > 5*time.Second {
				t.Fatalf("%s: left are %v", c.name, living(members))
			}
		}
		if d := cmp.Diff(mounts, lines(t, "/proc/self/mountinfo")); d != "" {
			t.Errorf("%s: mounts (-before +after):\n%s", c.name, d)
		}
	}
	if _, err := h.build(t.Context(), "LABEL again=1\n"); err != nil {
		t.Errorf("the next build: %v", err)
	}
}

// waitForAttack waits until the build step runs, and returns the processes of the build and the builder among them.
func waitForAttack(t *testing.T) (members map[int]uint64, builder int) {
	t.Helper()
	for begin := time.Now(); time.Since(begin) < 20*time.Second; time.Sleep(10 * time.Millisecond) {
		members = family(t, os.Getpid())
		delete(members, os.Getpid())
		running := false
		for pid := range members {
			s, err := readStat(pid)
			if err != nil {
				continue
			}
			running = running || s.comm == "attack"
			if s.parent == os.Getpid() {
				builder = pid
			}
		}
		if running {
			return members, builder
		}
	}
	t.Fatal("the build step did not start")
	return nil, 0
}
