package proof

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"a2c/model"
	"a2c/parse"
	"a2c/proof/apps"
)

// BadInput proves what the built program says and leaves when a command comes too early, a document is broken, two work at a time, the workspace
// cannot be written, a listener stays closed, one application of several fails, and the disk is full.
func BadInput() Proof {
	return Proof{
		Name: "bad-input", Needs: []Need{Root, AMD64, Packages}, Budget: 4 * time.Minute,
		Install: InstallApps(apps.Portal(), apps.AzureMCP()),
		Run: func(t *testing.T, b *Bench) {
			list := []apps.App{apps.Portal(), apps.AzureMCP()}
			p := &badInput{b: b, site: b.Start(t, list...)}
			p.c = b.Command(b.Scratch(t, "bad-input"), "DOCKER_HOST="+b.Engine(t))
			jobs, _ := b.Inventory(t, p.c, p.site, list)
			p.job, p.other = jobs[list[0].Name], jobs[list[1].Name]
			t.Run("too_early", p.tooEarly)
			p.job.Analyze(t, p.c)
			t.Run("closed_listener", p.closedListener)
			p.job.Whole(t, p.c, p.site)
			t.Run("two_at_a_time", p.twoAtATime)
			t.Run("not_writable", p.notWritable)
			t.Run("broken_documents", p.brokenDocuments)
			t.Run("broken_configuration", p.brokenConfiguration)
			t.Run("one_of_several", p.oneOfSeveral)
			t.Run("full_disk", p.fullDisk)
		},
	}
}

type badInput struct {
	b          *Bench
	c          Command
	site       *apps.Site
	job, other Job
}

// refused demands exit code 1 and what is said, and that nothing in the workspace changed.
func (p *badInput) refused(t *testing.T, c Command, want string, args ...string) {
	t.Helper()
	before := tree(t, c.Workspace)
	r, err := c.Try(t.Context(), args...)
	if err != nil {
		t.Fatal(err)
	}
	if r.Code != exitFailed || !regexp.MustCompile(want).Match(r.Stderr) {
		t.Errorf("a2c %s: exit code %d, want %d and %s:\n%s", strings.Join(args, " "), r.Code, exitFailed, want, head(r.Stderr))
	}
	if bytes.Contains(r.Stderr, []byte("goroutine ")) {
		t.Errorf("a2c %s panics:\n%s", strings.Join(args, " "), head(r.Stderr))
	}
	if diff := cmp.Diff(before, tree(t, c.Workspace)); diff != "" {
		t.Errorf("a2c %s changed the workspace (-before +after):\n%s", strings.Join(args, " "), head([]byte(diff)))
	}
}

// tooEarly calls each command before the one that it needs.
func (p *badInput) tooEarly(t *testing.T) {
	id := []string{"--application-id", p.job.ID}
	next := func(command string) string { return "run (sudo )?a2c " + command + " --application-id " + p.job.ID }
	for _, command := range [][]string{{"check"}, {"containerize"}, {"verify"}, {"generate", "app-deployment"}} {
		p.refused(t, p.c, next("(analyze|containerize)"), slices.Concat(command, id)...)
	}
	p.job.Analyze(t, p.c)
	for _, command := range [][]string{{"verify"}, {"generate", "app-deployment"}} {
		p.refused(t, p.c, next("containerize"), slices.Concat(command, id)...)
	}
}

// closedListener leaves the listener on loopback: check calls it what it is, before and after the image, and verify says from where it was asked.
func (p *badInput) closedListener(t *testing.T) {
	j := p.job
	j.Containerize(t, p.c, "--keep-bind")
	if len(j.Image.Needs.Ports) == 0 || j.Image.Needs.Ports[0].Address != "127.0.0.1" {
		t.Errorf("--keep-bind: the image needs the ports %+v", j.Image.Needs.Ports)
	}
	ran := p.c.Run(t, []int{exitAnswerNo}, "check", "--application-id", j.ID, "-o", "json")
	if !bytes.Contains(ran.Stdout, []byte(`"fargate.loopback-listener"`)) {
		t.Errorf("check does not report the closed listener: %s", head(ran.Stdout))
	}
	ran = p.c.Run(t, []int{exitDone, exitNotAllSeen, exitAnswerNo}, append([]string{"verify", "--application-id", j.ID}, p.site.VerifyArgs(j.App)...)...)
	var v model.Verification
	readJSON(t, filepath.Join(p.c.Workspace, j.ID, "verify.json"), &v)
	if v.Verified != (ran.Code == exitDone) {
		t.Errorf("verified %v (%s), exit code %d", v.Verified, v.Why, ran.Code)
	}
	if v.Verified && (len(v.Notes) != 1 || !bytes.Contains(ran.Stdout, []byte("stays closed to everybody"))) {
		t.Errorf("verified, and nothing says that nobody outside reaches the listener: notes %q\n%s", v.Notes, head(ran.Stdout))
	}
	t.Logf("with --keep-bind: verified %v %s %v", v.Verified, v.Why, v.Notes)
	p.job.Containerize(t, p.c)
	ran = p.c.Run(t, []int{exitDone, exitNotAllSeen, exitAnswerNo}, "check", "--application-id", j.ID, "-o", "json")
	if bytes.Contains(ran.Stdout, []byte(`"fargate.loopback-listener"`)) {
		t.Errorf("check reports a listener that the image opens: %s", head(ran.Stdout))
	}
}

