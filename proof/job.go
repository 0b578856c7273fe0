package proof

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"a2c/internal/schema/valid"
	"a2c/model"
	"a2c/proof/apps"
	"a2c/verify"
)

// Exit codes of a2c that proofs tell apart (design, section 3).
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitAnswerNo    = 3
	exitNotAllSeen  = 4
	exitInterrupted = 130
)

// Job is what a2c said and wrote about one application.
type Job struct {
	App          apps.App
	Compression  string // of the layers; "": the default
	Tar          string // where containerize also writes the image for docker load; "": nowhere
	ID           string
	Found        model.App
	Analysis     model.Analysis
	Verdicts     []model.Verdict
	Image        model.Image
	Verification model.Verification
	Runs         []Ran // every command, with its output and seconds
}

// noEngine is the variable by which a2c finds no container engine.
const noEngine = "DOCKER_HOST=unix:///nowhere/docker.sock"

// imageOf starts one application and builds its image, for a2c's own sandbox. name is that of the scratch folder, which is the workspace.
func (b *Bench) imageOf(t *testing.T, name string, a apps.App) (*apps.Site, Command, Job) {
	t.Helper()
	site, c := b.Start(t, a), b.Command(b.Scratch(t, name), noEngine)
	jobs, _ := b.Inventory(t, c, site, []apps.App{a})
	j := jobs[a.Name]
	j.Analyze(t, c)
	j.Containerize(t, c)
	return site, c, j
}

// Inventory runs a2c inventory and returns the entry of each application, by name.
func (b *Bench) Inventory(t *testing.T, c Command, site *apps.Site, list []apps.App) (map[string]Job, Ran) {
	t.Helper()
	ran := c.Run(t, []int{exitDone, exitNotAllSeen}, "inventory", "-o", "json")
	var found model.Inventory
	readJSON(t, filepath.Join(c.Workspace, "inventory.json"), &found)
	jobs := map[string]Job{}
	for _, a := range list {
		pid := site.PID(a)
		for id, app := range found {
			if slices.Contains(app.Processes, pid) {
				jobs[a.Name] = Job{App: a, ID: id, Found: app, Runs: []Ran{ran}}
			}
		}
		if _, is := jobs[a.Name]; !is {
			t.Fatalf("no application of the inventory claims process %d, %s:\n%s", pid, a.Title, head(ran.Stdout))
		}
	}
	return jobs, ran
}

// Analyze runs a2c analyze and reads what it wrote.
func (j *Job) Analyze(t *testing.T, c Command) {
	t.Helper()
	j.Runs = append(j.Runs, c.Run(t, []int{exitDone, exitNotAllSeen}, "analyze", "--application-id", j.ID))
	readJSON(t, filepath.Join(c.Workspace, j.ID, "analysis.json"), &j.Analysis)
}

// Check runs a2c check; blockers are an answer, not a failure.
func (j *Job) Check(t *testing.T, c Command) {
	t.Helper()
	ran := c.Run(t, []int{exitDone, exitAnswerNo}, "check", "--application-id", j.ID, "-o", "json")
	j.Runs = append(j.Runs, ran)
	j.Verdicts = nil
	if err := json.Unmarshal(ran.Stdout, &j.Verdicts); err != nil {
		t.Fatalf("the answer of a2c check: %v\n%s", err, head(ran.Stdout))
	}
}

// Containerize builds the image.
func (j *Job) Containerize(t *testing.T, c Command, args ...string) {
	t.Helper()
	args = append([]string{"containerize", "--application-id", j.ID}, args...)
	if j.Tar != "" {
		args = append(args, "--tar", j.Tar)
	}
	if j.Compression != "" {
		args = append(args, "--compression", j.Compression)
	}
	j.Runs = append(j.Runs, c.Run(t, []int{exitDone, exitNotAllSeen}, args...))
	readJSON(t, filepath.Join(c.Workspace, j.ID, "image", "image.json"), &j.Image)
}

// Verify compares the image with the live application by all requests that mean something, and fails when they differ.
func (j *Job) Verify(t *testing.T, c Command, site *apps.Site, more ...string) {
	t.Helper()
	args := slices.Concat([]string{"verify", "--application-id", j.ID}, site.VerifyArgs(j.App), more)
	j.Runs = append(j.Runs, c.Run(t, nil, args...))
	readJSON(t, filepath.Join(c.Workspace, j.ID, "verify.json"), &j.Verification)
}

// alike reports whether the image answers what the proof asks for as the application does, and listens where it does. What verify finds by itself beyond that, and
// properties of the process, are printed with the verdict and do not fail these proofs: they are about images.
func alike(v model.Verification) bool {
	return len(v.Comparisons) > 0 && !slices.ContainsFunc(v.Comparisons, func(c model.Comparison) bool {
		return c.Verdict == model.VerifyDifferent && (c.From == verify.Named || c.Method == "LISTEN")
	})
}

// Generate fills in the account of AWS's documentation, as a user would by hand, and writes the files.
func (j *Job) Generate(t *testing.T, c Command) {
	t.Helper()
	file := filepath.Join(c.Workspace, j.ID, "deployment.json")
	var d model.Deployment
	readJSON(t, file, &d)
	d.AWS.AccountID, d.AWS.Region = "111122223333", "eu-central-1"
	b, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(b, '\n'), 0o600); err != nil {
		t.Fatal(err)
	}
	j.Runs = append(j.Runs, c.Run(t, nil, "generate", "app-deployment", "--application-id", j.ID))
}

// Whole runs everything from analyze to generate.
func (j *Job) Whole(t *testing.T, c Command, site *apps.Site) {
	t.Helper()
	j.Analyze(t, c)
	j.Check(t, c)
	j.Containerize(t, c)
	j.Verify(t, c, site)
	j.Generate(t, c)
}

func readJSON(t *testing.T, file string, v any) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	reflect.ValueOf(v).Elem().SetZero() // what a document does not say must not stay from another
	if err := json.Unmarshal(b, v); err != nil {
		t.Fatalf("read %s: %v", file, err)
	}
	if err := valid.Document(file, b); err != nil {
		t.Errorf("%s does not fit its published schema: %v", file, err)
	}
}

// tree returns the regular files below dir by relative name, with their content.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		files[name] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
