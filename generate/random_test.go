package generate

import (
	stdcmp "cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"a2c/model"
)

// pieces are put together to names and values; each is something to a reader of YAML, JSON, CloudFormation, a shell, Kubernetes or Compose.
func pieces() []string {
	return append(nasty(), "${AWS::AccountId}", "${!x}", "!Sub x", "!Ref", "Fn::Sub", `{"Ref":"X"}`, "{{", "}}", "$", "$$", "${X:?no}", "${X-}", "yes", "0x1F", "1_000", ".inf", "NaN", "null",
		"%", "`id`", "'", `"`, ",", "[", "]", "{", "}", "|", ">", "\n", "=", ":", " ", "a", "B", "9", "é", "日本", "👩‍👩‍👧", "\u00a0", strings.Repeat("long", 18))
}

func someText(r *rand.Rand) string {
	var b strings.Builder
	for range r.IntN(4) + 1 {
		p := pieces()
		b.WriteString(p[r.IntN(len(p))])
	}
	return b.String()
}

// someName is a text that is no two things' name.
func someName(r *rand.Rand, i int, without string) string {
	name := strings.Map(func(c rune) rune {
		if strings.ContainsRune(without, c) {
			return -1
		}
		return c
	}, someText(r))
	return name + "_" + strconv.Itoa(i)
}

// randomDeployment is one of the samples with texts in every place that a user or a machine can fill.
func randomDeployment(r *rand.Rand) model.Deployment {
	all := samples()
	names := slices.Sorted(maps.Keys(all))
	s := all[names[r.IntN(len(names))]]
	d := Propose(s.analysis, s.image, s.seen)
	d.AWS = model.AWS{AccountID: "111122223333", Region: []string{"eu-central-1", "cn-north-1", "us-gov-west-1"}[r.IntN(3)]}
	variables := r.IntN(5)
	if r.IntN(200) == 0 {
		variables = 300
	}
	d.Environment, d.Secrets, d.Volumes, d.Writable = nil, nil, nil, nil
	for i := range variables {
		d.Environment = append(d.Environment, model.NameValue{Name: someName(r, i, "=\x00"), Value: someText(r)})
	}
	for i := range r.IntN(3) {
		d.Secrets = append(d.Secrets, model.SecretRef{Name: someName(r, 1000+i, "=\x00")})
	}
	for i := range r.IntN(3) {
		d.Volumes = append(d.Volumes, model.Mount{Name: stdcmp.Or(someText(r), "no"), Path: model.Path("/v/" + someName(r, i, ":\x00")), FileSystemID: "fs-0123456789abcdef0"})
		d.Writable = append(d.Writable, model.Path("/w/"+someName(r, i, ":\x00")))
	}
	for i := range r.IntN(3) {
		d.ECSParameters.ResourceTags = append(d.ECSParameters.ResourceTags, model.Tag{Key: someName(r, i, ""), Value: someText(r)})
	}
	d.ReadOnlyRoot, d.StickySessions = r.IntN(2) == 0, r.IntN(2) == 0
	d.ECSParameters.EC2.NetworkMode = []string{bridgeMode, awsvpcMode}[r.IntN(2)]
	d.ECSParameters.ECSFamily, d.ECSParameters.StackName, d.Image.Repository, d.ImageName = someText(r), someText(r), stdcmp.Or(someText(r), "0123"), someText(r)
	d.ECSParameters.WithNetwork = r.IntN(4) == 0
	d.HealthCheck.Path = "/" + someText(r)
	d.HealthCheck.Command = []string{"CMD", someText(r)}
	d.Reasons = map[string]string{"environment": someText(r), someText(r): someText(r)}
	return d
}

// spoil puts one thing in that no target can say, and returns what the error has to name.
func spoil(r *rand.Rand, d *model.Deployment) string {
	bad := []string{"a\x00b", "\xff", "{{resolve:ssm:x}}"}[r.IntN(3)]
	switch r.IntN(5) {
	case 0:
		d.Environment = append(d.Environment, model.NameValue{Name: "SPOILT", Value: bad})
		return fmt.Sprintf("environment[%d].value", len(d.Environment)-1)
	case 1:
		d.Volumes = append(d.Volumes, model.Mount{Name: "x", Path: "/x" + model.Path(bad)})
		return fmt.Sprintf("volumes[%d].path", len(d.Volumes)-1)
	case 2:
		d.Environment = append(d.Environment, model.NameValue{Name: "TWICE"}, model.NameValue{Name: "TWICE"})
		return fmt.Sprintf("environment[%d].name", len(d.Environment)-1)
	case 3:
		d.ExposedPorts = append(d.ExposedPorts, model.Port{LocalPort: 65536 + r.IntN(9), Protocol: "tcp"})
		return fmt.Sprintf("exposedPorts[%d].localPort", len(d.ExposedPorts)-1)
	}
	d.HealthCheck.Path = "/" + bad
	return "healthCheck.path"
}

