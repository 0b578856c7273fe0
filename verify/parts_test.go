package verify

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"a2c/internal/engine"
	"a2c/model"
)

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

// TestRedactCommonWords: a password that is an everyday word, or a part of the application's paths, is hidden where it can be one, and the log stays
// readable.
func TestRedactCommonWords(t *testing.T) {
	r := newRedactor([]string{"jetty-base", "jetty", "shop!"}, "/var/lib/jetty-base/start.jar")
	for in, want := range map[string]string{
		"started /var/lib/jetty-base/start.jar":        "started /var/lib/jetty-base/start.jar",
		"org.eclipse.jetty.server.Server@1f":           "org.eclipse.jetty.server.Server@1f",
		"-Djetty.base=/srv/jetty":                      "-Djetty.base=/srv/jetty",
		"a jetty-http connector, jettyServer":          "a jetty-http connector, jettyServer",
		"login admin: jetty, role user":                "login admin: <redacted>, role user",
		"wrong is jetty. And \"jetty\"":                "wrong is <redacted>. And \"<redacted>\"",
		"jdbc:x://root:jetty@db/shop?p=jetty-base&q=x": "jdbc:x://root:<redacted>@db/shop?p=<redacted>&q=x",
		"jetty":                              "<redacted>",
		`{"p":"{\"p\":\"jetty\"}"} a\njetty`: `{"p":"{\"p\":\"<redacted>\"}"} a\n<redacted>`,
		"?next=%2F%3Fp%3Djetty%26q":          "?next=%2F%3Fp%3D<redacted>%26q",
		"token amV0dHk=":                     "token <redacted>",
		"key shop! and shop":                 "key <redacted> and shop",
	} {
		if got := r.text(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

// TestLimitMemory: a heap that may grow beyond what is free is no reason to refuse, a peak that does not fit is one, and what the user names is meant.
func TestLimitMemory(t *testing.T) {
	for name, c := range map[string]struct{ user, need, peak, free, want int64 }{ // MiB; want 0: refused
		"small":                      {0, 300, 300, 8000, 1024},
		"twice the need":             {0, 3000, 300, 8000, 6000},
		"heap limit beyond the host": {0, 80 << 10, 300, 8000, 8000},
		"peak beyond what is free":   {0, 7000, 7000, 8000, 0},
		"little is free":             {0, 300, 300, 900, 0},
		"named":                      {9000, 300, 300, 8000, 0},
		"named and free":             {512, 300, 300, 900, 512},
	} {
		o := Options{MemoryBytes: c.user << 20}
		o.Image.Needs.MemoryBytes, o.Analysis.AnalysisInfo.Usage.PeakRSSBytes = c.need<<20, c.peak<<20
		got, err := limitMemory(o, c.free<<20)
		if got != c.want<<20 || (err != nil) != (c.want == 0) {
			t.Errorf("%s: %d MiB, %v; want %d MiB", name, got>>20, err, c.want)
		}
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
		{"by default", nil, 0, []row{{8080, false, "http", ""}, {8005, true, "", ""}, {8443, false, "https", ""}, {9000, false, "", ""}}, ""},
		{"a main port", []Request{get(0, "/a"), get(8443, "/b")}, 8080, []row{{8080, false, "http", "/a"}, {8005, true, "", ""}, {8443, false, "https", "/b"}, {9000, false, "", ""}}, ""},
		{"a port of no purpose that is asked", []Request{get(9000, "/x")}, 8080, []row{{8080, false, "http", ""}, {8005, true, "", ""}, {8443, false, "https", ""}, {9000, false, "http", "/x"}}, ""},
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
	success := func(path, body string) model.Comparison {
		return model.Comparison{Method: "GET", Port: 80, Path: path, Same: true, Proof: true, Live: model.Answer{Status: 200, SHA256: body}}
	}
	same := success("/", "a")
	weak := model.Comparison{Method: "GET", Port: 80, Path: "/x", Verdict: model.VerifySameError, Same: true, ProofWhy: "both answering 404 proves nothing"}
	noisy := model.Comparison{Method: "GET", Port: 80, Path: "/n", Verdict: model.VerifyNotComparable, Same: true, ProofWhy: "differently each time"}
	differs := model.Comparison{Method: "GET", Port: 80, Path: "/y"}
	stop := []model.Skip{{What: stopped, Reason: "the live application answered 500"}}
	cases := []struct {
		name    string
		list    []model.Comparison
		unasked []string
		skips   []model.Skip
		verdict string
		want    string // part of why, or of the notes
	}{
		{"all there is", []model.Comparison{same, weak}, nil, nil, model.VerifyEqual, "no other path of the application is known"},
		{"three", []model.Comparison{same, success("/b", "b"), success("/c", "c")}, []string{"80/d"}, stop, model.VerifyEqual, ""},
		{"three times the same page", []model.Comparison{same, success("/b", "a"), success("/c", "a")}, []string{"80/d"}, nil, model.VerifyNotComparable, "only one distinct"},
		{"it has more", []model.Comparison{same, success("/b", "b")}, []string{"80/d"}, nil, model.VerifyNotComparable, "80/d"},
		{"stopped early", []model.Comparison{same}, nil, stop, model.VerifyNotComparable, "answered 500"},
		{"one differs", []model.Comparison{same, differs}, nil, nil, model.VerifyDifferent, "1 of 2 comparisons differ"},
		{"errors only", []model.Comparison{weak, weak, weak}, nil, nil, model.VerifyNotComparable, "both answering 404 proves nothing"},
		{"noise only", []model.Comparison{noisy}, nil, nil, model.VerifyNotComparable, "differently each time"},
		{"nothing compared", nil, nil, nil, model.VerifyNotComparable, "listens on no TCP port"},
		{"connected only", []model.Comparison{{Method: "LISTEN", Port: 9, Same: true, ProofWhy: "little"}}, nil, nil, model.VerifyNotComparable, "LISTEN 9: little"},
		{"a handshake", []model.Comparison{{Method: "REDIS", Port: 9, Same: true, Proof: true}}, []string{"80/d"}, nil, model.VerifyEqual, ""},
	}
	for _, c := range cases {
		v := model.Verification{Comparisons: c.list, Skips: c.skips}
		conclude(&v, c.unasked)
		if v.Verdict != c.verdict || !strings.Contains(v.Why+strings.Join(v.Notes, ""), c.want) {
			t.Errorf("%s: %s, %q, %q", c.name, v.Verdict, v.Why, v.Notes)
		}
	}
}

func TestOrphan(t *testing.T) {
	own, err := engine.Owner(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{
		own: false, own + "-1": false, fmt.Sprintf("%d-1", os.Getpid()): true, "4194305-7-x": true, "latest": false, "x-1": false, "7-": false,
	} {
		if got := engine.Orphan(name); got != want {
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
