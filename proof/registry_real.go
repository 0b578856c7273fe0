package proof

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"golang.org/x/crypto/bcrypt"
)

// registryOptions say what a registry is like.
type registryOptions struct {
	tls            bool
	names          []string // in its certificate, besides 127.0.0.1
	user, password string
	megabytes      int // of its disk; 0: the bench's
}

// realRegistry is distribution's.
type realRegistry struct {
	registryOptions
	dir, address, certificate string
}

// registry starts one on loopback for the time of the test.
func (b *Bench) registry(t *testing.T, what string, o registryOptions) *realRegistry {
	t.Helper()
	r := &realRegistry{registryOptions: o, dir: b.Scratch(t, "registry-"+what), address: freePorts(t, 1)[0]}
	data := filepath.Join(r.dir, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	if o.megabytes > 0 {
		mountDisk(t, data, o.megabytes)
	}
	config := fmt.Sprintf("version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\nstorage: {filesystem: {rootdirectory: %q}}\nhttp:\n  addr: %s\n  secret: proof\n  relativeurls: true\n", data, r.address)
	if o.tls {
		key := ""
		r.certificate, key = selfSigned(t, r.dir, o.names)
		config += fmt.Sprintf("  tls: {certificate: %q, key: %q}\n", r.certificate, key)
	}
	if o.user != "" {
		hash, err := bcrypt.GenerateFromPassword([]byte(o.password), bcrypt.MinCost)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(r.dir, "htpasswd")
		if err := os.WriteFile(file, fmt.Appendf(nil, "%s:%s\n", o.user, hash), 0o600); err != nil {
			t.Fatal(err)
		}
		config += fmt.Sprintf("auth: {htpasswd: {realm: proof, path: %q}}\n", file)
	}
	file := filepath.Join(r.dir, "config.yml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	background(t, r.dir, "env", "OTEL_TRACES_EXPORTER=none", filepath.Join(b.Dir, "bin", "registry"), "serve", file)
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		c, err := new(net.Dialer).DialContext(t.Context(), "tcp", r.address)
		if err == nil {
			c.Close()
			return r
		}
		if time.Now().After(deadline) {
			t.Fatalf("the registry does not listen: %v", err)
		}
	}
}

// selfSigned makes a certificate for 127.0.0.1 and the names, and its key.
func selfSigned(t *testing.T, dir string, names []string) (string, string) {
	t.Helper()
	key, err1 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err1 != nil {
		t.Fatal(err1)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "registry of a proof"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: names, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err1 := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	private, err2 := x509.MarshalPKCS8PrivateKey(key)
	certificate, secret := filepath.Join(dir, "registry.crt"), filepath.Join(dir, "registry.key")
	err := errors.Join(
		err1, err2, os.WriteFile(certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644),
		os.WriteFile(secret, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600),
	)
	if err != nil {
		t.Fatal(err)
	}
	return certificate, secret
}

func dockerConfig(address, user, password string) string {
	return fmt.Sprintf(`{"auths":{%q:{"auth":%q}}}`, address, base64.StdEncoding.EncodeToString([]byte(user+":"+password)))
}

// registryFront is a proxy that counts what passes.
type registryFront struct {
	address string
	mu      sync.Mutex
	list    []passed
}

type passed struct {
	request *http.Request
	status  int
}

// front stands before the registry. instead, when not nil, may answer itself, and then says true.
func (r *realRegistry) front(t *testing.T, instead func(http.ResponseWriter, *http.Request) bool) *registryFront {
	t.Helper()
	f := &registryFront{}
	to := &url.URL{Scheme: "http", Host: r.address}
	proxy := &httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) { p.SetURL(to) }, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)}
	proxy.ModifyResponse = func(answer *http.Response) error {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.list = append(f.list, passed{answer.Request, answer.StatusCode})
		return nil
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if instead != nil {
			f.mu.Lock()
			done := instead(w, q)
			f.mu.Unlock()
			if done {
				return
			}
		}
		proxy.ServeHTTP(w, q)
	}))
	t.Cleanup(server.Close)
	f.address = strings.TrimPrefix(server.URL, "http://")
	return f
}

func isUpload(r *http.Request, _ int) bool {
	return r.Method == http.MethodPut || r.Method == http.MethodPost || r.Method == http.MethodPatch
}

func (f *registryFront) count(which func(*http.Request, int) bool) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range f.list {
		if which(p.request, p.status) {
			n++
		}
	}
	return n
}

func (f *registryFront) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = nil
}

func (f *registryFront) seen() (list []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range f.list {
		list = append(list, fmt.Sprintf("%s %s %d", p.request.Method, p.request.URL.RequestURI(), p.status))
	}
	return list
}

// wire passes bytes on, and cuts each connection after some of them.
type wire struct {
	address string
	cuts    atomic.Int32
}

func (r *realRegistry) wire(t *testing.T, most int64) *wire {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{address: l.Addr().String()}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { w.pass(t, c, r.address, most) })
		}
	})
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		all.Wait()
	})
	return w
}

func (w *wire) pass(t *testing.T, c net.Conn, to string, most int64) {
	defer c.Close()
	s, err := new(net.Dialer).DialContext(t.Context(), "tcp", to)
	if err != nil {
		return // the test has ended
	}
	back := make(chan struct{})
	go func() {
		defer close(back)
		_, _ = io.Copy(c, s) // ends when either side does
		c.Close()
	}()
	if _, err := io.CopyN(s, c, most); err == nil {
		w.cuts.Add(1)
	}
	s.Close()
	<-back
}

func parseReference(t *testing.T, text string) name.Reference {
	t.Helper()
	at, err := name.ParseReference(text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// wholeBlob reads a layer from its registry, which fails when it is not what its digest says.
func wholeBlob(t *testing.T, l v1.Layer) {
	t.Helper()
	r, err := l.Compressed()
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(io.Discard, r)
	if err := errors.Join(err, r.Close()); err != nil {
		t.Error(err)
	}
}

// oneSentence demands that an error is one line with what was done, why it failed and what to do next.
func oneSentence(t *testing.T, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Fatal(err)
	case want == "":
	case err == nil:
		t.Errorf("it worked, and should have said %q", want)
	case !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "push 127.0.0.1:") || !strings.Contains(err.Error(), "; ") || strings.ContainsAny(err.Error(), "\n"):
		t.Errorf("it says %q, and not %q", err, want)
	default:
		t.Log(err)
	}
}

func recordingLog() (*slog.Logger, *bytes.Buffer) {
	var b bytes.Buffer
	return slog.New(slog.NewTextHandler(&b, nil)), &b
}
