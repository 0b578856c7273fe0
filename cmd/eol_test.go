package cmd

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/internal/eol"
	"a2c/model"
)

// TestEndLines names the way out where there is one, and leaves out what a base image brings itself.
func TestEndLines(t *testing.T) {
	ends := map[string]string{"1": "2001-02-03", "2": ""}
	product := func(k eol.Kind) eol.Product {
		return eol.Product{Name: "P", Kind: k, Match: []string{"p"}, Source: "https://example.org", Ends: ends}
	}
	a := &app{ends: eol.Table{Taken: "2026-08-22", Products: []eol.Product{product(eol.System), product(eol.Runtime)}}}
	i := model.AnalysisInfo{OSData: map[string]string{"ID": "p", "VERSION_ID": "1"}}
	i.App.Runtime, i.App.Platform = model.Runtime{Name: "p", Version: "1.5"}, model.Platform{Name: "q", Version: "3"}
	const (
		told    = " gets no updates since 2001-02-03 (P 1; table of 2026-08-22, https://example.org)"
		out     = "; containerize --base vendor stands on a well-kept image\n"
		unknown = "x: end of life: q 3: whether it still gets updates is not known, the table of 2026-08-22 does not have it\n"
	)
	for base, want := range map[string]string{
		"":       "x: end of life: p 1" + told + out + "x: end of life: p 1.5" + told + out + unknown,
		"host":   "x: end of life: p 1" + told + out + "x: end of life: p 1.5" + told + out + unknown,
		"vendor": "x: end of life: p 1.5" + told + "\n" + unknown,
		"image":  unknown,
	} {
		var got bytes.Buffer
		a.endLines(&got, "x", i, base)
		if d := cmp.Diff(want, got.String()); d != "" {
			t.Errorf("base %q (-want +got):\n%s", base, d)
		}
	}
	i.OSData["VERSION_ID"], i.App = "2", model.App{}
	var none bytes.Buffer
	if a.endLines(&none, "x", i, ""); none.Len() != 0 {
		t.Errorf("of what is kept: %s", none.String())
	}
}
