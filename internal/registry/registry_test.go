package registry

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

func refused(status int, text string) error {
	te := &transport.Error{StatusCode: status, Request: &http.Request{Method: http.MethodPut, URL: &url.URL{Scheme: "https", Host: "images.example", Path: "/v2/team/shop/blobs"}}}
	if err := json.Unmarshal([]byte(text), te); err != nil {
		return err
	}
	return te
}

func code(code, message string) string {
	return fmt.Sprintf(`{"errors":[{"code":%q,"message":%q}]}`, code, message)
}

// TestExplain holds what is said of each failure: one sentence with what, why and what to do next.
func TestExplain(t *testing.T) {
	at, err := name.ParseReference("images.example/team/shop:1")
	if err != nil {
		t.Fatal(err)
	}
	cut := &url.Error{Op: "Patch", URL: "https://images.example/v2/?_state=secret", Err: &spentError{io.EOF}}
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"credentials": {
			refused(401, code("UNAUTHORIZED", "authentication required")),
			"the registry refuses these credentials, or has got none (401 Unauthorized, UNAUTHORIZED: authentication required); log in with `docker login images.example`",
		},
		"denied": {
			refused(403, code("DENIED", "no push access")),
			"the registry does not allow this to these credentials (403 Forbidden, DENIED: no push access); have team/shop opened to them, or log in with `docker login images.example`",
		},
		"quota": {
			refused(403, code("DENIED", "will exceed the configured upper limit of the quota")),
			"the registry's quota is used up (403 Forbidden, DENIED: will exceed the configured upper limit of the quota); make room there or have it raised, and run the same again",
		},
		"repository": {
			refused(404, code("NAME_UNKNOWN", "no such repository")),
			"the registry knows no repository or image of this name (404 Not Found, NAME_UNKNOWN: no such repository); create team/shop there, or correct the name",
		},
		"immutable": {
			refused(400, code("TAG_INVALID", "The image tag '1' already exists in the 'team/shop' repository and cannot be overwritten because the tag is immutable.")),
			"the tag 1 exists with another image and may not be changed (400 Bad Request, TAG_INVALID: The image tag '1' already exists in the 'team/shop' repository and cannot be overwritten because the tag is immutable.); give another tag",
		},
		"size": {
			refused(413, `{}`),
			"the registry, or a proxy in front of it, takes no request of this size (413 Request Entity Too Large); have its limit raised (nginx: client_max_body_size)",
		},
		"throttled": {
			refused(429, code("TOOMANYREQUESTS", "slow\ndown")),
			"the registry throttles, also after a2c has waited (429 Too Many Requests, TOOMANYREQUESTS: slow down); run the same again later: what arrived is not sent again",
		},
		"full": {
			refused(500, `{"errors":[{"code":"UNKNOWN","message":"unknown error","detail":{"DriverName":"filesystem","Enclosed":{"Op":"mkdir","Err":28}}}]}`),
			"the registry has no space left (500 Internal Server Error, UNKNOWN: unknown error; map[DriverName:filesystem Enclosed:map[Err:28 Op:mkdir]]); make room there, and run the same again: what arrived is not sent again",
		},
		"storage": {
			refused(507, `{}`),
			"the registry's quota is used up (507 Insufficient Storage); make room there or have it raised, and run the same again",
		},
		"broken": {
			refused(503, `{}`),
			"the registry failed, also when asked again (503 Service Unavailable); look into its log, and run the same again: what arrived is not sent again",
		},
		"refused": {
			refused(400, code("MANIFEST_INVALID", "unknown media type")),
			"the registry refuses it (400 Bad Request, MANIFEST_INVALID: unknown media type); look up what it says in its manual; a registry has to take OCI images (image-spec 1.0)",
		},
		"cut": {
			cut,
			"the connection broke 6 times in a row (EOF); look what stands between, and run the same again: what arrived is not sent again",
		},
		"cut once": {
			&url.Error{Op: "Put", URL: "https://images.example/v2/?_state=secret", Err: syscall.ECONNRESET},
			"the connection broke (connection reset by peer); look what stands between, and run the same again: what arrived is not sent again",
		},
		"nobody": {
			&url.Error{Op: "Get", Err: &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}},
			"nobody listens at images.example; start the registry, or correct the name",
		},
		"name": {
			&url.Error{Op: "Get", Err: &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "images.example", IsNotFound: true}}},
			"the name images.example is not known here; correct it, or this machine's resolver",
		},
		"clear": {
			&url.Error{Op: "Get", Err: http.ErrSchemeMismatch},
			"it speaks no TLS; give it a certificate: a2c speaks in the clear only to this machine and to private addresses (RFC 1918)",
		},
		"authority": {
			&url.Error{Op: "Get", Err: &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}},
			"its certificate is signed by nobody whom this machine trusts; put its authority's certificate, or a self-signed one itself, into /etc/docker/certs.d/images.example/ca.crt, or name a file with it in SSL_CERT_FILE",
		},
		"other name": {
			&url.Error{Op: "Get", Err: x509.HostnameError{Certificate: &x509.Certificate{}, Host: "images.example"}},
			"its certificate is for another name than images.example; use the name that stands in the certificate, or have one made for this name",
		},
		"helper": {
			errors.New("error getting credentials - err: exec: \"docker-credential-x\": executable file not found in $PATH, out: ``"),
			"the credential helper of the Docker configuration gives none (error getting credentials - err: exec: \"docker-credential-x\": executable file not found in $PATH, out: ``); correct credHelpers or credsStore in ~/.docker/config.json, or log in with `docker login images.example`",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := Explain("push", at, c.err)
			if diff := cmp.Diff("push images.example/team/shop:1: "+c.want, got.Error()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if !errors.Is(got, c.err) || !errors.Is(Explain("more", at, got), got) {
				t.Error("it does not hold its cause, or is explained twice")
			}
		})
	}
	if Explain("push", at, nil) != nil {
		t.Error("nothing is explained")
	}
}

