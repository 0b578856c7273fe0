package proof

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/remote"

	"a2c/containerize/layer"
	"a2c/internal/registry"
	"a2c/proof/apps"
)

const distributionRegistry = "github.com/distribution/distribution/v3/cmd/registry@v3.1.2"

// Registry pushes a real image to a real registry: in the clear, by TLS, with passwords, and where something is wrong. What is wrong is said in one sentence.
func Registry() Proof {
	return Proof{
		Name: "registry", Needs: []Need{Root, AMD64, Packages}, Budget: 6 * time.Minute,
		Install: func(t *testing.T, b *Bench) {
			b.GoInstall(t, distributionRegistry)
			b.motoFolder(t)
			b.awsCLI(t)
			InstallApps(apps.Orders())(t, b)
		},
		Run: func(t *testing.T, b *Bench) {
			p := &registryProof{b: b, c: b.Command(filepath.Join(b.Scratch(t, "registry"), "workspace"))}
			site := b.Start(t, apps.Orders())
			jobs, _ := b.Inventory(t, p.c, site, []apps.App{apps.Orders()})
			p.job = jobs["orders"]
			p.job.Analyze(t, p.c)
			p.plain = b.registry(t, "plain", registryOptions{})
			p.job.Containerize(t, p.c, "--allow-secrets-in-image", "--destination", p.plain.address+"/team/orders:1")
			t.Run("plain", p.again)
			t.Run("mounted", p.mounted)
			t.Run("tls", p.tls)
			t.Run("password", p.password)
			t.Run("ecr", p.ecr)
			t.Run("cut", p.cut)
			t.Run("throttled", p.throttled)
			t.Run("failing", p.failing)
			t.Run("full", p.full)
			t.Run("nobody", p.nobody)
		},
	}
}

type registryProof struct {
	b     *Bench
	c     Command
	job   Job
	plain *realRegistry
}

// push pushes the image that was made, in this process, and returns what was said of waiting. want is a part of the error, "" when it has to work.
func (p *registryProof) push(t *testing.T, address, want string) string {
	t.Helper()
	img, err := layer.Load(filepath.Join(p.c.Workspace, p.job.ID, "image", "oci"))
	if err != nil {
		t.Fatal(err)
	}
	log, said := recordingLog()
	destination := address + "/team/orders:1"
	err = layer.Push(t.Context(), registry.Client{Log: log}, img, destination, nil, nil)
	oneSentence(t, err, want)
	if err == nil {
		p.there(t, destination)
	}
	return said.String()
}

// there demands that the registry gives the image, each blob whole.
func (p *registryProof) there(t *testing.T, destination string) {
	t.Helper()
	at := parseReference(t, destination)
	options, err := registry.Client{}.Options(t.Context(), at.Context().Registry)
	if err != nil {
		t.Fatal(err)
	}
	img, err := remote.Image(at, options...)
	if err != nil {
		t.Fatal(err)
	}
	digest, err := img.Digest()
	if err != nil || digest.String() != p.job.Image.Digest {
		t.Fatalf("%s is %s (%v), and not %s", destination, digest, err, p.job.Image.Digest)
	}
	layers, err := img.Layers()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range layers {
		wholeBlob(t, l)
	}
}

// command is a2c containerize again with other settings, which builds nothing. want is a part of what it says when it fails.
func (p *registryProof) command(t *testing.T, destination, want string, env ...string) string {
	t.Helper()
	c := p.c
	c.Env = env
	allowed := []int{exitDone, exitNotAllSeen}
	if want != "" {
		allowed = []int{exitFailed}
	}
	ran := c.Run(t, allowed, "containerize", "--application-id", p.job.ID, "--allow-secrets-in-image", "--destination", destination)
	last := strings.TrimSpace(string(ran.Stderr))
	last = last[strings.LastIndexByte(last, '\n')+1:]
	if !strings.Contains(last, want) {
		t.Errorf("it does not say %q:\n%s", want, head(ran.Stderr))
	}
	if want != "" {
		t.Log(last)
	}
	return string(ran.Stderr)
}

// again pushes what is there: nothing is sent.
func (p *registryProof) again(t *testing.T) {
	p.there(t, p.plain.address+"/team/orders:1")
	front := p.plain.front(t, nil)
	begin := time.Now()
	p.push(t, front.address, "")
	took := time.Since(begin)
	if sent := front.count(isUpload); sent != 0 {
		t.Errorf("%d requests sent something again: %v", sent, front.seen())
	}
	fmt.Fprintf(p.b.Log, "push of the unchanged image, and a look at each of its blobs: %.2f s (goal of the push: 0.5 s)\n", took.Seconds())
}

// mounted pushes to another repository: the layers are mounted, only what is new is sent.
func (p *registryProof) mounted(t *testing.T) {
	front := p.plain.front(t, nil)
	p.command(t, front.address+"/team/first:1", "")
	front.forget()
	p.command(t, front.address+"/team/second:1", "")
	p.there(t, front.address+"/team/second:1")
	mounts := front.count(func(r *http.Request, status int) bool {
		return r.Method == http.MethodPost && r.URL.Query().Has("mount") && status == http.StatusCreated
	})
	if mounts != len(p.job.Image.Layers) {
		t.Errorf("%d layers were mounted, of %d: %v", mounts, len(p.job.Image.Layers), front.seen())
	}
}