// TestRandomDeployments renders random deployments and reads back exactly the values that were put in; none becomes structure. One in ten says what no
// target can, which is an error that names it.
func TestRandomDeployments(t *testing.T) {
	count, parts := *randomDeployments, 4
	for part := range parts {
		t.Run(strconv.Itoa(part), func(t *testing.T) {
			t.Parallel()
			for i := part; i < count && !t.Failed(); i += parts {
				r := rand.New(rand.NewPCG(9, uint64(i)))
				d := randomDeployment(r)
				spoilt := ""
				if i%10 == 0 {
					spoilt = spoil(r, &d)
				}
				outputs, err := Render(t.Context(), d, []string{"ecs-fargate", "ecs-ec2", "compose"})
				if spoilt != "" {
					if outputs != nil || err == nil || !strings.Contains(err.Error(), spoilt) {
						t.Errorf("deployment %d: %d outputs, error %v; want one that names %s", i, len(outputs), err, spoilt)
					}
					continue
				}
				if err != nil {
					t.Fatalf("deployment %d: %v", i, err)
				}
				for _, target := range []string{"ecs-fargate", "ecs-ec2"} {
					readBack(t, d, outputs[target])
				}
				readBackCompose(t, d, outputs["compose"])
				if i%10 == 1 {
					sameStructure(t, d, outputs)
				}
				if t.Failed() {
					t.Logf("deployment %d", i)
				}
			}
		})
	}
}

// sameStructure: with harmless texts in their place the documents have as many nodes.
func sameStructure(t *testing.T, d model.Deployment, outputs map[string]Output) {
	t.Helper()
	plain, err := Render(t.Context(), plainTwin(d), slices.Collect(maps.Keys(outputs)))
	if err != nil {
		t.Fatal(err)
	}
	for target, o := range outputs {
		for name, data := range o.Files {
			if !strings.HasSuffix(name, ".yaml") {
				continue
			}
			var got, want any
			parsed(t, data, &got)
			parsed(t, plain[target].Files[name], &want)
			if nodes(got) != nodes(want) {
				t.Errorf("%s/%s: %d nodes, with harmless texts %d:\n%s", target, name, nodes(got), nodes(want), data)
			}
		}
	}
}

// plainTwin is the deployment with a word in the place of each text.
func plainTwin(d model.Deployment) model.Deployment {
	word := 0
	next := func() string { word++; return "w" + strconv.Itoa(word) }
	d.Environment, d.Secrets, d.Volumes, d.Writable = slices.Clone(d.Environment), slices.Clone(d.Secrets), slices.Clone(d.Volumes), slices.Clone(d.Writable)
	d.ECSParameters.ResourceTags = slices.Clone(d.ECSParameters.ResourceTags)
	for i := range d.Environment {
		d.Environment[i] = model.NameValue{Name: next(), Value: next()}
	}
	for i := range d.Secrets {
		d.Secrets[i].Name = next()
	}
	for i := range d.Volumes {
		d.Volumes[i].Name, d.Volumes[i].Path = next(), model.Path("/"+next())
	}
	for i := range d.Writable {
		// Compose takes a path with an equals sign in another form.
		d.Writable[i] = model.Path("/" + beside(strings.Contains(string(d.Writable[i]), "="), "=") + next())
	}
	for i := range d.ECSParameters.ResourceTags {
		d.ECSParameters.ResourceTags[i] = model.Tag{Key: next(), Value: next()}
	}
	d.ECSParameters.ECSFamily, d.ECSParameters.StackName, d.Image.Repository, d.ImageName = next(), next(), next(), next()
	d.HealthCheck.Path, d.HealthCheck.Command = "/"+next(), []string{"CMD", next()}
	return d
}