// twoAtATime calls other commands while one works.
func (p *badInput) twoAtATime(t *testing.T) {
	holder := p.c.Make(t.Context(), "containerize", "--force", "--application-id", p.job.ID)
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	lock := filepath.Join(p.c.Workspace, p.job.ID, ".lock")
	for begin := time.Now(); time.Since(begin) < 10*time.Second; time.Sleep(time.Millisecond) {
		if text, err := os.ReadFile(lock); err == nil && len(text) > 0 {
			break
		}
	}
	for _, command := range [][]string{{"inventory"}, {"analyze", "--all"}, {"containerize", "--application-id", p.job.ID}, {"verify", "--application-id", p.job.ID}, {"generate", "app-deployment", "--application-id", p.job.ID}} {
		r, err := p.c.Try(t.Context(), command...)
		want := regexp.MustCompile(`in use by process [0-9]+ \(a2c containerize --force --application-id ` + p.job.ID + `\); wait until it ends, then run a2c ` + command[0])
		if err != nil || r.Code != exitFailed || !want.Match(r.Stderr) {
			t.Errorf("a2c %s beside another: exit code %d, %v: %s", command[0], r.Code, err, r.Stderr)
		}
	}
	if err := holder.Wait(); err != nil {
		t.Errorf("the one that came first: %v", err)
	}
}

// notWritable works as nobody in root's workspace, and on a read-only file system.
func (p *badInput) notWritable(t *testing.T) {
	program, err := os.ReadFile(p.c.Path)
	if err != nil {
		t.Fatal(err)
	}
	reachable := filepath.Join(p.b.Dir, "a2c-of-nobody") // the checkout may be closed to others
	if err := os.WriteFile(reachable, program, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(reachable) })
	nobody := p.c
	nobody.Path, nobody.Prefix = "/usr/bin/setpriv", []string{"--reuid=65534", "--regid=65534", "--clear-groups", reachable}
	nobody.Env = append(slices.Clone(p.c.Env), "HOME=/nonexistent")
	for _, command := range [][]string{{"inventory"}, {"analyze", "--all"}} {
		p.refused(t, nobody, `workspace .* cannot be written: permission denied; name another with --workspace DIR, or run as root`, command...)
	}
	inMounts(t, func(t *testing.T) {
		readOnly(t, p.c.Workspace)
		r := p.c
		for _, command := range [][]string{{"inventory"}, {"containerize", "--application-id", p.job.ID}} {
			p.refused(t, r, `workspace .* cannot be written: read-only file system; name another`, command...)
		}
		r.Run(t, []int{exitDone, exitAnswerNo, exitNotAllSeen}, "check", "--application-id", p.job.ID) // only reads
	})
}

// damages are what an editor, a full disk or a hand may do to a document.
func damages() map[string]struct {
	do   func(string) string
	says string
} {
	value := regexp.MustCompile(`": "[^"]*"`)
	first := func(text, old, with string) string { return strings.Replace(text, old, with, 1) }
	return map[string]struct {
		do   func(string) string
		says string
	}{
		"unknown_key":   {func(s string) string { return first(s, "{", `{"surprise": 1,`) }, `:1:\d+: surprise: unknown key`},
		"wrong_type":    {func(s string) string { return first(s, value.FindString(s), `": {}`) }, `:\d+:\d+: [\w.\[\]]+: want a string, got an object`},
		"list":          {func(string) string { return "[]\n" }, `:1:1: .*want an object`},
		"comma":         {func(s string) string { return first(s, ",", ",,") }, `:\d+:\d+: invalid character ','`},
		"truncated":     {func(s string) string { return s[:len(s)/2] }, `:\d+:\d+: `},
		"empty":         {func(string) string { return "" }, `:1:1: `},
		"zeros":         {func(s string) string { return strings.Repeat("\x00", len(s)) }, `:1:1: `},
		"huge":          {func(s string) string { return s + strings.Repeat(" ", parse.MaxJSON) }, `(large|bytes|MiB|MB)`},
		"duplicate_key": {func(s string) string { return first(s, "{", `{`+regexp.MustCompile(`"\w+":`).FindString(s)+` null,`) }, `:\d+:\d+: .*(twice|duplicate|again)`},
	}
}

