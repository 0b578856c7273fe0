package verify

import (
	"strings"
	"testing"

	"a2c/model"
	"a2c/verify/startlog"
)

// TestGreeting: an equal handshake is a proof, silence is none, and what the live application says differently each time is left out.
func TestGreeting(t *testing.T) {
	for _, c := range []struct {
		name              string
		live, again, twin []string
		same, proof       bool
		masks             int
	}{
		{"equal", []string{"version: 3"}, nil, []string{"version: 3"}, true, true, 0},
		{"another version", []string{"version: 3", "mode: a"}, []string{"version: 3", "mode: a"}, []string{"version: 4", "mode: a"}, false, false, 0},
		{"another each time", []string{"time: 1", "mode: a"}, []string{"time: 2", "mode: a"}, []string{"time: 3", "mode: a"}, true, true, 1},
		{"silence", nil, nil, nil, true, false, 0},
		{"refusal alone", []string{"refused: no"}, nil, []string{"refused: no"}, true, false, 0},
		{"silent image", []string{"version: 3"}, []string{"version: 3"}, nil, false, false, 0},
	} {
		g := greeting{name: "X", live: c.live, twin: c.twin}
		if c.again != nil {
			g.mask(c.again)
		}
		got := g.result(&run{redact: newRedactor(nil)})
		if got.Same != c.same || got.Proof != c.proof || len(got.Masks) != c.masks || !got.Proof && got.Same && got.ProofWhy == "" || !got.Same && len(got.Differences) != 1 {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

// TestExcuse: a class that is missing is never excused by a network that is cut off.
func TestExcuse(t *testing.T) {
	r := &run{}
	for _, c := range []struct {
		p       startlog.Problem
		known   bool
		reached []string
		want    string
	}{
		{startlog.Problem{Missing: true}, true, []string{"tcp/10.0.0.5:5432"}, ""},
		{startlog.Problem{Missing: true}, false, nil, "no log of the live application"},
		{startlog.Problem{Missing: true, Text: "java.io.FileNotFoundException: /a (Read-only file system)"}, true, nil, "read-only"},
		{startlog.Problem{Network: true}, true, nil, "reaches nothing"},
		{startlog.Problem{}, true, []string{"tcp/10.0.0.5:5432"}, "tcp/10.0.0.5:5432"},
		{startlog.Problem{}, true, nil, ""},
	} {
		if got := r.excuse(c.p, c.known, true, c.reached); !strings.Contains(got, c.want) || (got == "") != (c.want == "") {
			t.Errorf("%+v: %q, want %q", c.p, got, c.want)
		}
	}
}

func TestAgainst(t *testing.T) {
	list := []model.Fact{{Name: "umask", Verdict: model.FactDifferent, Why: "w"}, {Name: "argv", Verdict: model.FactExplained}, {Name: "user", Verdict: model.FactDifferent}}
	if got := against("process in the image differs", list); got != "the process in the image differs in 2 facts, first in umask (w)" {
		t.Error(got)
	}
	if got := against("process in the image differs", list[:1]); got != "the process in the image differs: umask (w)" {
		t.Error(got)
	}
	if got := against("", list[1:2]); got != "" {
		t.Error(got)
	}
}
