package cmd

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"

	"a2c/internal/term"
)

// ^C while a command waits for somebody else: 130, one line, and what it had not begun to write is as before.
func TestInterrupted(t *testing.T) {
	session, err := txtar.ParseFile("../testdata/script/generate.txtar")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for to, from := range map[string]string{"aws": "aws", "w/app-1/deployment.json": "deployment.json", "w/app-1/image/image.json": "image.json"} {
		for _, f := range session.Files {
			if f.Name != from {
				continue
			}
			name := filepath.Join(dir, to)
			if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, f.Data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		cancel()
		<-over
	}))
	defer server.Close()
	defer close(over)
	for k, v := range map[string]string{
		"AWS_ENDPOINT_URL_STS": server.URL, "AWS_CONFIG_FILE": filepath.Join(dir, "aws"), "AWS_SHARED_CREDENTIALS_FILE": filepath.Join(dir, "none"),
		"A2C_WORKSPACE": filepath.Join(dir, "w"),
	} {
		t.Setenv(k, v)
	}
	var stderr bytes.Buffer
	code := Main(ctx, []string{"generate", "app-deployment", "--application-id", "app-1", "--profile", "shop"}, &term.Streams{Out: io.Discard, Err: &stderr})
	if code != Interrupted || stderr.String() != "a2c: interrupted\n" {
		t.Errorf("got %d, %q", code, stderr.String())
	}
	if _, err := os.Stat(filepath.Join(dir, "w/app-1/generated.json")); !os.IsNotExist(err) {
		t.Errorf("something was generated: %v", err)
	}
}