// brokenDocuments damages what a user may edit: the commands that read it name the place, and leave everything as it is.
func (p *badInput) brokenDocuments(t *testing.T) {
	id := []string{"--application-id", p.job.ID}
	for name, commands := range map[string][][]string{
		"analysis.json":   {{"check"}, {"analyze"}, {"containerize"}, {"verify"}},
		"deployment.json": {{"check"}, {"generate", "app-deployment"}},
	} {
		file := filepath.Join(p.c.Workspace, p.job.ID, name)
		good, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for damage, d := range damages() {
			t.Run(name+"/"+damage, func(t *testing.T) {
				write(t, file, d.do(string(good)))
				for _, command := range commands {
					p.refusedLightly(t, file, regexp.QuoteMeta(name)+".*"+d.says, slices.Concat(command, id)...)
				}
			})
		}
		write(t, file, string(good))
	}
}

// refusedLightly is refused for a document: only it and the names beside it are compared, since an image is large.
func (p *badInput) refusedLightly(t *testing.T, file, want string, args ...string) {
	t.Helper()
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	r, err := p.c.Try(t.Context(), args...)
	if err != nil {
		t.Fatal(err)
	}
	if r.Code != exitFailed || !regexp.MustCompile(want).Match(r.Stderr) || bytes.Contains(r.Stderr, []byte("goroutine ")) {
		t.Errorf("a2c %s: exit code %d, want %d and %s:\n%s", args[0], r.Code, exitFailed, want, head(r.Stderr))
	}
	if after, err := os.ReadFile(file); err != nil || !bytes.Equal(before, after) {
		t.Errorf("a2c %s wrote over the broken document: %v", args[0], err)
	}
	if left := halfWritten(t, p.c.Workspace); len(left) > 0 {
		t.Errorf("a2c %s left %v", args[0], left)
	}
}

// brokenConfiguration damages the configuration file.
func (p *badInput) brokenConfiguration(t *testing.T) {
	file := filepath.Join(p.c.Workspace, "..", "bad-input.yaml")
	t.Cleanup(func() { _ = os.Remove(file) })
	for text, says := range map[string]string{
		"outptu: json\n":             `no flag is called "outptu"; did you mean "output"`,
		"quiet: [1, 2]\n":            `quiet: `,
		"quiet: maybe\n":             `quiet: "maybe" is no bool`,
		"output: [\n":                `line \d`,
		"output: json\noutput: yaml": `line \d|already`,
		"\x00\x01":                   `bad-input.yaml: `,
		"- a\n- b\n":                 `bad-input.yaml: `,
	} {
		write(t, file, text)
		r, err := p.c.Try(t.Context(), "check", "--application-id", p.job.ID, "--config", file)
		if err != nil || r.Code != exitUsage || !regexp.MustCompile(`configuration file .*bad-input.yaml: .*(`+says+`)|`+says).Match(r.Stderr) {
			t.Errorf("configuration %q: exit code %d, %v:\n%s", text, r.Code, err, head(r.Stderr))
		}
	}
}

// oneOfSeveral breaks one application's document: --all does the others, names that one, and fails; an edit of the user's survives.
func (p *badInput) oneOfSeveral(t *testing.T) {
	p.other.Analyze(t, p.c)
	broken := filepath.Join(p.c.Workspace, p.other.ID, "analysis.json")
	good := filepath.Join(p.c.Workspace, p.job.ID, "analysis.json")
	text, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	edited := regexp.MustCompile(`"imageTag": "[^"]*"`).ReplaceAllString(string(text), `"imageTag": "mine-7"`)
	write(t, good, edited)
	write(t, broken, "{,}\n")
	before, err := os.Stat(filepath.Join(p.c.Workspace, p.job.ID, "files.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	r := p.c.Run(t, []int{exitFailed}, "analyze", "--all", "-o", "table")
	if !strings.Contains(string(r.Stderr), p.other.ID+"/analysis.json:1:2: ") {
		t.Errorf("--all does not name the one that fails:\n%s", head(r.Stderr))
	}
	if !strings.Contains(string(r.Stderr), "not analyzed: "+p.other.ID) {
		t.Errorf("--all does not end with a summary:\n%s", head(r.Stderr))
	}
	after, err := os.Stat(filepath.Join(p.c.Workspace, p.job.ID, "files.jsonl"))
	if err != nil || os.SameFile(before, after) || !strings.Contains(string(r.Stdout), p.job.ID) {
		t.Errorf("--all did not do the good one: %v\n%s", err, head(r.Stdout))
	}
	if text, err = os.ReadFile(good); err != nil || !strings.Contains(string(text), `"imageTag": "mine-7"`) {
		t.Errorf("the edit did not survive: %v", err)
	}
	if text, err = os.ReadFile(broken); err != nil || string(text) != "{,}\n" {
		t.Errorf("the broken document was changed: %v", err)
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
