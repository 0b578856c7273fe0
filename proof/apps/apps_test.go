package apps

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/parse"
)

func TestRegistry(t *testing.T) {
	names, ports, kinds := map[string]bool{}, map[int]bool{}, map[string]bool{}
	for _, a := range All() {
		if names[a.Name] || kinds[a.Kind] {
			t.Errorf("%s, %s: used twice", a.Name, a.Kind)
		}
		names[a.Name], kinds[a.Kind] = true, true
		for _, l := range a.Listens {
			if ports[l.Offset] {
				t.Errorf("%s: port offset %d is used twice", a.Name, l.Offset)
			}
			ports[l.Offset] = true
		}
		if len(a.Asks) == 0 {
			t.Errorf("%s has no answer that means something", a.Name)
		}
		s := Site{Repo: "../.."}
		for _, k := range a.Asks {
			if _, err := s.request(t.Context(), "http://127.0.0.1:1", k); err != nil {
				t.Errorf("%s: %v", a.Name, err)
			}
		}
	}
}

func site(t *testing.T, seed uint64) *Site {
	t.Helper()
	s, err := Open(Options{Dir: t.TempDir(), Seed: seed, Log: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestPlantedFollowTheSeed(t *testing.T) {
	a, b := site(t, 7), site(t, 8)
	again := &Site{Dir: a.Dir, state: a.state}
	if diff := cmp.Diff(a.Planted(), again.Planted()); diff != "" {
		t.Errorf("the same seed planted other secrets (-first +second):\n%s", diff)
	}
	values := map[string]string{}
	for _, s := range []*Site{a, b} {
		for _, p := range s.Planted() {
			if other, used := values[p.Value]; used {
				t.Errorf("%s of %s has the value of %s", p.Name, p.App, other)
			}
			values[p.Value] = p.Name
		}
	}
}

// TestPlantedIsWhereItSays holds the list of secrets against what the applications are started with.
func TestPlantedIsWhereItSays(t *testing.T) {
	s := site(t, 7)
	environment := map[string]string{}
	for _, a := range All() {
		environment[a.Name] = strings.Join(a.Command(s).Env, "\n")
	}
	for _, p := range s.Planted() {
		if p.Place != "environment" {
			continue
		}
		if !strings.Contains(environment[p.App], p.Name+"=") || !slices.ContainsFunc(p.Forms(), func(form string) bool { return strings.Contains(environment[p.App], form) }) {
			t.Errorf("%s is not in the environment of %s", p.Name, p.App)
		}
	}
}

func TestForms(t *testing.T) {
	p := Planted{Value: "a&b+c<d/e"}
	if quoted := (Planted{Value: `it's "longer" text`}).Forms(); !slices.Contains(quoted, `it'\''s "longer" text`) || !slices.Contains(quoted, `it's \"longer\" text`) || !slices.Contains(quoted, "longer") || slices.Contains(quoted, "text") {
		t.Errorf("forms of a text with quotes: %q", quoted)
	}
	want := []string{"a&b+c<d/e", "YSZiK2M8ZC9l", "a%26b%2Bc%3Cd%2Fe", "a&b+c%3Cd%2Fe", "a&amp;b+c&lt;d/e", `a\u0026b\u002Bc\u003cd/e`, `a\u0026b+c\u003cd/e`, "6126622b633c642f65"}
	if diff := cmp.Diff(want, p.Forms()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEdit(t *testing.T) {
	file := filepath.Join(t.TempDir(), "server.xml")
	tests := map[string]struct{ text, want, problem string }{
		"once":  {"<Server port=\"8005\">", "<Server port=\"1\">", ""},
		"twice": {"8005 8005", "", "stands 2 times"},
		"never": {"", "", "stands 0 times"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(file, []byte(tc.text), 0o600); err != nil {
				t.Fatal(err)
			}
			err := Edit(file, "8005", "1")
			if tc.problem != "" {
				if err == nil || !strings.Contains(err.Error(), tc.problem) {
					t.Errorf("error %v, want one with %q", err, tc.problem)
				}
				return
			}
			got, _ := os.ReadFile(file)
			if err != nil || string(got) != tc.want {
				t.Errorf("got %q, %v; want %q", got, err, tc.want)
			}
		})
	}
}

func TestUnpack(t *testing.T) {
	tests := map[string]struct {
		entries []tar.Header
		problem string
	}{
		"below_prefix": {[]tar.Header{{Name: "p/a/b", Typeflag: tar.TypeReg, Mode: 0o755}, {Name: "other/c", Typeflag: tar.TypeReg}}, ""},
		"climbs_out":   {[]tar.Header{{Name: "p/l", Linkname: "..", Typeflag: tar.TypeSymlink}, {Name: "p/l/x", Typeflag: tar.TypeReg}}, "escapes"},
		"device":       {[]tar.Header{{Name: "p/d", Typeflag: tar.TypeChar}}, "type '3'"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			w := tar.NewWriter(z)
			for _, h := range tc.entries {
				if err := w.WriteHeader(&h); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			if err := z.Close(); err != nil {
				t.Fatal(err)
			}
			archive := filepath.Join(dir, "x.tgz")
			if err := os.WriteFile(archive, b.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
			err := unpack(archive, filepath.Join(dir, "out"), "p")
			if tc.problem != "" {
				if err == nil || !strings.Contains(err.Error(), tc.problem) {
					t.Errorf("error %v, want one with %q", err, tc.problem)
				}
				return
			}
			info, statErr := os.Stat(filepath.Join(dir, "out", "a", "b"))
			if err != nil || statErr != nil || info.Mode().Perm()&0o100 == 0 {
				t.Errorf("unpack: %v, %v, %v", err, statErr, info)
			}
			if _, err := os.Stat(filepath.Join(dir, "out", "c")); err == nil {
				t.Error("an entry outside of the prefix was unpacked")
			}
		})
	}
}

// TestProcessEnds starts a real process and stops it by its number; a number that now belongs to another process is left alone.
func TestProcessEnds(t *testing.T) {
	sleep := exec.CommandContext(t.Context(), "sleep", "60")
	if err := sleep.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- sleep.Wait() }()
	ticks, err := startTicks(sleep.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	other := &Process{PID: sleep.Process.Pid, Ticks: ticks + 1}
	if err := other.end(); err != nil || !(&Process{PID: sleep.Process.Pid, Ticks: ticks}).alive() {
		t.Fatalf("a process that started at another time was ended: %v", err)
	}
	if err := (&Process{PID: sleep.Process.Pid, Ticks: ticks}).end(); err != nil {
		t.Error(err)
	}
	if err := <-done; err == nil {
		t.Error("sleep ended by itself")
	}
}

// TestPlantedVariablesAreRedacted is what the proof "secrets" shows on the running applications, of their variables alone: it needs no machine of its own.
func TestPlantedVariablesAreRedacted(t *testing.T) {
	for seed := range uint64(50) {
		s := site(t, seed+1)
		for _, a := range All() {
			for _, v := range a.Command(s).Env {
				name, value, _ := strings.Cut(v, "=")
				kept := parse.RedactValue(name, value)
				for _, p := range s.Planted() {
					for _, form := range p.Forms() {
						if strings.Contains(kept, form) {
							t.Errorf("seed %d: %s=%q shows the secret of %s as %q", seed+1, name, kept, p.Name, form)
						}
					}
				}
			}
		}
	}
}
