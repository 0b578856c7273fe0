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
			[]string{"nothing was compared: it ended before it listened: exit code 1\n", "different\n", "the last 1 lines of its log:\n", "  | cannot open /etc/x\n"},
			"PORT",
		},
		"differs": {
			model.Verification{Why: "1 of 1 comparisons differ", Comparisons: []model.Comparison{{Port: 80, Method: "GET", Path: "/", Verdict: "different", Differences: []model.Difference{{What: "status", Live: "200", Image: "404"}}}}},
			[]string{"PORT", "80/ differs:\nstatus: 200 / 404\n", "different (1 of 1 comparisons differ)\n"},
			"nothing was compared",
		},
		"other facts": {
			model.Verification{Why: "x", Facts: []model.Fact{
				{Name: "umask", Live: "0027", Image: "0022", Verdict: model.FactDifferent, Why: "new files get other permissions"},
				{Verdict: model.FactEqual},
				{Name: "encoding", Live: "UTF-8", Image: "UTF-8", Verdict: model.FactExplained},
				{Name: "limits", Verdict: model.FactUnknown, Why: "permission denied"},
			}},
			[]string{"facts of the process: 1 equal, 1 explained, 1 different, 1 unknown\n  umask differs: 0027 / 0022 (new files get other permissions)\n  limits is not known: permission denied\n"},
			"encoding",
		},
		"verified": {
			model.Verification{Verdict: "equal", Verified: true, Comparisons: []model.Comparison{{
				Port: 80, Method: "GET", Path: "/", Verdict: "equal", Same: true, Proof: true, Masks: []model.Mask{{Kind: "json", Where: "$.id", Bytes: 36}},
			}}},
			[]string{"PORT", "80/: not compared, since the live application changes it: json $.id (36 bytes)", "\nequal\n"},
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

func TestVerifyCode(t *testing.T) {
	for verdict, want := range map[string]Code{model.VerifyEqual: 0, model.VerifyDifferent: 3, model.VerifyNotComparable: 4, "": 3} {
		if got := verifyCode(verdict); got != want {
			t.Errorf("%q: %d, want %d", verdict, got, want)
		}
	}
}
