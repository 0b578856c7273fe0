// Package app2container reads deployment.json of AWS App2Container, and puts what it says into that of a2c.
package app2container

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// Take puts what a deployment.json of App2Container (a2CTemplateVersion 3.1) says into d, and returns what of it is not applied, each with the
// reason. Its documented keys are at https://docs.aws.amazon.com/app2container/latest/UserGuide/config-deployment.html. Values that are empty, or the defaults of
// its templates, say nothing.
func Take(d *model.Deployment, data []byte) ([]model.NotApplied, error) {
	n, err := parse.JSON(data)
	if err != nil {
		return nil, err
	}
	if v := n.Get("a2CTemplateVersion"); v == nil || v.Text != "3.1" {
		return nil, parse.Problems{{Pos: n.Pos, Path: "a2CTemplateVersion", Msg: `want "3.1", App2Container's last`}}
	}
	t := &taking{d: d, keys: keys()}
	t.object(n, "")
	t.sizes(n)
	t.router()
	if len(t.problems) > 0 {
		return nil, t.problems
	}
	return t.left, nil
}

// Keys are the documented ones, sorted: "ecsParameters.cpu".
func Keys() []string { return slices.Sorted(maps.Keys(keys())) }

// taking goes through a document of App2Container.
type taking struct {
	d        *model.Deployment
	keys     map[string]taker
	left     []model.NotApplied
	problems parse.Problems
}

// taker puts a value into the deployment, or says why not.
type taker func(d *model.Deployment, n *parse.Node) (why string)

func (t *taking) object(n *parse.Node, path string) {
	if n.Kind != parse.Object {
		t.problems = append(t.problems, parse.Problem{Pos: n.Pos, Path: path, Msg: fmt.Sprintf("want an object, got %s", n.Kind)})
		return
	}
	for _, f := range n.Fields {
		t.field(f, strings.TrimPrefix(path+"."+f.Name, "."))
	}
}

func (t *taking) field(f parse.Field, path string) {
	take, known := t.keys[path]
	switch {
	case strings.HasPrefix(f.Name, "_comment"), saysNothing(f.Value):
	case known:
		if why := take(t.d, f.Value); why != "" {
			t.left = append(t.left, model.NotApplied{Key: path, Why: why})
		}
	case slices.ContainsFunc(slices.Collect(maps.Keys(t.keys)), func(k string) bool { return strings.HasPrefix(k, path+".") }):
		t.object(f.Value, path)
	default:
		t.problems = append(t.problems, parse.Problem{Pos: f.Pos, Path: path, Msg: "is no key of App2Container's deployment.json 3.1"})
	}
}

// saysNothing is true of what App2Container's templates leave empty.
func saysNothing(n *parse.Node) bool {
	switch n.Kind {
	case parse.Null:
		return true
	case parse.String:
		return strings.TrimSpace(n.Text) == ""
	case parse.Number:
		return n.Text == "0"
	case parse.Array:
		return len(n.Items) == 0
	case parse.Object:
		return len(n.Fields) == 0
	}
	return false
}

// sizes takes cpu and memory, which belong together: App2Container writes 2 vCPU and 4096 MiB (1.5 for Kubernetes) for whatever it was not told. What
// does not go together becomes the smallest size that holds both.
func (t *taking) sizes(n *parse.Node) {
	e := &t.d.ECSParameters
	cpu, memory := t.number(n, "ecsParameters", "cpu"), t.number(n, "ecsParameters", "memory")
	if cpu == 2 {
		cpu = 0 // the default
	}
	if memory == 4096 {
		memory = 0
	}
	if cpu != 0 || memory != 0 {
		e.CPU, e.Memory = cmp.Or(cpu, e.CPU), int(cmp.Or(memory, float64(e.Memory)))
		e.EC2.CPU, e.EC2.Memory = e.CPU, e.Memory
		if cpu, memory, ok := model.FitFargate(int(e.CPU*1024), e.Memory); ok && !model.ValidFargate(int(e.CPU*1024), e.Memory) {
			e.CPU, e.Memory = float64(cpu)/1024, memory
		}
		told(t.d, "ecsParameters.cpu", "ecsParameters.memory")
	}
	k := &t.d.EKSParameters
	if cpu := t.number(n, "eksParameters", "cpu"); cpu != 0 && cpu != 1.5 {
		k.CPU = cpu
		told(t.d, "eksParameters.cpu")
	}
	if memory := t.number(n, "eksParameters", "memory"); memory != 0 {
		k.Memory = int(memory)
		told(t.d, "eksParameters.memory")
	}
}

// router says what of FireLens is not in force.
func (t *taking) router() {
	f := t.d.FireLens
	switch {
	case f == nil:
	case f.EnableFireLensLogging && len(f.LogDestinations) == 0:
		t.left, t.d.FireLens = append(t.left, model.NotApplied{Key: "fireLensParameters.enableFireLensLogging", Why: "no destination is named: the log goes to CloudWatch by awslogs"}), nil
	case !f.EnableFireLensLogging && len(f.LogDestinations) > 0:
		t.left = append(t.left, model.NotApplied{Key: "fireLensParameters.logDestinations", Why: "enableFireLensLogging is off"})
	}
}

// told notes that values are the user's own.
func told(d *model.Deployment, keys ...string) {
	for _, k := range keys {
		if d.Reasons == nil {
			d.Reasons = map[string]string{}
		}
		d.Reasons[k] = "App2Container's deployment.json"
	}
}

var withUnit = regexp.MustCompile(`(?i)^([0-9.]+) *(gb|mb|mib|gib)?$`)

// number is a size: a number, or text as App2Container takes it ("1 GB").
func (t *taking) number(n *parse.Node, section, key string) float64 {
	v := n.Get(section).Get(key)
	if v == nil || saysNothing(v) {
		return 0
	}
	m := withUnit.FindStringSubmatch(strings.TrimSpace(v.Text))
	if m == nil || v.Kind != parse.Number && v.Kind != parse.String {
		t.problems = append(t.problems, parse.Problem{Pos: v.Pos, Path: section + "." + key, Msg: fmt.Sprintf("want a number, got %s", v.Kind)})
		return 0
	}
	f, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		t.problems = append(t.problems, parse.Problem{Pos: v.Pos, Path: section + "." + key, Msg: "is no number"})
	}
	if strings.HasPrefix(strings.ToLower(m[2]), "g") {
		f *= 1024
	}
	return f
}
