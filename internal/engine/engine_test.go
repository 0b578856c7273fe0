package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
)

// The API itself is shown on a real engine (proof docker); here is what a real one does not do on request.

func TestConnectRefused(t *testing.T) {
	dir := t.TempDir()
	dead := filepath.Join(dir, "dead.sock")
	l, err := net.Listen("unix", dead)
	if err != nil {
		t.Fatal(err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	l.Close()
	old := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Api-Version", "1.24") }))
	defer old.Close()
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusInternalServerError)
		fmt.Fprint(w, `{"message":"no space left on device"}`)
	}))
	defer broken.Close()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	cases := []struct {
		name, host string
		ctx        context.Context
		want       string
		is         error
	}{
		{"nothing there", "unix://" + filepath.Join(dir, "none.sock"), t.Context(), "none.sock", ErrNoEngine},
		{"nobody listens", "unix://" + dead, t.Context(), "start one, or name another with --docker-host", ErrNoEngine},
		{"too old", strings.Replace(old.URL, "http", "tcp", 1), t.Context(), "API version 1.24", nil},
		{"out of order", strings.Replace(broken.URL, "http", "tcp", 1), t.Context(), "no space left on device", nil},
		{"no address", "docker.sock", t.Context(), "address of the Docker Engine", nil},
		{"interrupted", "unix://" + dead, ended, "ask the Docker Engine", context.Canceled},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := Connect(c.ctx, c.host)
			if err == nil || !strings.Contains(err.Error(), c.want) || c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

func TestLoaded(t *testing.T) {
	for answer, want := range map[string]string{
		`{"stream":"Loaded image: a"}`: "",
		``:                             "",
		`{"status":"x"}{"errorDetail":{"message":"disk"},"error":"disk"}`: "disk",
		`{"errorDetail":{"message":"only here"}}`:                         "only here",
		`{"stream":`: "unexpected EOF",
	} {
		err := loaded(strings.NewReader(answer))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", answer, err, want)
		}
	}
}

// TestCreateBody shows that values of the environment are in the body of the request alone.
func TestCreateBody(t *testing.T) {
	var url string
	var body struct {
		Env        []string
		Labels     map[string]string
		HostConfig struct {
			NetworkMode    string
			ReadonlyRootfs bool
			MemorySwap     int64
			NanoCpus       int64
			PidsLimit      int64
			Tmpfs          map[string]string
			Mounts         []struct{ Source, Target string }
			Binds          []string
			CapDrop        []string
			CapAdd         []string
			SecurityOpt    []string
		}
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Api-Version", "1.41")
		if strings.HasSuffix(r.URL.Path, "/containers/create") {
			url = r.URL.String()
			if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
				t.Error(err)
			}
			w.WriteHeader(http.StatusCreated)
			fmt.Fprint(w, `{"Id":"c1"}`)
		}
	}))
	defer server.Close()
	c, err := Connect(t.Context(), strings.Replace(server.URL, "http", "tcp", 1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	id, err := c.Create(t.Context(), Spec{
		Image: "a2c.invalid/verify:1", Labels: map[string]string{"a2c.verify": "1-2"}, Env: []string{"P=hunter2"}, Network: "none", ReadOnly: true,
		Memory: 1 << 20, CPUs: 1.5, PIDs: 9, Tmpfs: map[string]string{"/tmp": "rw"}, Binds: map[string]string{"/data:x": "/copies/1"},
		Capabilities: []string{}, NoNewPrivileges: true,
	})
	if err != nil || id != "c1" {
		t.Fatal(id, err)
	}
	if strings.Contains(url, "hunter2") {
		t.Errorf("the address holds a value: %s", url)
	}
	h := body.HostConfig
	if diff := cmp.Diff([]string{"P=hunter2"}, body.Env) + cmp.Diff(map[string]string{"a2c.verify": "1-2"}, body.Labels); diff != "" {
		t.Error(diff)
	}
	if h.NetworkMode != "none" || !h.ReadonlyRootfs || h.MemorySwap != 1<<20 || h.NanoCpus != 1.5e9 || h.PidsLimit != 9 || len(h.Mounts) != 1 || len(h.Binds) != 0 {
		t.Errorf("%+v", h)
	}
	if diff := cmp.Diff([]string{"ALL"}, h.CapDrop) + cmp.Diff([]string{"no-new-privileges"}, h.SecurityOpt); diff != "" || len(h.CapAdd) > 0 {
		t.Error(diff, h.CapAdd)
	}
}

func TestLayoutRefuses(t *testing.T) {
	dir := t.TempDir()
	if _, err := Layout(dir, "sha256:"+strings.Repeat("0", 64)); err == nil || !strings.Contains(err.Error(), dir) {
		t.Error(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "index.json"), []byte(`{"schemaVersion":2,"manifests":[]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Layout(dir, "sha256:"+strings.Repeat("0", 64)); err == nil {
		t.Error("an image that is not there is opened")
	}
	if _, err := Layout(dir, "latest"); err == nil || !strings.Contains(err.Error(), "digest") {
		t.Error(err)
	}
}

func TestLoadTellsThatTheEngineBrokeOff(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Api-Version", "1.41")
		if strings.HasSuffix(r.URL.Path, "/images/load") {
			panic(http.ErrAbortHandler)
		}
	}))
	defer server.Close()
	c, err := Connect(t.Context(), strings.Replace(server.URL, "http", "tcp", 1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := c.Load(ctx, emptyImage(), "a2c.invalid/verify:1"); err == nil || ctx.Err() != nil {
		t.Errorf("%v", err)
	}
}

func emptyImage() v1.Image { return empty.Image }