// TestCertificates trusts a server by what stands in the folder of its name, as for Docker, and no other.
func TestCertificates(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
	server.StartTLS()
	defer server.Close()
	host := strings.TrimPrefix(server.URL, "https://")
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	for name, c := range map[string]struct {
		file, want string
		text       []byte
	}{
		"none":      {"", "certificate", nil},
		"authority": {host + "/ca.crt", "", authority},
		"other":     {"other.example:443/ca.crt", "certificate", authority},
		"no PEM":    {host + "/ca.crt", "no certificate in PEM stands in it", []byte("text")},
		"no key":    {host + "/client.cert", "no such file", authority},
	} {
		t.Run(name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "certs[1]")
			if c.file != "" {
				file := filepath.Join(folder, c.file)
				if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, c.text, 0o600)); err != nil {
					t.Fatal(err)
				}
			}
			err := ask(t.Context(), host, folder, server.URL)
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func ask(ctx context.Context, host, folder, url string) error {
	to, err := trusting(host, []string{folder})
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	answer, err := to.RoundTrip(r)
	if err != nil {
		return err
	}
	return answer.Body.Close()
}

// TestPatience counts how often what passes is asked again.
func TestPatience(t *testing.T) {
	for name, c := range map[string]struct {
		status     int
		retryAfter string
		failures   int32 // before it works
		text       string
		want       int // status in the end
		requests   int32
	}{
		"works":           {want: 200, requests: 1},
		"throttled":       {status: 429, failures: 3, want: 200, requests: 4},
		"throttled long":  {status: 429, retryAfter: "3600", failures: 3, want: 429, requests: 1},
		"throttled on":    {status: 429, failures: 100, want: 429, requests: tries},
		"unavailable":     {status: 503, failures: 1, want: 200, requests: 2},
		"full":            {status: 500, failures: 1, text: "write: no space left on device", want: 500, requests: 1},
		"not found":       {status: 404, failures: 1, want: 404, requests: 1},
		"throttled until": {status: 429, retryAfter: "Thu, 01 Jan 1970 00:00:00 GMT", failures: 1, want: 200, requests: 2},
	} {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if err != nil || string(body) != "manifest" {
					t.Errorf("body %q (%v)", body, err)
				}
				if asked.Add(1) <= c.failures {
					w.Header().Set("Retry-After", c.retryAfter)
					w.WriteHeader(c.status)
					fmt.Fprint(w, c.text)
				}
			}))
			defer server.Close()
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, server.URL+"/v2/x/manifests/1", strings.NewReader("manifest"))
			if err != nil {
				t.Fatal(err)
			}
			answer, err := (&patient{inner: http.DefaultTransport, log: slog.New(slog.DiscardHandler), wait: time.Millisecond}).RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(answer.Body)
			if err := errors.Join(err, answer.Body.Close()); err != nil {
				t.Fatal(err)
			}
			if answer.StatusCode != c.want || asked.Load() != c.requests || c.want == 500 && string(text) != c.text {
				t.Errorf("%d after %d requests, want %d after %d; it says %q", answer.StatusCode, asked.Load(), c.want, c.requests, text)
			}
		})
	}
}

// upload is a server that takes some bytes of an upload at a time and then cuts the connection.
type upload struct {
	t     *testing.T
	takes int64      // each time
	mute  bool       // it tells nobody how much it has
	mu    sync.Mutex // a client may be back before the handler of the cut connection has ended
	got   bytes.Buffer
	asked int
}

