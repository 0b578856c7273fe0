package containerize

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"

	"a2c/model"
)

// FuzzRender puts hostile values everywhere and reads the Dockerfile with the parser that Docker and Kaniko use: what comes back is what
// was put in, and no instruction more.
func FuzzRender(f *testing.F) {
	for _, s := range []string{"plain", "a b", `q"u\o't$e${x}`, "new\nRUN evil", "\\\nRUN x", "# x", "<<EOF", "`", "é\u2028\x1b[0m", "\xff", "c1\u0085\u009b31m\x7f", "bidi\u202egpj\u2066\u200f", "plane\U000e0001", "trailing\\", "$", "%s {{.}}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p := bare(t, "/bin/app")
		lp, err := p.layers()
		if err != nil {
			t.Fatal(err)
		}
		c := model.ImageConfig{User: "1:2", WorkingDir: model.Path("/w/" + s), Entrypoint: []string{"/bin/app", s}, Env: []string{"A=" + s, s + "=b"}, ExposedPorts: []string{"80/tcp"}}
		text, err := render(model.AnalysisInfo{AppID: "x-1", App: model.App{Name: s}}, "", p, lp, c, []model.Change{{Kind: s, Target: s, After: s, Reason: s}}, []model.Secret{{Name: s, Kind: s}})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range string(text) {
			if r != '\n' && !strconv.IsPrint(r) {
				t.Fatalf("the Dockerfile holds %U\n%q", r, text)
			}
		}
		result, err := parser.Parse(strings.NewReader(string(text)))
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		stages, _, err := instructions.Parse(result.AST, &linter.Linter{})
		if err != nil || len(stages) != 1 {
			t.Fatalf("%d stages, %v\n%s", len(stages), err, text)
		}
		lex := shell.NewLex('\\')
		word := func(w string) string {
			out, _, err := lex.ProcessWord(w, shell.EnvsFromSlice(nil))
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		for _, cmd := range stages[0].Commands {
			switch cmd := cmd.(type) {
			case *instructions.EnvCommand:
				for _, kv := range cmd.Env {
					if got := kv.Key + "=" + word(kv.Value); got != "A="+s && got != s+"=b" {
						t.Errorf("variable %q", got)
					}
				}
			case *instructions.WorkdirCommand:
				if word(cmd.Path) != "/w/"+s {
					t.Errorf("folder %q instead of %q", word(cmd.Path), "/w/"+s)
				}
			case *instructions.EntrypointCommand:
				if d := cmp.Diff([]string{"/bin/app", strings.ToValidUTF8(s, "\ufffd")}, cmd.CmdLine); d != "" && strings.ToValidUTF8(s, "") == s {
					t.Errorf("entry point (-want +got):\n%s", d)
				}
			case *instructions.CopyCommand, *instructions.UserCommand, *instructions.ExposeCommand:
			default:
				t.Errorf("an instruction broke out: %v", cmd)
			}
		}
	})
}
