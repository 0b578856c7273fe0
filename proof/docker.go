package proof

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"a2c/model"
	"a2c/verify"
)

// Docker proves what verify promises on a real Docker Engine: equal and different images are told apart, images that do not start are explained,
// and a twin neither reaches nor changes anything.
func Docker() Proof {
	return Proof{
		Name: "docker", Needs: []Need{Root, Packages}, Budget: 3 * time.Minute,
		Run: func(t *testing.T, b *Bench) {
			d := &dockerProof{host: b.Engine(t), program: buildTwin(t, b), other: filepath.Join(b.Dir, "engine-other")}
			for _, c := range dockerCases() {
				t.Run(c.name, func(t *testing.T) {
					c.run(t, d)
					d.nothingLeft(t)
				})
			}
		},
	}
}

type dockerProof struct {
	host    string // of the engine
	program string
	other   string            // folder of an engine that may be stopped
	root    bool              // both run as root
	records map[string]string // of the program in the archive: extended attributes
	empty   []string          // files that the image has beside
}

type dockerCase struct {
	name string
	run  func(*testing.T, *dockerProof)
}

func dockerCases() []dockerCase {
	return []dockerCase{
		{"equal", proveEqual},
		{"different", proveDifferent},
		{"nothing-shown", proveNothingShown},
		{"noise", proveNoise},
		{"never-listens", proveNeverListens},
		{"listens-on-loopback", proveLoopback},
		{"ends", proveEnds},
		{"needs-a-secret", proveSecret},
		{"reaches-out", proveReach},
		{"allow-network", proveAllowNetwork},
		{"second-write", proveSecondWrite},
		{"memory", proveMemory},
		{"writes-to-its-root", proveWritableRoot},
		{"state", proveState},
		{"interrupted", proveInterrupted},
		{"leftovers", proveLeftovers},
		{"engine-stopped", proveEngineStopped},
	}
}

func proveEqual(t *testing.T, d *dockerProof) {
	s := d.subject(t, nil)
	s.ask(t, "/", "/login", "/endless", "/nonce")
	echo := filepath.Join(t.TempDir(), "echo.http")
	if err := os.WriteFile(echo, []byte("POST /echo HTTP/1.1\nContent-Type: application/json\n\n{\"a\": 1}"), 0o600); err != nil {
		t.Fatal(err)
	}
	q, err := verify.ReadRequest(echo)
	if err != nil {
		t.Fatal(err)
	}
	s.options.Requests = append(s.options.Requests, q)
	v := s.verify(t)
	if v.Verdict != model.VerifyEqual || !v.Verified || v.Why != "" || !v.ReadOnlyRoot || v.ReadySeconds <= 0 || v.PeakBytes <= 0 {
		t.Errorf("an equal image: %s", show(v))
	}
	if len(v.Comparisons) != 5 || len(v.Reached) != 0 || len(v.Log) != 0 {
		t.Fatalf("an equal image: %s", show(v))
	}
	var got []string
	for _, m := range slices.Concat(v.Comparisons[0].Masks, v.Comparisons[3].Masks) {
		got = append(got, m.Kind+" "+m.Where)
	}
	want := []string{"html html/p/text()/word[1]", "html html/input@value", "header Content-Security-Policy", "cookie SESSION", "json $.request.id"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("masked: %s", diff)
	}
	for _, c := range v.Comparisons {
		if !c.Same || !c.Proof {
			t.Errorf("%s %s: %v, %s", c.Method, c.Path, c.Differences, c.ProofWhy)
		}
	}
}

func proveDifferent(t *testing.T, d *dockerProof) {
	s := d.subject(t, map[string]string{"GREETING": "Servus"})
	v := s.verify(t)
	if v.Verdict != model.VerifyDifferent || v.ReadOnlyRoot || len(v.Comparisons) != 1 {
		t.Fatalf("a different image: %s", show(v))
	}
	if text := fmt.Sprint(v.Comparisons[0].Differences); !strings.Contains(text, "-<h1>Hello</h1>\n+<h1>Servus</h1>") || strings.Contains(text, "+<p>20") {
		t.Errorf("the difference is shown as\n%s", text)
	}
}

func proveNothingShown(t *testing.T, d *dockerProof) {
	s := d.subject(t, nil)
	s.ask(t, "/error", "/nowhere")
	v := s.verify(t)
	if v.Verdict != model.VerifyNotComparable || !strings.Contains(v.Why, "both answering 500 proves nothing") || !strings.Contains(v.Why, "--path") {
		t.Errorf("two equal errors: %s", show(v))
	}
	if len(v.Comparisons) != 1 {
		t.Errorf("after a server error the live application was asked again: %s", show(v))
	}
}

