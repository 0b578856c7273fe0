package verify

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
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
	arg := model.Secret{Name: "JDK_JAVA_OPTIONS", Prefix: "-Xmx1g -Ddb.password=", Place: model.Place{Kind: "argv", Key: "-Ddb.password", Arg: 1}}
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
		{"from their places", []model.Secret{env, arg}, nil, nil, nil, []string{"DB_PASSWORD=hunter2", `JDK_JAVA_OPTIONS=-Xmx1g "-Ddb.password=ar g"`}, []string{"hunter2", "ar g"}, ""},
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

func TestRedactor(t *testing.T) {
	r := newRedactor([]string{"p&ss w\"rd", "p&ss", "abc", strings.Repeat("x", longest+1)})
	for _, form := range []string{"p&ss w\"rd", "p&amp;ss w&#34;rd", "p%26ss+w%22rd", `p\u0026ss w\"rd`, "cCZzcyB3InJk"} {
		if got := r.text("<" + form + ">"); got != "<<redacted>>" {
			t.Errorf("%s: %s", form, got)
		}
	}
	if got := r.text("abc"); got != "abc" {
		t.Errorf("a value of three bytes is found everywhere: %s", got)
	}
	want := []string{`\x1b[31m    <redacted>`, "password=<redacted>"}
	if diff := cmp.Diff(want, r.lines([]string{"\x1b[31m\tp&ss\r", "password=s3cr3tw0rd"})); diff != "" {
		t.Error(diff)
	}
}

