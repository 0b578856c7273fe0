package containerize

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"a2c/containerize/layer"
	"a2c/internal/term"
	"a2c/model"
	"a2c/templates"
)

// dockerfileView is what the template sees. Every value is ready to stand in its place.
type dockerfileView struct {
	Application, ID, From  string
	Layers                 []layerView
	Changes, Unsayable     []string
	Secrets                []string
	Labels, Env, Expose    []string
	User, WorkingDir       string
	StopSignal, Entrypoint string
	Healthcheck            string
}

type layerView struct {
	Name, About, Size string
	Files             int
	Copies            []copyView
}

type copyView struct{ Owner, Folder string }

func about(layerName string) string {
	return map[string]string{
		model.GroupRuntime: "the language runtime, with the system files that it reads", model.GroupLibraries: "native libraries of the system", model.GroupServer: "the server's own distribution",
		model.GroupDependencies: "archives and assemblies that the application stands on", model.GroupApplication: "the application with its configuration and users",
	}[layerName]
}

// render writes the Dockerfile. What a Dockerfile cannot say is named in a comment and stands in the image's configuration all the same.
func render(a model.AnalysisInfo, base string, p *plan, lp layer.Plan, c model.ImageConfig, changes []model.Change, secrets []model.Secret) ([]byte, error) {
	v := dockerfileView{Application: a.App.Name, ID: a.AppID, From: "scratch", User: c.User, StopSignal: c.StopSignal, Expose: c.ExposedPorts}
	if base != "" {
		v.From = base
	}
	if v.Application == "" {
		v.Application = a.AppID
	}
	for _, l := range lp {
		lv := layerView{Name: l.Name, About: about(l.Name), Size: term.Size(l.Bytes()), Files: l.Files()}
		for _, f := range p.folders() {
			if f.Layer == l.Name {
				lv.Copies = append(lv.Copies, copyView{f.Owner, f.Name})
			}
		}
		v.Layers = append(v.Layers, lv)
	}
	for _, ch := range changes {
		v.Changes = append(v.Changes, changeLine(ch))
	}
	for _, k := range secrets {
		v.Secrets = append(v.Secrets, k.Name+" ("+k.Kind+")")
	}
	slices.Sort(v.Secrets)
	v.Secrets = slices.Compact(v.Secrets)
	if err := v.values(c); err != nil {
		return nil, err
	}
	return v.execute()
}

func changeLine(c model.Change) string {
	s := c.Kind + " " + c.Target
	if c.After != "" {
		s += ": " + c.After
	}
	return s + " (" + c.Reason + ")"
}

// sayable reports whether an ENV line can say a variable.
func sayable(name, value string) bool {
	_, ok := quote(value)
	return ok && sayableName.MatchString(name)
}

var sayableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)

// values quotes labels, environment, folder and entry point.
func (v *dockerfileView) values(c model.ImageConfig) error {
	for _, key := range slices.Sorted(maps.Keys(c.Labels)) {
		if q, ok := quote(c.Labels[key]); ok {
			v.Labels = append(v.Labels, key+"="+q)
		}
	}
	for _, kv := range c.Env {
		name, value, _ := strings.Cut(kv, "=")
		if !sayable(name, value) {
			v.Unsayable = append(v.Unsayable, "variable "+name+" holds what a Dockerfile cannot say; a2c sets it in the image's configuration, other builders do not")
			continue
		}
		q, _ := quote(value)
		v.Env = append(v.Env, name+"="+q)
	}
	if dir := string(c.WorkingDir); dir != "" {
		q, ok := quote(dir)
		if ok {
			v.WorkingDir = q
		} else {
			v.Unsayable = append(v.Unsayable, "the working folder holds what a Dockerfile cannot say; a2c sets it in the image's configuration, other builders do not")
		}
	}
	var err error
	if v.Healthcheck, err = healthcheckLine(c.Healthcheck); err != nil {
		return err
	}
	v.Entrypoint, err = execForm(c.Entrypoint)
	return err
}

// quote is a Dockerfile word in double quotes (docs.docker.com: "Environment replacement"): quotes, backslashes and dollars lose their
// meaning. ok is false for line breaks and for what would turn or hide the text that people read: a word has no escapes for them.
func quote(s string) (string, bool) {
	if strings.ContainsFunc(s, func(r rune) bool { return !strconv.IsPrint(r) || r == utf8.RuneError }) {
		return "", false
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`).Replace(s) + `"`, true
}

// execForm is the JSON of ENTRYPOINT, on one line, without HTML escapes; what does not print is \uXXXX.
func execForm(argv []string) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(argv); err != nil {
		return "", fmt.Errorf("entry point: %w", err)
	}
	return strings.TrimSpace(string(term.EscapeJSON(b.Bytes()))), nil
}

func (v *dockerfileView) execute() ([]byte, error) {
	const name = "dockerfile/Dockerfile.tmpl"
	text, err := templates.Render(name, v, templates.Funcs{"comment": comment})
	if err != nil {
		return nil, fmt.Errorf("render Dockerfile: %w", err)
	}
	return text, v.parseBack(string(text))
}

// comment keeps text on its line. A backslash at the end would go on in the next one, in some builders.
func comment(s string) string {
	return strings.TrimRight(model.Path(s).String(), `\`)
}

// errBrokeOut is a defect of a2c: some value changed the Dockerfile's structure.
var errBrokeOut = errors.New("a value broke out of its line in the Dockerfile")

// parseBack counts what a parser would see: exactly the instructions that were meant, each on one line.
func (v *dockerfileView) parseBack(text string) error {
	want := map[string]int{"FROM": 1, "LABEL": len(v.Labels), "ENV": len(v.Env), "EXPOSE": len(v.Expose), "USER": 1, "ENTRYPOINT": 1}
	for _, l := range v.Layers {
		want["COPY"] += len(l.Copies)
	}
	if v.WorkingDir != "" {
		want["WORKDIR"] = 1
	}
	if v.Healthcheck != "" {
		want["HEALTHCHECK"] = 1
	}
	if v.StopSignal != "" {
		want["STOPSIGNAL"] = 1
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		word, _, _ := strings.Cut(line, " ")
		want[word]--
		if strings.HasSuffix(line, `\`) {
			return fmt.Errorf("%w: %q", errBrokeOut, line)
		}
	}
	for word, n := range want {
		if n != 0 {
			return fmt.Errorf("%w: %d lines %s too few or too many", errBrokeOut, n, word)
		}
	}
	return nil
}