func proveNoise(t *testing.T, d *dockerProof) {
	s := d.subject(t, nil)
	s.ask(t, "/noise")
	if v := s.verify(t); v.Verdict != model.VerifyNotComparable || v.Comparisons[0].Verdict != model.VerifyNotComparable || len(v.Comparisons[0].Masks) == 0 {
		t.Errorf("a fifth of the answer is new each time: %s", show(v))
	}
}

func proveNeverListens(t *testing.T, d *dockerProof) {
	s := d.subject(t, map[string]string{"LISTEN": ""})
	s.options.Timeout = time.Second
	if v := s.verify(t); v.Verified || !strings.Contains(v.Why, "is not open after 1s") {
		t.Error(show(v))
	}
}

func proveLoopback(t *testing.T, d *dockerProof) {
	s := d.subject(t, nil)
	s.options.Env = []string{fmt.Sprintf("LISTEN=127.0.0.1:%d", s.port)}
	if v := s.verify(t); v.Verified || !strings.Contains(v.Why, "open on loopback only") {
		t.Error(show(v))
	}
	s.options.Image.Needs.Ports[0].Address, s.options.Image.Changes = "127.0.0.1", nil // as with --keep-bind
	if v := s.verify(t); !v.Verified || len(v.Notes) == 0 || !strings.Contains(v.Notes[0], "the container's own loopback") {
		t.Error(show(v))
	}
}

func proveEnds(t *testing.T, d *dockerProof) {
	s := d.subject(t, map[string]string{"FAIL": "cannot\x1b[2J start"})
	v := s.verify(t)
	if v.Verified || v.Why != "it ended before it listened: exit code 7" {
		t.Error(show(v))
	}
	if diff := cmp.Diff([]string{`cannot\x1b[2J start with token `}, v.Log); diff != "" {
		t.Error(diff)
	}
}

func proveSecret(t *testing.T, d *dockerProof) {
	secret := "t0p " + d.random()
	s := d.subject(t, map[string]string{"NEED_TOKEN": "yes"}, "TOKEN="+secret)
	if v := s.verify(t); v.Verified || !strings.Contains(v.Why, "exit code 7") {
		t.Errorf("without its secret: %s", show(v))
	}
	token := model.Secret{Name: "TOKEN", Kind: "token", Place: model.Place{Kind: "env", Key: "TOKEN"}}
	s.options.Image.Needs.Secrets = []model.Secret{token}
	if v := s.verify(t); !v.Verified {
		t.Errorf("with its secret: %s", show(v))
	}
	s.options.Env = []string{"FAIL=no start"}
	v := s.verify(t)
	if diff := cmp.Diff([]string{"no start with token <redacted>"}, v.Log); diff != "" {
		t.Error(diff)
	}
	s.options.Env, s.options.Image.Needs.Secrets[0].Place.Key = nil, "GONE"
	if _, err := verify.Run(t.Context(), s.options); err == nil || !strings.Contains(err.Error(), "--secret TOKEN=@FILE") {
		t.Errorf("a secret that is nowhere: %v", err)
	}
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.options.Secrets = map[string]string{"TOKEN": file}
	if v = s.verify(t); !v.Verified {
		t.Errorf("with the secret of a file: %s", show(v))
	}
	if strings.Contains(show(v), secret) {
		t.Error("the document holds the secret")
	}
}

func proveMemory(t *testing.T, d *dockerProof) {
	s := d.subject(t, map[string]string{"EAT": "yes"})
	s.options.MemoryBytes = 64 << 20
	if v := s.verify(t); v.Verified || !strings.Contains(v.Why, "killed at its memory limit of 64 MiB") {
		t.Error(show(v))
	}
}

func proveWritableRoot(t *testing.T, d *dockerProof) {
	s := d.subject(t, map[string]string{"WRITE": "/work/file"})
	v := s.verify(t)
	if !v.Verified || !v.ReadOnlyRoot || v.Hardening == nil || !slices.Equal(v.Hardening.Found, []model.Path{"/work"}) {
		t.Errorf("an image that writes to its root: %s", show(v))
	}
	s.options.Image.Needs.Writable = []model.Path{"/work"}
	if v := s.verify(t); !v.Verified || !v.ReadOnlyRoot {
		t.Errorf("with a folder to write to: %s", show(v))
	}
}

func show(v model.Verification) string {
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err.Error()
	}
	return string(text)
}
