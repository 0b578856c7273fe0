package generate

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"a2c/model"
)

// TestOddVariables: what a task definition or a manifest cannot say is left out of the proposal, so that the files can be made at all, and each of
// their notes says what the image keeps.
func TestOddVariables(t *testing.T) {
	odd := map[string]string{ // name or value, and what the note says
		"EV\x1b[31mIL=x":         `Variable EV\x1b[31mIL is left out: `,
		"BASH_FUNC_x%%=() { :;}": "Variable BASH_FUNC_x%% is left out: ",
		"9LIVES=x":               "Variable 9LIVES is left out: ",
		"=x":                     "Variable (without a name) is left out: ",
		"C1=a\u0085b":            "Variable C1 is left out: its value holds",
		"CFN={{resolve:ssm:x}}":  "Variable CFN is left out: its value holds {{resolve:",
	}
	s := tomcat()
	for e := range odd {
		s.image.Config.Env = append(s.image.Config.Env, e)
	}
	s.image.Needs.Secrets = append(s.image.Needs.Secrets, model.Secret{Name: "TO\x1bKEN", Kind: "token"})
	d := Propose(s.analysis, s.image, s.seen)
	d.AWS = model.AWS{AccountID: "111122223333", Region: "eu-central-1"}
	outputs, err := Render(t.Context(), d, Names())
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Environment) != 1 || len(d.Secrets) != 1 {
		t.Errorf("environment %v, secrets %v", d.Environment, d.Secrets)
	}
	for target, o := range outputs {
		for _, want := range append(slices.Collect(maps.Values(odd)), `Secret TO\x1bKEN is left out: `) {
			if !slices.ContainsFunc(o.Notes, func(n string) bool { return strings.HasPrefix(n, want) }) {
				t.Errorf("%s: no note begins with %q: %q", target, want, o.Notes)
			}
		}
	}
}
