package proof

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"a2c/generate"
	"a2c/model"
	"a2c/proof/apps"
)

// Rendered is one deployment's files of all targets, written below Dir: Dir/ecs-fargate/service.yaml.
type Rendered struct {
	Name       string
	Dir        string
	Deployment model.Deployment
}

// Rendered writes what generate makes of its sample deployments, with the account of AWS's documentation, and of one whose values are
// as nasty as environments can be.
func (b *Bench) Rendered(t *testing.T, scratch string) []Rendered {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(b.Repo, "generate", "testdata", "deployments", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no sample deployments: %v", err)
	}
	var all []Rendered
	for _, file := range files {
		var d model.Deployment
		readJSON(t, file, &d)
		d.AWS = model.AWS{AccountID: "111122223333", Region: "eu-central-1"}
		name := filepath.Base(file[:len(file)-len(".json")])
		all = append(all, render(t, filepath.Join(scratch, name), name, d))
		if len(d.Volumes) > 0 {
			all = append(all, render(t, filepath.Join(scratch, "hostile"), "hostile", nastiest(d)))
		}
	}
	return all
}

// RenderedTogether writes what generate makes of all sample deployments for linux/amd64 together, each connected to the next, and returns the folder.
func (b *Bench) RenderedTogether(t *testing.T, all []Rendered, scratch string) string {
	t.Helper()
	var list []model.Deployment
	for _, r := range all {
		if r.Name != "hostile" && r.Deployment.Image.Platform == "linux/amd64" && !slices.ContainsFunc(list, func(d model.Deployment) bool { return d.ApplicationID == r.Deployment.ApplicationID }) {
			list = append(list, r.Deployment)
		}
	}
	for i := range list {
		next := list[(i+1)%len(list)]
		list[i].Reaches = append(slices.Clone(list[i].Reaches), model.Reach{
			Name: "the next", Host: "localhost", Port: next.ExposedPorts[0].LocalPort, Protocol: "tcp", Local: true, ApplicationID: next.ApplicationID,
		})
	}
	outputs, err := generate.Together(t.Context(), "together", list, generate.Names())
	if err != nil {
		t.Fatal(err)
	}
	writeOutputs(t, filepath.Join(scratch, "together"), outputs)
	return filepath.Join(scratch, "together")
}

// named finds the sample of that name.
func named(t *testing.T, all []Rendered, name string) Rendered {
	t.Helper()
	i := slices.IndexFunc(all, func(r Rendered) bool { return r.Name == name })
	if i < 0 {
		t.Fatalf("no sample deployment %s", name)
	}
	return all[i]
}

// nastiest fills a deployment with values that are something else in some reader of YAML, JSON, Kubernetes or CloudFormation.
func nastiest(d model.Deployment) model.Deployment {
	d.Environment = nil
	for i, value := range nasty() {
		d.Environment = append(d.Environment, model.NameValue{Name: "V" + string(rune('A'+i/10)) + string(rune('0'+i%10)), Value: value})
	}
	d.ApplicationID = "Ünter.strich_" + d.ApplicationID + "-with-a-name-that-goes-on-and-on-and-on"
	d.EKSParameters.Namespace, d.ECSParameters.ECSFamily, d.Image.Repository = "no", "a.b:c/d", "Über/_x_/App..Two"
	d.HealthCheck.Path = "/a b?x=${AWS::Region}&y=\"#"
	d.Volumes = slices.Clone(d.Volumes)
	d.Volumes = append(d.Volumes, d.Volumes[0])
	d.Volumes[1].Path += " two"
	d.Volumes[0].FileSystemID, d.Volumes[1].FileSystemID = "fs-0123456789abcdef0", "fs-0123456789abcdef0"
	d.ECSParameters.ResourceTags = []model.Tag{{Key: "=", Value: "1e3"}}
	d.ECSParameters.EC2.NetworkMode, d.ECSParameters.WithNetwork = "awsvpc", true
	return d
}