// tls refuses a certificate that nobody signed, and takes it when the user says so, in either of the usual ways.
func (p *registryProof) tls(t *testing.T) {
	r := p.b.registry(t, "tls", registryOptions{tls: true})
	p.command(t, r.address+"/team/orders:1", "its certificate is signed by nobody whom this machine trusts; put its authority's certificate, or a self-signed one itself, into /etc/docker/certs.d/"+r.address)
	p.command(t, r.address+"/team/orders:1", "", "SSL_CERT_FILE="+r.certificate)
	folder := filepath.Join(r.dir, "config", "docker", "certs.d", r.address)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(r.certificate, filepath.Join(folder, "ca.crt")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(r.dir, "config"))
	p.push(t, r.address, "")
}

// password is taken from the Docker configuration, and from a helper that it names.
func (p *registryProof) password(t *testing.T) {
	r := p.b.registry(t, "password", registryOptions{user: "shop", password: "a password: of\tthe proof"})
	to := r.address + "/team/orders:1"
	configured := func(name, text string) string {
		dir := filepath.Join(r.dir, name)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return "DOCKER_CONFIG=" + dir
	}
	home := "HOME=" + r.dir // where no configuration of the machine's lies
	p.command(t, to, "the registry refuses these credentials, or has got none", home)
	p.command(t, to, "docker login "+r.address, home, configured("wrong", dockerConfig(r.address, r.user, "wrong")))
	p.command(t, to, "", home, configured("right", dockerConfig(r.address, r.user, r.password)))
	helped := configured("helper", fmt.Sprintf(`{"credHelpers":{%q:"a2cproof"}}`, r.address))
	p.command(t, to, "the credential helper of the Docker configuration gives none", home, helped)
	bin := filepath.Join(r.dir, "bin")
	if err := os.MkdirAll(bin, 0o700); err != nil {
		t.Fatal(err)
	}
	helper := fmt.Sprintf("#!/bin/sh\ncat <<'END'\n{\"ServerURL\":%q,\"Username\":%q,\"Secret\":%q}\nEND\n", r.address, r.user, r.password)
	if err := os.WriteFile(filepath.Join(bin, "docker-credential-a2cproof"), []byte(helper), 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	said := p.command(t, to, "", home, helped, "PATH="+bin+":/usr/bin:/bin")
	if strings.Contains(said, r.password) {
		t.Error("the password is printed")
	}
}

// cut goes on after each cut as long as something arrives, and says so when nothing does.
func (p *registryProof) cut(t *testing.T) {
	r := p.b.registry(t, "cut", registryOptions{})
	w := r.wire(t, 5<<20)
	said := p.push(t, w.address, "")
	if cuts := w.cuts.Load(); cuts < 3 || !strings.Contains(said, "the connection broke") {
		t.Errorf("cut %d times, and it says\n%s", cuts, said)
	}
	t.Logf("cut %d times after 5 MB each", w.cuts.Load())
	broken := p.b.registry(t, "broken", registryOptions{}).wire(t, 20<<10)
	p.push(t, broken.address, "the connection broke 6 times in a row")
}

// throttled waits as long as it is asked to, says so, and ends when that is too long.
func (p *registryProof) throttled(t *testing.T) {
	r := p.b.registry(t, "throttled", registryOptions{})
	left := 3
	front := r.front(t, func(w http.ResponseWriter, q *http.Request) bool {
		if q.Method != http.MethodPost || left == 0 {
			return false
		}
		left--
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests)
		return true
	})
	if said := p.push(t, front.address, ""); strings.Count(said, "it throttles") != 3 {
		t.Errorf("it says\n%s", said)
	}
	front = r.front(t, func(w http.ResponseWriter, q *http.Request) bool {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(http.StatusTooManyRequests)
		return q.URL.Path != ""
	})
	p.push(t, front.address, "the registry throttles, also after a2c has waited (429 Too Many Requests)")
}

// failing breaks down in the middle, and does not come back.
func (p *registryProof) failing(t *testing.T) {
	r := p.b.registry(t, "failing", registryOptions{})
	front := r.front(t, func(w http.ResponseWriter, q *http.Request) bool {
		if q.Method != http.MethodPut {
			return false
		}
		w.WriteHeader(http.StatusBadGateway)
		return true
	})
	p.push(t, front.address, "the registry failed, also when asked again (502 Bad Gateway)")
}

// full is a registry whose disk has no room for the image.
func (p *registryProof) full(t *testing.T) {
	r := p.b.registry(t, "full", registryOptions{megabytes: 20})
	p.push(t, r.address, "the registry has no space left")
}

func (p *registryProof) nobody(t *testing.T) {
	p.push(t, freePorts(t, 1)[0], "nobody listens at 127.0.0.1:")
}
