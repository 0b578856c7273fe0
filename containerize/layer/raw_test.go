package layer

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	own "a2c/internal/registry"
)

// FuzzRaw reads foreign tars as raw layers: whatever is in them, correcting one gives a tar that can be read again, or an error.
func FuzzRaw(f *testing.F) {
	for _, entries := range [][]tarEntry{
		{dir("/"), dir("a/"), file("a/b", "content")},
		{file("a/.wh.gone", "")},
		{file("../../etc/passwd", "x")},
		{file("a", "1"), file("a", "22")},
		{file("f", "x"), {tar.Header{Name: "l", Typeflag: tar.TypeLink, Linkname: "f"}, ""}, {tar.Header{Name: "s", Typeflag: tar.TypeSymlink, Linkname: "/etc"}, ""}},
	} {
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		for _, e := range entries {
			e.h.Size = int64(len(e.body))
			if err := w.WriteHeader(&e.h); err != nil {
				f.Fatal(err)
			}
			if _, err := io.WriteString(w, e.body); err != nil {
				f.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		name := filepath.Join(t.TempDir(), "raw.tar")
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := Open(name, "COPY --chown=0:0 50-application/0-0 /")
		if err != nil {
			return
		}
		defer func() { _ = r.Close() }()
		var out bytes.Buffer
		if err := Correct(t.Context(), &out, r, odd()); err != nil {
			return
		}
		seen := map[string]bool{}
		for _, e := range read(t, &out) {
			if seen[e.h.Name] || strings.HasPrefix(e.h.Name, "/") || strings.HasPrefix(e.h.Name, "../") {
				t.Errorf("entry %q", e.h.Name)
			}
			seen[e.h.Name] = true
		}
	})
}

func TestCorrectPutsBackWhatCopyLoses(t *testing.T) {
	raw := rawLayer(t, "COPY --chown=0:0 10-app/0-0 /", dir("/"), dir("a/"), file("a/su", "longer than planned"), file("new", "mine"))
	var b bytes.Buffer
	if err := Correct(t.Context(), &b, raw, odd()); err != nil {
		t.Fatal(err)
	}
	modes := map[string]int64{}
	for _, e := range read(t, &b) {
		modes[e.h.Name] = e.h.Mode
		if !e.h.ModTime.Equal(Epoch()) {
			t.Errorf("%s has time %v", e.h.Name, e.h.ModTime)
		}
	}
	if modes["a/su"] != 0o4755 || modes["new"] != 0o600 || modes["a/"] != 0o750 {
		t.Errorf("modes %v", modes)
	}
	// What another instruction made stays as it made it.
	other := rawLayer(t, "RUN chmod", file("a/su", "x"))
	b.Reset()
	if err := Correct(t.Context(), &b, other, odd()); err != nil {
		t.Fatal(err)
	}
	if e := read(t, &b); e[0].h.Mode != 0o600 {
		t.Errorf("a RUN's mode became %o", e[0].h.Mode)
	}
}

func image(t *testing.T) v1.Image {
	t.Helper()
	final := filepath.Join(t.TempDir(), "oci")
	if _, err := Publish(t.Context(), final, Spec{Plan: odd(), Next: each(oddRaws(t)), Made: made(v1.Config{}), Platform: v1.Platform{OS: "linux", Architecture: "amd64"}, Jobs: 1}); err != nil {
		t.Fatal(err)
	}
	img, err := Load(final)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func TestPush(t *testing.T) {
	img := image(t)
	reg := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	var uploads atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			uploads.Add(1)
		}
		reg.ServeHTTP(w, r)
	}))
	defer server.Close()
	host := strings.TrimPrefix(server.URL, "http://")
	for want, n := int64(2), 0; n < 2; n++ { // a layer and the configuration; nothing the second time
		uploads.Store(0)
		if err := Push(t.Context(), own.Client{}, img, host+"/team/app:1", nil, nil); err != nil {
			t.Fatal(err)
		}
		if got := uploads.Load(); got != want {
			t.Errorf("push %d uploaded %d blobs, want %d", n+1, got, want)
		}
		want = 0
	}
}

func TestPushErrors(t *testing.T) {
	img := image(t)
	for _, c := range []struct {
		name, want string
		status     int
	}{
		{"no_credentials", "docker login", http.StatusUnauthorized},
		{"no_repository", "create team/app there", http.StatusNotFound},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/v2/" {
					return
				}
				w.WriteHeader(c.status)
			}))
			defer server.Close()
			err := Push(t.Context(), own.Client{}, img, strings.TrimPrefix(server.URL, "http://")+"/team/app:1", nil, nil)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	if err := Push(t.Context(), own.Client{}, img, "NOT A NAME", nil, nil); err == nil {
		t.Error("a reference that is none")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Push(ctx, own.Client{}, img, "127.0.0.1:1/team/app:1", nil, nil); err == nil {
		t.Error("pushed after cancel")
	}
}
