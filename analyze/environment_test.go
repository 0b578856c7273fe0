package analyze_test

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"a2c/analyze"
	"a2c/model"
)

// TestOddEnvironment: strings of an environment that no image can hold are left out, each under a name that can be read, with the reason; the rest of
// it is kept, odd names included.
func TestOddEnvironment(t *testing.T) {
	tree := machine(t, "java-springboot", func(a *txtar.Archive) {
		appendTo(t, a, "proc/412/environ", strings.Join([]string{`BARE`, `=empty`, `B\xffAD=x`, `VALUE=\xff`, `TO\xffKEN=planted-by-the-test`, `E\x1b[31mV=x`, `WITH SPACE=x`}, "\n")+"\n")
	})
	a, _ := run(t, tree, "java-springboot", analyze.Options{})
	dropped := map[string]string{}
	for _, v := range a.AnalysisInfo.EnvDropped {
		dropped[v.Name] = v.Reason
	}
	for name, want := range map[string]string{
		"BARE": "no '='", "": "no name", `B\xffAD`: "its name is not UTF-8", "VALUE": "its value is not UTF-8", `TO\xffKEN`: "its name is not UTF-8",
	} {
		if reason, ok := dropped[name]; !ok || !strings.Contains(reason, want) {
			t.Errorf("variable %q: dropped %v, because %q; want %q", name, ok, reason, want)
		}
		if slices.ContainsFunc(a.AnalysisInfo.EnvKept, func(v model.EnvVar) bool { return v.Name == name }) {
			t.Errorf("variable %q is kept", name)
		}
	}
	for _, name := range []string{"E\x1b[31mV", "WITH SPACE"} {
		if !slices.ContainsFunc(a.AnalysisInfo.EnvKept, func(v model.EnvVar) bool { return v.Name == name }) {
			t.Errorf("variable %q is not kept", name)
		}
	}
	for _, k := range a.AnalysisInfo.Secrets {
		if strings.Contains(k.Name, "KEN") {
			t.Errorf("secret %q, which no image can be given", k.Name)
		}
	}
}