// nodes counts the members of a document; a text that is put together by CloudFormation is one.
func nodes(v any) int {
	n := 1
	switch v := v.(type) {
	case map[string]any:
		if parts, ok := at(v, "Fn::Join").([]any); ok && parts[0] == "" {
			return 1
		}
		for _, m := range v {
			n += nodes(m)
		}
	case []any:
		for _, m := range v {
			n += nodes(m)
		}
	}
	return n
}

// spoken is what a document says of a deployment, in the deployment's own words.
type spoken struct {
	Environment []model.NameValue
	Secrets     []string
	Mounts      []string
	Tmpfs       []string
	Tags        []model.Tag
	Command     []string
}

func wanted(d model.Deployment) spoken {
	w := spoken{Environment: d.Environment, Tags: d.ECSParameters.ResourceTags, Command: d.HealthCheck.Command}
	for _, s := range d.Secrets {
		w.Secrets = append(w.Secrets, s.Name)
	}
	for _, v := range d.Volumes {
		w.Mounts = append(w.Mounts, string(v.Path))
	}
	if d.ReadOnlyRoot {
		for _, p := range d.Writable {
			w.Tmpfs = append(w.Tmpfs, string(p))
		}
	}
	if len(w.Tags) == 0 {
		w.Tags = nil
	}
	return w
}

// readBack reads task definition and stack with parsers that know nothing of a2c.
func readBack(t *testing.T, d model.Deployment, o Output) {
	t.Helper()
	legible(t, o)
	want := wanted(d)
	var request registerTask
	if err := json.Unmarshal(o.Files["task-definition.json"], &request); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, ofRequest(request, d)); diff != "" {
		t.Errorf("task definition (-want +got):\n%s", diff)
	}
	var stack map[string]any
	if err := yaml.Unmarshal(o.Files["service.yaml"], &stack); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, ofStack(stack, d)); diff != "" {
		t.Errorf("stack (-want +got):\n%s", diff)
	}
}

func ofRequest(r registerTask, d model.Deployment) spoken {
	c := r.ContainerDefinitions[0]
	var s spoken
	for _, e := range c.Environment {
		s.Environment = append(s.Environment, model.NameValue(e))
	}
	for _, x := range c.Secrets {
		s.Secrets = append(s.Secrets, x.Name)
	}
	for _, m := range c.MountPoints[:len(d.Volumes)] {
		s.Mounts = append(s.Mounts, m.ContainerPath)
	}
	if c.LinuxParameters != nil {
		for _, f := range c.LinuxParameters.Tmpfs {
			s.Tmpfs = append(s.Tmpfs, f.ContainerPath)
		}
	}
	for _, tag := range r.Tags {
		s.Tags = append(s.Tags, model.Tag(tag))
	}
	s.Command = c.HealthCheck.Command
	return s
}

// at walks down a document.
func at(v any, way ...any) any {
	for _, step := range way {
		switch step := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[step]
		case int:
			v = v.([]any)[step]
		}
	}
	return v
}

func ofStack(stack map[string]any, d model.Deployment) spoken {
	task := at(stack, "Resources", "TaskDefinition", "Properties")
	c := at(task, "ContainerDefinitions", 0)
	var s spoken
	each := func(list any, use func(any)) {
		members, _ := list.([]any)
		for _, m := range members {
			use(m)
		}
	}
	each(at(c, "Environment"), func(e any) {
		s.Environment = append(s.Environment, model.NameValue{Name: at(e, "Name").(string), Value: resolve(at(e, "Value"))})
	})
	each(at(c, "Secrets"), func(x any) { s.Secrets = append(s.Secrets, at(x, "Name").(string)) })
	each(at(c, "MountPoints"), func(m any) {
		if len(s.Mounts) < len(d.Volumes) {
			s.Mounts = append(s.Mounts, resolve(at(m, "ContainerPath")))
		}
	})
	each(at(c, "LinuxParameters", "Tmpfs"), func(f any) { s.Tmpfs = append(s.Tmpfs, resolve(at(f, "ContainerPath"))) })
	each(at(task, "Tags"), func(tag any) {
		s.Tags = append(s.Tags, model.Tag{Key: at(tag, "Key").(string), Value: resolve(at(tag, "Value"))})
	})
	each(at(c, "HealthCheck", "Command"), func(word any) { s.Command = append(s.Command, resolve(word)) })
	return s
}