func nasty() []string {
	return []string{
		"", "=", "<<", "no", "y", "~", "null", "1e3", "0123", "0o17", "1_000", "12:30:45", "2001-01-01", "-", "?", "!x", "&a", "*a", "@x", "`x`",
		"a: b", "a #b", "{}", "[]", "{{ .Values.x }}", "${AWS::Region}", "$(PATH)", "$$(PATH)", "$VAR", "%{x}", "line\nbreak\n", "tab\ttab", "\r\n",
		" lead", "trail ", "\"quoted\"", "it's", `back\slash`, "\u2028x\u2029", "\ufeffbom", "\x01\x1b[31m", "😀", "ünïcödé", "---", "...", "# no comment",
	}
}

func render(t *testing.T, dir, name string, d model.Deployment) Rendered {
	t.Helper()
	renderTargets(t, dir, name, d, generate.Names())
	d.Environment = d.Differing() // what is written
	return Rendered{name, dir, d}
}

// renderTargets writes the files of some targets.
func renderTargets(t *testing.T, dir, name string, d model.Deployment, targets []string) {
	t.Helper()
	outputs, err := generate.Render(t.Context(), d, targets)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	writeOutputs(t, dir, outputs)
}

func writeOutputs(t *testing.T, dir string, outputs map[string]generate.Output) {
	t.Helper()
	for target, output := range outputs {
		for file, data := range output.Files {
			path := filepath.Join(dir, target, file)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// venv installs Python packages of exact versions into an environment of their own below the bench, once.
func (b *Bench) venv(t *testing.T, name string, packages ...string) string {
	t.Helper()
	dir := filepath.Join(b.Dir, "validators", name)
	done := filepath.Join(dir, "installed")
	want := []byte(filepath.Join(packages...))
	if have, err := os.ReadFile(done); err == nil && bytes.Equal(have, want) {
		return dir
	}
	if err := apps.Ensure(t.Context(), b.Log, []apps.Tool{{
		Name: "python3 with venv", Packages: [][]string{{"python3"}, {"python3-venv"}},
		Present: func() bool {
			return exec.CommandContext(t.Context(), "python3", "-c", "import ensurepip, venv").Run() == nil
		},
	}}); err != nil {
		t.Fatal(err)
	}
	b.tool(t, nil, "python3", "-m", "venv", "--clear", dir)
	b.tool(t, nil, filepath.Join(dir, "bin", "pip"), append([]string{"install", "-q", "--disable-pip-version-check"}, packages...)...)
	if err := os.WriteFile(done, want, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// tool runs a program to its end and fails the test when it fails.
func (b *Bench) tool(t *testing.T, env []string, name string, args ...string) []byte {
	t.Helper()
	out, code, err := try(t.Context(), env, name, args...)
	if err != nil || code != 0 {
		t.Fatalf("%s %q: exit code %d, %v\n%s", name, args, code, err, out)
	}
	return out
}

// try runs a program and returns all its output and its exit code.
func try(ctx context.Context, env []string, name string, args ...string) ([]byte, int, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "AWS_") { // a person's own profile is nobody's business here
			cmd.Env = append(cmd.Env, e)
		}
	}
	cmd.Env = append(cmd.Env, env...)
	out, err := cmd.CombinedOutput()
	if _, ended := errors.AsType[*exec.ExitError](err); ended {
		err = nil
	}
	return out, cmd.ProcessState.ExitCode(), err
}

// replaceOnce seeds a fault into a file: a check that finds nothing has to be seen finding something.
func replaceOnce(t *testing.T, file, old, with string) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(b, []byte(old)) {
		t.Fatalf("%s: no %q to seed a fault in", file, old)
	}
	if err := os.WriteFile(file, bytes.Replace(b, []byte(old), []byte(with), 1), 0o600); err != nil {
		t.Fatal(err)
	}
}