func TestTargets(t *testing.T) {
	port := func(n int, address, purpose string) model.Listener {
		return model.Listener{Address: address, Port: n, Protocol: "tcp", Purpose: purpose}
	}
	originals := []model.Listener{
		port(8005, "127.0.0.1", "shutdown"), port(8443, "127.0.0.1", "https"), port(8080, "127.0.0.1", "http"), port(9000, "::", ""),
	}
	image := []model.Listener{
		port(8005, "127.0.0.1", "shutdown"), port(8443, "0.0.0.0", "https"), port(8080, "0.0.0.0", "http"), port(8080, "::", "http"), port(9000, "::", ""),
		{Address: "0.0.0.0", Port: 514, Protocol: "udp"},
	}
	get := func(port int, path string) Request { return Request{Port: port, Method: "GET", Path: path} }
	type row struct {
		Port   int
		Inside bool
		Scheme string
		Paths  string
	}
	cases := []struct {
		name     string
		requests []Request
		port     int
		want     []row
		err      string
	}{
		{"by default", nil, 0, []row{{8080, false, "http", "/"}, {8005, true, "", ""}, {8443, false, "https", "/"}, {9000, false, "", ""}}, ""},
		{"a main port", []Request{get(0, "/a"), get(8443, "/b")}, 8080, []row{{8080, false, "http", "/a"}, {8005, true, "", ""}, {8443, false, "https", "/b"}, {9000, false, "", ""}}, ""},
		{"a port of no purpose that is asked", []Request{get(9000, "/x")}, 8080, []row{{8080, false, "http", "/"}, {8005, true, "", ""}, {8443, false, "https", "/"}, {9000, false, "http", "/x"}}, ""},
		{"a port that is not there", []Request{get(7000, "/x")}, 0, nil, "no TCP port 7000"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := &run{o: Options{Requests: c.requests, Port: c.port}, live: &live{app: model.App{Listeners: originals}}}
			r.o.Image.Needs.Ports = image
			list, skips, err := r.targets()
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Errorf("%v, want %q", err, c.err)
				}
				return
			}
			if err != nil || len(skips) != 1 || skips[0].What != "port 514/udp" {
				t.Fatal(err, skips)
			}
			var got []row
			for _, x := range list {
				var paths []string
				for _, q := range x.requests {
					paths = append(paths, q.Path)
				}
				got = append(got, row{x.port, x.inside, x.scheme, strings.Join(paths, " ")})
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWritable(t *testing.T) {
	cases := []struct {
		name       string
		entrypoint string
		dir        model.Path
		state      model.Path
		writable   []model.Path
		want       []model.Path
	}{
		{"the usual", "/usr/bin/java", "/srv/app", "/srv/app/data", []model.Path{"/srv/app/work", "/tmp", "/srv/app/work"}, []model.Path{"/tmp", "/srv/app/work"}},
		{"works where it writes", "/usr/bin/java", "/srv/app/work", "", []model.Path{"/srv/app/work"}, []model.Path{"/tmp", "/srv/app/work"}},
		{"program in /tmp", "/tmp/app/run", "/", "", nil, nil},
		{"working directory below /tmp", "/run", "/tmp/app", "", []model.Path{"/var/tmp"}, []model.Path{"/var/tmp"}},
		{"state is mounted", "/run", "/", "/var/lib/app", []model.Path{"/var/lib/app", "/var/lib/app/tmp"}, []model.Path{"/tmp", "/var/lib/app/tmp"}},
	}
	for _, c := range cases {
		i := model.Image{Config: model.ImageConfig{Entrypoint: []string{c.entrypoint}, WorkingDir: c.dir}}
		i.Needs.Writable = c.writable
		if c.state != "" {
			i.Needs.State = []model.Mount{{Path: c.state}}
		}
		if diff := cmp.Diff(c.want, writable(i)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestConclude(t *testing.T) {
	same := model.Comparison{Method: "GET", Port: 80, Path: "/", Same: true, Proof: true}
	weak := model.Comparison{Method: "GET", Port: 80, Path: "/x", Same: true, ProofWhy: "both answering 404 proves nothing"}
	differs := model.Comparison{Method: "GET", Port: 80, Path: "/y"}
	cases := []struct {
		name string
		list []model.Comparison
		want string // "" means verified
	}{
		{"all the same", []model.Comparison{same, weak}, ""},
		{"one differs", []model.Comparison{same, differs}, "1 of 2 comparisons differ"},
		{"nothing shown", []model.Comparison{weak}, "both answering 404 proves nothing"},
		{"nothing compared", nil, "listens on no TCP port"},
		{"connected only", []model.Comparison{{Method: "LISTEN", Port: 9, Same: true, ProofWhy: "little"}}, "LISTEN 9: little"},
	}
	for _, c := range cases {
		got := conclude(c.list)
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}

func TestOrphan(t *testing.T) {
	own, err := owner(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{
		own: false, own + "-1": false, fmt.Sprintf("%d-1", os.Getpid()): true, "4194305-7-x": true, "latest": false, "x-1": false, "7-": false,
	} {
		if got := orphan(name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestPauseProgramWaits(t *testing.T) {
	program, err := pauseProgram(runtime.GOARCH)
	if err != nil {
		t.Skip(err)
	}
	name := filepath.Join(t.TempDir(), "pause")
	if err := os.WriteFile(name, program, 0o755); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, name)
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err == nil || err.Error() != "signal: killed" || out.Len() > 0 {
		t.Errorf("it ended by itself: %v %s", err, out.String())
	}
	if _, err := pauseProgram("riscv64"); err == nil {
		t.Error("an architecture without a program")
	}
	one, err := pauseImage(runtime.GOARCH)
	if err != nil {
		t.Fatal(err)
	}
	two, err := pauseImage(runtime.GOARCH)
	if err != nil {
		t.Fatal(err)
	}
	a, _ := one.Digest()
	if b, _ := two.Digest(); a != b {
		t.Errorf("%s, then %s", a, b)
	}
}

func TestParseFlags(t *testing.T) {
	if name, file, err := ParseSecret("A=@/b=@c"); name != "A" || file != "/b=@c" || err != nil {
		t.Error(name, file, err)
	}
	for _, bad := range []string{"A", "A=b", "=@b", "A=@"} {
		if _, _, err := ParseSecret(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	for text, ok := range map[string]bool{"A=b": true, "A=": true, "A": false, "=b": false, "A=\x00": false} {
		if _, err := ParseEnv(text); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}
