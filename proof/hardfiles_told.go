package proof

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"a2c/model"
)

// told holds what analyze, explain and files say of the decisions, and that the user's word turns them round.
func (h *hard) told(t *testing.T) {
	files, _, r := h.analyze(t, "-o", "table") // growing.bin is state where it is seen to grow, which a file that changes under the look is not
	h.says(t, r, `: in \d+ files \([\d.]+ MB\), out \d+ \([\d.]+ GB\), state [12], doubtful 8 \([\d.]+ GB\)`,
		`: most of it out by sparse: 5\.4 GB in 1 file, in by layout: 3\d\d\.\d MB in \d+ files, `,
		`: could not be read: 1 thing, see above`,
		`: in doubt, by default out: DIR/app/res/holes\.bin, 5\.4 GB \(sparse: 5\.4 GB, of which 1\.0 MB are data; .*appSpecificFiles in analysis\.json turns it round`,
		`: in doubt, by default in: DIR/app/res/large\.bin, 314\.6 MB \(.*appExcludedFiles in analysis\.json turns it round`,
		`: and more in doubt: sudo a2c files --application-id java-\S+ --doubtful lists all`)
	for name, f := range files {
		if len(f.Reasons) == 0 || (f.Decision == model.Out) != (f.Group == "") {
			t.Errorf("%s is %s for %q, group %q", name, f.Decision, f.Reasons, f.Group)
		}
	}
	explain := func(args ...string) Ran {
		return h.c.Run(t, []int{exitDone}, append([]string{"explain", "-o", "table", "--application-id", h.id}, args...)...)
	}
	h.says(t, explain(h.path("app/res/holes.bin")), `  out \(file, mode 0644, 64101:64101, 5\.4 GB\)`, `  because sparse: `, `  in doubt, since nothing speaks against it but its holes; appSpecificFiles`)
	h.says(t, explain(h.path("app/bin/su")), `  in, layer app, application \(file, mode 4755, 0:0, 6 B\)`, `  because layout: the application's own folder`)
	h.says(t, explain(h.path("outside/hop2")), `  because link: on the way to DIR/app/chain/there-and-back`)
	h.says(t, explain(h.path("app")), `SIZE +FILES +BELOW IT`, `  314\.6 MB +\d+ +DIR/app/res\n`)
	h.says(t, explain("--why-not", h.path("outside/not")), `  nothing led to it`, `layout .*it lies below none of `, `add DIR/outside/not to containerParameters\.appSpecificFiles`)
	h.says(t, explain("--why-not", h.path("app/admin-data/admin.db")), `  because other: application `+h.otherID+` writes it`)
	filesOf := func(args ...string) Ran {
		return h.c.Run(t, []int{exitDone}, append([]string{"files", "-o", "table", "--application-id", h.id}, args...)...)
	}
	h.says(t, filesOf("--top", "30"), `FILES +DECISION`, `FILES +GROUP\n`, `  dependencies|  application`, `314\.6 MB +DIR/app/res/large\.bin +layout: `)
	h.says(t, filesOf("--doubtful"), `out +5\.4 GB +DIR/app/res/holes\.bin`, `out +3 B +DIR/app/res/settings\.xml\.bak|out +\d+ B +DIR/app/res/settings\.xml\.bak`)
	h.decidesOtherwise(t, filesOf)
}

// decidesOtherwise has the user turn decisions round, by patterns, and compares the lists.
func (h *hard) decidesOtherwise(t *testing.T, filesOf func(args ...string) Ran) {
	t.Helper()
	before := h.path("before.jsonl")
	h.run("cp", filepath.Join(h.c.Workspace, h.id, "files.jsonl"), before)
	h.says(t, filesOf("--diff", before), `^no difference\n$`)
	h.edit(t, func(p *model.ContainerParameters) {
		p.AppExcludedFiles = append(p.AppExcludedFiles, model.Path(h.path("app/res/large*")))
		p.AppSpecificFiles = append(p.AppSpecificFiles, model.Path(h.path("app/res/*.bak")))
	})
	_, _, _ = h.analyze(t)
	r := filesOf("--diff", before)
	h.says(t, r, `(?m)^~ DIR/app/res/large\.bin  out, was in app \(314\.6 MB\)$`, `(?m)^~ DIR/app/res/settings\.xml\.bak  in app \(6 B\), was out$`)
	if n := strings.Count(string(r.Stdout), "\n"); n > 4 { // what grows or is exchanged may differ, too
		t.Errorf("%d paths differ:\n%s", n, head(r.Stdout))
	}
	h.c.Run(t, []int{exitDone, exitNotAllSeen}, "analyze", "--application-id", h.otherID)
	h.says(t, filesOf("--diff", h.otherID), `(?m)^- DIR/app/admin\.jar  in app|^~ DIR/app/admin\.jar  out, was in app`)
	for name, f := range h.files(t, h.otherID) {
		if name == h.path("app/app.jar") && f.Decision != model.Out || name == h.path("app/journal.dat") && !slices.Contains([]string{model.Out, model.State}, f.Decision) {
			t.Errorf("of the other application %s is %s because of %q", name, f.Decision, f.Reasons)
		}
	}
}

// recovers has deleted files taken from the descriptors of the process that has them open.
func (h *hard) recovers(t *testing.T) {
	files, a, _ := h.analyze(t, "--recover-deleted")
	for name, text := range map[string]string{"app/res/deleted.dat": strings.Repeat("deleted ", 1000), "app/res/deleted.properties": "db.password = " + hardSecret + "\n"} {
		f := files[h.path(name)]
		if f.Decision != model.In || f.Recovered == "" || !strings.HasPrefix(f.Reasons[0], "deleted: its content was recovered from /proc/") {
			t.Errorf("%s is %s because of %q, recovered as %q", name, f.Decision, f.Reasons, f.Recovered)
			continue
		}
		if got, err := os.ReadFile(filepath.Join(h.c.Workspace, h.id, "recovered", f.Recovered)); err != nil || string(got) != text {
			t.Errorf("%s was recovered as %q, %v", name, head(got), err)
		}
	}
	if !slices.ContainsFunc(a.AnalysisInfo.Secrets, func(s model.Secret) bool { return string(s.Place.Path) == h.path("app/res/deleted.properties") }) {
		t.Errorf("the secret in the recovered file is not listed: %+v", a.AnalysisInfo.Secrets)
	}
	for _, name := range []string{"analysis.json", "files.jsonl"} {
		if text, err := os.ReadFile(filepath.Join(h.c.Workspace, h.id, name)); err != nil || strings.Contains(string(text), hardSecret) {
			t.Errorf("%s: %v, or it holds a secret's value", name, err)
		}
	}
}

// edit changes the user's part of analysis.json.
func (h *hard) edit(t *testing.T, change func(*model.ContainerParameters)) {
	t.Helper()
	name := filepath.Join(h.c.Workspace, h.id, "analysis.json")
	var a model.Analysis
	readJSON(t, name, &a)
	change(&a.ContainerParameters)
	data, err := json.Marshal(model.WithLists(a))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// says holds that a command wrote what patterns want, DIR for the proof's folder.
func (h *hard) says(t *testing.T, r Ran, patterns ...string) {
	t.Helper()
	text := strings.ReplaceAll(string(r.Stdout), h.dir, "DIR")
	for _, p := range patterns {
		if !regexp.MustCompile(p).MatchString(text) {
			t.Errorf("a2c %s does not say %q:\n%s", strings.Join(r.Args, " "), p, head([]byte(text)))
		}
	}
}
