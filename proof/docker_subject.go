package proof

import (
	"archive/tar"
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"a2c/internal/engine"
	"a2c/model"
	"a2c/verify"
)

// twinUser is whom live application and image run as.
const twinUser = 65534

// buildTwin compiles testdata/twin, which is both the live application and the image's only program.
func buildTwin(t *testing.T, b *Bench) string {
	t.Helper()
	folder := filepath.Join(b.Dir, "twin")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(folder, "twin")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", program, "./testdata/twin")
	cmd.Dir = b.Repo
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build testdata/twin: %v\n%s", err, out)
	}
	return program
}

// subject is a live application and an image of it.
type subject struct {
	port    int
	options verify.Options
}

// subject starts the live application with env, and makes an image whose environment differs by the variables of image.
func (d *dockerProof) subject(t *testing.T, image map[string]string, env ...string) *subject {
	t.Helper()
	s := &subject{port: freePort(t)}
	cmd := exec.CommandContext(t.Context(), d.program)
	cmd.Dir = "/"
	cmd.Env = append([]string{fmt.Sprintf("LISTEN=127.0.0.1:%d", s.port), "WHO=live", "GREETING=Hello"}, env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(d.uid()), Gid: uint32(d.uid())}}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		if err := cmd.Wait(); err != nil && cmd.ProcessState == nil {
			t.Error(err)
		}
	})
	waitFor(t, s.port)
	listener := model.Listener{Address: "127.0.0.1", Port: s.port, Protocol: "tcp", Family: "tcp", Purpose: "http"}
	app := model.App{ProcessID: cmd.Process.Pid, StartedAt: time.Now(), Listeners: []model.Listener{listener}}
	opened := listener
	opened.Address = "0.0.0.0"
	dir := t.TempDir()
	variables := map[string]string{"LISTEN": fmt.Sprintf("0.0.0.0:%d", s.port), "WHO": "twin", "GREETING": "Hello"}
	maps.Copy(variables, image)
	changes := []model.Change{{Kind: "listener", Target: "LISTEN", Port: s.port, Reason: "opened"}}
	for name, value := range image {
		changes = append(changes, model.Change{Kind: "env", Target: name, After: value, Reason: "the proof's own"})
	}
	s.options = verify.Options{
		Analysis: model.Analysis{AnalysisInfo: model.AnalysisInfo{AppID: "twin", App: app}},
		Image: model.Image{
			ApplicationID: "twin", Digest: d.image(t, dir, variables), Uncompressed: 64 << 20,
			Config: model.ImageConfig{
				User: fmt.Sprintf("%d:%d", d.uid(), d.uid()), WorkingDir: "/", Entrypoint: []string{d.program}, Env: assignments(variables),
			},
			Needs:   model.Needs{Ports: []model.Listener{opened}, User: model.User{UID: d.uid(), GID: d.uid()}},
			Changes: changes,
		},
		Dir: dir, DockerHost: d.host, MemoryBytes: 256 << 20, Settle: 2 * time.Second,
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}
	return s
}

// image writes an OCI layout below dir, as containerize does, and returns the image's digest.
func (d *dockerProof) image(t *testing.T, dir string, env map[string]string) string {
	t.Helper()
	program, err := os.ReadFile(d.program)
	if err != nil {
		t.Fatal(err)
	}
	who, err := user.LookupId(strconv.Itoa(d.uid()))
	if err != nil {
		t.Fatal(err)
	}
	passwd := fmt.Appendf(nil, "%s:x:%d:%d::/:/bin/false\n", who.Username, d.uid(), d.uid())
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	headers := []tar.Header{
		{Name: "tmp/", Typeflag: tar.TypeDir, Mode: 0o1777},
		{Name: "work/", Typeflag: tar.TypeDir, Mode: 0o755, Uid: twinUser, Gid: twinUser},
		{Name: "usr/share/zoneinfo/", Typeflag: tar.TypeDir, Mode: 0o755},
		{Name: "etc/passwd", Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(passwd))},
		{Name: strings.TrimPrefix(d.program, "/"), Typeflag: tar.TypeReg, Mode: 0o555, Size: int64(len(program)), PAXRecords: d.records},
	}
	for _, name := range d.empty {
		headers = append(headers, tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Uid: d.uid(), Gid: d.uid()})
	}
	for i := range headers {
		if err := w.WriteHeader(&headers[i]); err != nil {
			t.Fatal(err)
		}
		content := map[string][]byte{"etc/passwd": passwd, strings.TrimPrefix(d.program, "/"): program}[headers[i].Name]
		if _, err := w.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.Bytes())), nil })
	if err != nil {
		t.Fatal(err)
	}
	image, err := mutate.AppendLayers(empty.Image, layer)
	if err != nil {
		t.Fatal(err)
	}
	config := v1.Config{Entrypoint: []string{d.program}, WorkingDir: "/", User: fmt.Sprintf("%d:%d", d.uid(), d.uid()), Env: assignments(env)}
	if image, err = mutate.Config(image, config); err != nil {
		t.Fatal(err)
	}
	index := mutate.AppendManifests(empty.Index, mutate.IndexAddendum{Add: image})
	if _, err := layout.Write(filepath.Join(dir, "image", "oci"), index); err != nil {
		t.Fatal(err)
	}
	digest, err := image.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return digest.String()
}

// assignments are variables as NAME=value, by name.
func assignments(env map[string]string) (list []string) {
	for _, name := range slices.Sorted(maps.Keys(env)) {
		list = append(list, name+"="+env[name])
	}
	return list
}

func (s *subject) ask(t *testing.T, paths ...string) {
	t.Helper()
	s.options.Requests = nil
	for _, path := range paths {
		q, err := verify.ParseRequest(path)
		if err != nil {
			t.Fatal(err)
		}
		s.options.Requests = append(s.options.Requests, q)
	}
}

func (s *subject) verify(t *testing.T) model.Verification {
	t.Helper()
	v, err := verify.Run(t.Context(), s.options)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// uid is whom both run as.
func (d *dockerProof) uid() int {
	if d.root {
		return 0
	}
	return twinUser
}

func (d *dockerProof) random() string { return rand.Text() }

func (d *dockerProof) connect(t *testing.T) *engine.Client {
	t.Helper()
	c, err := engine.Connect(t.Context(), d.host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// nothingLeft fails when a container, an image or an interface of a2c is there.
func (d *dockerProof) nothingLeft(t *testing.T) {
	t.Helper()
	c := d.connect(t)
	containers, err := c.Containers(t.Context(), "a2c.verify")
	if err != nil || len(containers) > 0 {
		t.Errorf("containers left: %v, %v", containers, err)
	}
	images, err := c.Images(t.Context(), "a2c.invalid/verify")
	if err != nil || len(images) > 0 {
		t.Errorf("images left: %v, %v", images, err)
	}
	if list, err := net.Interfaces(); err != nil || slices.ContainsFunc(list, func(i net.Interface) bool { return strings.HasPrefix(i.Name, "a2c") }) {
		t.Errorf("interfaces of the host: %v, %v", list, err)
	}
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func waitFor(t *testing.T, port int) {
	t.Helper()
	for range 100 {
		c, err := new(net.Dialer).DialContext(t.Context(), "tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			c.Close()
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("port %d does not open", port)
}