func (u *upload) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case r.URL.Path == "/v2/":
	case r.Method == http.MethodGet && u.mute:
		w.WriteHeader(http.StatusNotFound)
	case r.Method == http.MethodGet:
		w.Header().Set("Range", fmt.Sprintf("0-%d", max(0, u.got.Len()-1)))
		w.Header().Set("Location", "/v2/x/blobs/uploads/1?at="+fmt.Sprint(u.got.Len()))
		w.WriteHeader(http.StatusNoContent)
	default:
		u.asked++
		if want := fmt.Sprintf("%d-%d", u.got.Len(), u.got.Len()+int(r.ContentLength)-1); u.got.Len() > 0 && (r.Header.Get("Content-Range") != want || r.URL.Query().Get("at") != fmt.Sprint(u.got.Len())) {
			u.t.Errorf("range %q at %s, want %q", r.Header.Get("Content-Range"), r.URL, want)
		}
		n, err := io.CopyN(&u.got, r.Body, u.takes)
		if n == u.takes && r.ContentLength > n {
			panic(http.ErrAbortHandler)
		}
		if !errors.Is(err, io.EOF) {
			u.t.Error(err)
		}
		w.WriteHeader(http.StatusAccepted)
	}
}

// TestResume sends an upload that is cut again and again to its end, each byte once as far as the registry has them.
func TestResume(t *testing.T) {
	content := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	for name, c := range map[string]struct {
		takes    int64
		mute     bool
		requests int
		want     string
	}{
		"cut":   {takes: 300_000, requests: 4},
		"crawl": {takes: 1000, requests: tries, want: "6 times in a row"},
		"never": {takes: 0, requests: tries, want: "6 times in a row"},
		"mute":  {takes: 100_000, mute: true, requests: 1, want: "any way of being cut"},
	} {
		t.Run(name, func(t *testing.T) {
			u := &upload{t: t, takes: c.takes, mute: c.mute}
			server := httptest.NewServer(u)
			defer server.Close()
			p := &patient{inner: http.DefaultTransport, log: slog.New(slog.DiscardHandler), wait: time.Millisecond}
			p.reached.Store(true)
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, server.URL+"/v2/x/blobs/uploads/1?at=0", bytes.NewReader(content))
			if err != nil {
				t.Fatal(err)
			}
			answer, err := p.RoundTrip(r)
			if err == nil {
				err = answer.Body.Close()
			}
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) && !broken(err) {
				t.Fatalf("got %v, want %q", err, c.want)
			}
			u.mu.Lock()
			defer u.mu.Unlock()
			if u.asked != c.requests || c.want == "" && !bytes.Equal(u.got.Bytes(), content) {
				t.Errorf("%d requests brought %d bytes, want %d and %d", u.asked, u.got.Len(), c.requests, len(content))
			}
		})
	}
}

// TestUnreached does not wait for a registry that never answered, nor after its context has ended.
func TestUnreached(t *testing.T) {
	p := &patient{inner: http.DefaultTransport, log: slog.New(slog.DiscardHandler), wait: time.Hour}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1:1/v2/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.RoundTrip(r); !errors.Is(err, syscall.ECONNREFUSED) { //nolint:bodyclose // there is none
		t.Errorf("got %v, want a refused connection at once", err)
	}
	p.reached.Store(true)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := p.RoundTrip(r.WithContext(ctx)); !errors.Is(err, context.DeadlineExceeded) { //nolint:bodyclose // there is none
		t.Errorf("got %v, want the end of the context", err)
	}
}

// TestParseECR knows ECR's names, and no other that looks like one.
func TestParseECR(t *testing.T) {
	for host, want := range map[string]ECR{
		"123456789012.dkr.ecr.eu-central-1.amazonaws.com":       {"123456789012", "", "eu-central-1", "amazonaws.com"},
		"123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn":      {"123456789012", "", "cn-north-1", "amazonaws.com.cn"},
		"123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com": {"123456789012", "-fips", "us-gov-west-1", "amazonaws.com"},
		"public.ecr.aws": {}, "12345678901.dkr.ecr.eu-central-1.amazonaws.com": {}, "123456789012.dkr.ecr.eu-central-1.amazonaws.com.example": {},
		"123456789012.dkr.ecr.eu-central-1.amazonaws.com:443": {}, "123456789012.dkr.ecr.eu.central.amazonaws.com": {},
	} {
		if got, ok := ParseECR(host); got != want || ok != (want != ECR{}) {
			t.Errorf("%s: %+v %v, want %+v", host, got, ok, want)
		}
	}
}
