package cmd

import (
	"io"
	"strings"
	"testing"

	"a2c/internal/term"
	"a2c/model"
)

// TestVerifyTable: where there is nothing to show in columns, the reason stands in their place, with what the image wrote last.
func TestVerifyTable(t *testing.T) {
	a := &app{Streams: &term.Streams{Out: io.Discard, Err: io.Discard}}
	for name, c := range map[string]struct {
		v       model.Verification
		want    []string
		without string
	}{
		"ended early": {
			model.Verification{Why: "it ended before it listened: exit code 1", Log: []string{"cannot open /etc/x"}},
			[]string{"nothing was compared: it ended before it listened: exit code 1\n", "not verified\n", "the last 1 lines of its log:\n", "  | cannot open /etc/x\n"},
			"PORT",
		},
		"differs": {
			model.Verification{Why: "1 of 1 comparisons differ", Comparisons: []model.Comparison{{Port: 80, Method: "GET", Path: "/", Differences: []string{"status: 200 / 404"}}}},
			[]string{"PORT", "80/ differs:\nstatus: 200 / 404\n", "not verified (1 of 1 comparisons differ)\n"},
			"nothing was compared",
		},
		"verified": {
			model.Verification{Verified: true, Comparisons: []model.Comparison{{Port: 80, Method: "GET", Path: "/", Same: true, Proof: true}}},
			[]string{"PORT", "verified"},
			"log",
		},
	} {
		var b strings.Builder
		if err := a.verifyTable(&b, c.v); err != nil {
			t.Fatal(err)
		}
		for _, want := range c.want {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%s: %q is not in:\n%s", name, want, b.String())
			}
		}
		if strings.Contains(b.String(), c.without) {
			t.Errorf("%s: %q is in:\n%s", name, c.without, b.String())
		}
	}
}
