package verify

import (
	"context"
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
	"golang.org/x/tools/txtar"

	"a2c/internal/reveal"
	"a2c/inventory/host"
	"a2c/model"
)

func TestAsk(t *testing.T) {
	var agent, encoding string
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		agent, encoding = r.Header.Get("User-Agent"), r.Header.Get("Accept-Encoding")
		fmt.Fprintf(w, "%s %s", r.Method, r.Host)
	})
	mux.HandleFunc("/login", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusFound) })
	mux.HandleFunc("/large", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, strings.Repeat("x", bodyLimit+9)) })
	mux.HandleFunc("/breaks", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "10")
		fmt.Fprint(w, "x")
	})
	for _, tls := range []bool{false, true} {
		server := httptest.NewUnstartedServer(mux)
		scheme := "http"
		if tls {
			server.StartTLS()
			scheme = "https"
		} else {
			server.Start()
		}
		defer server.Close()
		a := asker{scheme: scheme, host: "live.example:80", dial: func(ctx context.Context) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", server.Listener.Addr().String())
		}}
		got, err := a.ask(t.Context(), Request{Method: "GET", Path: "/"})
		if err != nil || string(got.Body) != "GET live.example:80" || (got.Certificate != "") != tls {
			t.Errorf("%+v %v", got, err)
		}
		if !strings.Contains(agent, "a2c") || encoding != "identity" {
			t.Errorf("agent %q, encoding %q", agent, encoding)
		}
		if got, err = a.ask(t.Context(), Request{Method: "GET", Path: "/login"}); err != nil || got.Status != 302 || got.Location != "/" {
			t.Errorf("a redirect is followed: %+v %v", got, err)
		}
		if got, err = a.ask(t.Context(), Request{Method: "GET", Path: "/large"}); err != nil || !got.Cut || len(got.Body) != bodyLimit {
			t.Errorf("%d bytes, cut %v, %v", len(got.Body), got.Cut, err)
		}
		if _, err = a.ask(t.Context(), Request{Method: "GET", Path: "/breaks"}); err == nil {
			t.Error("an answer that breaks off is taken as whole")
		}
		if got, err = a.ask(t.Context(), Request{Method: "GET", Path: "/", Host: "shop.example"}); err != nil || string(got.Body) != "GET shop.example" {
			t.Errorf("%s %v", got.Body, err)
		}
	}
}

const machine = `
-- /proc/stat --
btime 1763971200
-- /proc/412/cmdline --
java
-Ddb.password=ar g
-- /proc/412/stat --
412 (java) S 1 412 412 0 -1 0 0 0 0 0 0 0 0 0 20 0 4 0 1000 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
-- /proc/412/environ --
DB_PASSWORD=hunter2
ODD=a"b'c\\
-- /proc/412/net/tcp --
127.0.0.1:8080 LISTEN 777
`

func tree(t *testing.T) host.Tree {
	t.Helper()
	m, err := host.Text(txtar.Parse([]byte(machine)))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestOpenLive(t *testing.T) {
	began := time.Unix(1763971210, 0)
	app := model.App{ProcessID: 412, StartedAt: began, Listeners: []model.Listener{{Address: "0.0.0.0", Port: 8080, Protocol: "tcp"}}}
	l, err := openLive(tree(t), app)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.same(); err != nil {
		t.Error(err)
	}
	for port, want := range map[int]bool{8080: true, 8081: false} {
		if got, err := l.listens(port); got != want || err != nil {
			t.Errorf("port %d: %v %v", port, got, err)
		}
	}
	app.StartedAt = began.Add(-time.Hour)
	if _, err := openLive(tree(t), app); err == nil || !strings.Contains(err.Error(), "after it was analyzed") {
		t.Error(err)
	}
	app.ProcessID = 413
	if _, err := openLive(tree(t), app); err == nil || !strings.Contains(err.Error(), "has ended") {
		t.Error(err)
	}
	l.start++
	if err := l.same(); err == nil || !strings.Contains(err.Error(), "restarted") {
		t.Error(err)
	}
}

func TestGather(t *testing.T) {
	file := filepath.Join(t.TempDir(), "s")
	if err := os.WriteFile(file, []byte("from-file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := model.Secret{Name: "DB_PASSWORD", Place: model.Place{Kind: "env", Key: "DB_PASSWORD"}}
	arg := model.Secret{Name: "ARG_PASSWORD", Place: model.Place{Kind: "argv", Key: "-Ddb.password", Arg: 1}}
	odd := model.Secret{Name: "ODD", Place: model.Place{Kind: "env", Key: "ODD"}}
	gone := model.Secret{Name: "GONE", Place: model.Place{Kind: "env", Key: "GONE"}}
	cases := []struct {
		name    string
		needs   []model.Secret
		known   []model.Secret
		env     []string
		secrets map[string]string
		want    []string
		values  []string
		err     string
	}{
		{"from their places", []model.Secret{env, arg}, nil, nil, nil, []string{"ARG_PASSWORD=ar g", "DB_PASSWORD=hunter2"}, []string{"hunter2", "ar g"}, ""},
		{"quotes in its value", []model.Secret{odd}, nil, nil, nil, []string{`ODD=a"b'c\`}, []string{`a"b'c\`}, ""},
		{"the user's variable wins", []model.Secret{env}, nil, []string{"B=2", "DB_PASSWORD=x"}, nil, []string{"B=2", "DB_PASSWORD=x"}, nil, ""},
		{"the user's file wins", []model.Secret{gone}, nil, nil, map[string]string{"GONE": file}, []string{"GONE=from-file"}, []string{"from-file"}, ""},
		{"known ones are redacted, not given", nil, []model.Secret{env, gone}, nil, nil, nil, []string{"hunter2"}, ""},
		{"nowhere", []model.Secret{gone}, nil, nil, nil, nil, nil, "--secret GONE=@FILE"},
		{"no such file", nil, nil, nil, map[string]string{"X": "/nowhere"}, nil, nil, "secret X"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			o := Options{Env: c.env, Secrets: c.secrets}
			o.Image.Needs.Secrets, o.Analysis.AnalysisInfo.Secrets = c.needs, c.known
			got, err := gather(o, reveal.New(tree(t), 412))
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Errorf("%v, want %q", err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got.list) + cmp.Diff(c.values, got.values); diff != "" {
				t.Error(diff)
			}
		})
	}
}
