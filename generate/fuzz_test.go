package generate

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"a2c/model"
)

// nasty values are something else to some reader of YAML, JSON, Kubernetes or CloudFormation.
func nasty() []string {
	return []string{
		"", "=", "<<", "no", "~", "1e3", "0123", "0o17", "12:30:45", "2001-01-01", "-", "? x", "!x", "&a", "*a", "a: b", "a #b", "{{ .x }}", "${AWS::Region}",
		"$(PATH)", "$$(X)", "${", "line\nbreak\n", "\r\n", "\ttab", " lead", "trail ", "\"q\"", "it's", `back\slash`, "\u2028x", "\ufeffx", "\x01", "😀", "---", "a\n---\nb",
		"c1\u0085\u009b31m", "bidi\u202egpj\u2066\u200f", "zero\u200bwidth", "\U000e0001",
	}
}

// FuzzRender puts foreign values into a deployment: what is written parses back to exactly them, and none becomes structure.
func FuzzRender(f *testing.F) {
	for _, v := range nasty() {
		f.Add("NAME", v, "/"+v, v, v)
	}
	f.Fuzz(func(t *testing.T, name, value, path, id, volume string) {
		s := tomcat()
		d := Propose(s.analysis, s.image, s.seen)
		d.AWS = model.AWS{AccountID: "111122223333", Region: "eu-central-1"}
		d.Environment = []model.NameValue{{Name: name, Value: value}}
		d.ApplicationID = strings.Trim(strconv.Quote(id), `"`) + "x"
		d.HealthCheck.Path, d.ECSParameters.ECSFamily, d.EKSParameters.Namespace, d.Image.Repository = path, id, id, id
		d.Volumes[0].Name = volume
		d.Volumes[0].Path = model.Path("/data" + path)
		d.ECSParameters.ResourceTags = []model.Tag{{Key: "k", Value: value}}
		d.Secrets = append(d.Secrets, model.SecretRef{Name: name + "_S"})
		if outputs, err := Render(t.Context(), d, []string{"ecs-fargate"}); err == nil {
			legible(t, outputs["ecs-fargate"])
			sameTask(t, d, outputs["ecs-fargate"].Files)
		}
		for _, target := range []string{"eks-ec2", "eks-fargate"} {
			if outputs, err := Render(t.Context(), d, []string{target}); err == nil {
				legible(t, outputs[target])
				samePod(t, d, outputs[target].Files)
			}
		}
	})
}

// legible: nothing in a file turns, hides or moves what a person reads.
func legible(t *testing.T, o Output) {
	for name, text := range o.Files {
		for _, r := range string(text) {
			if r != '\n' && !strconv.IsPrint(r) {
				t.Fatalf("%s holds %U:\n%q", name, r, text)
			}
		}
	}
}

func sameTask(t *testing.T, d model.Deployment, files map[string][]byte) {
	var task struct {
		ContainerDefinitions []struct{ Environment []model.NameValue }
	}
	if err := json.Unmarshal(files["task-definition.json"], &task); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(d.Environment, task.ContainerDefinitions[0].Environment); diff != "" {
		t.Errorf("task definition (-want +got):\n%s", diff)
	}
	var stack struct {
		Resources struct {
			TaskDefinition struct {
				Properties struct {
					ContainerDefinitions []struct{ Environment []struct{ Name, Value any } }
				}
			}
			TargetGroup8080 struct{ Properties struct{ HealthCheckPath any } }
		}
	}
	parsed(t, files["service.yaml"], &stack)
	got := stack.Resources.TaskDefinition.Properties.ContainerDefinitions[0].Environment
	want := d.Environment[0]
	if len(got) != 1 || got[0].Name != want.Name || resolve(got[0].Value) != want.Value {
		t.Errorf("stack: want %q, got %q", d.Environment, got)
	}
	path := d.HealthCheck.Path
	if path == "" {
		path = "/"
	}
	if p := resolve(stack.Resources.TargetGroup8080.Properties.HealthCheckPath); p != path {
		t.Errorf("stack: health check path %q, want %q", p, path)
	}
}

// resolve does what CloudFormation does with Fn::Join.
func resolve(v any) string {
	m, ok := v.(map[string]any)
	if !ok {
		return fmt.Sprint(v)
	}
	args, _ := m["Fn::Join"].([]any)
	var parts []string
	for _, p := range args[1].([]any) {
		parts = append(parts, p.(string))
	}
	return strings.Join(parts, args[0].(string))
}

// samePod holds the ConfigMap, from which the pod has its environment, against what was put in.
func samePod(t *testing.T, d model.Deployment, files map[string][]byte) {
	t.Helper()
	for name, data := range files {
		if strings.HasSuffix(name, ".yaml") {
			var object map[string]any
			parsed(t, data, &object)
			if object["kind"] == nil && object["AWSTemplateFormatVersion"] == nil {
				t.Errorf("%s has no kind:\n%s", name, data)
			}
		}
	}
	var config core.ConfigMap
	if data := files["base/configmap.yaml"]; data != nil {
		if err := yaml.UnmarshalStrict(data, &config); err != nil {
			t.Fatalf("%v\n%s", err, data)
		}
	}
	want := map[string]string{}
	for _, e := range d.Environment {
		want[e.Name] = e.Value
	}
	if diff := cmp.Diff(want, config.Data, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
	pod, meta := podTemplate(t, files)
	if from := pod.Spec.Containers[0].EnvFrom; len(d.Environment) > 0 && (len(from) != 1 || from[0].ConfigMapRef.Name != config.Name) {
		t.Errorf("the pod has its environment from %v, and the ConfigMap is %s", from, config.Name)
	}
	names := []string{meta.Name, meta.Namespace, config.Name, pod.Spec.ServiceAccountName}
	for _, v := range pod.Spec.Volumes {
		names = append(names, v.Name)
	}
	for _, n := range names {
		if n != "" && n != dnsLabel(n) {
			t.Errorf("%q is no DNS label", n)
		}
	}
}

// podTemplate is that of the Deployment or the StatefulSet.
func podTemplate(t *testing.T, files map[string][]byte) (core.PodTemplateSpec, meta.ObjectMeta) {
	t.Helper()
	if data := files["base/statefulset.yaml"]; data != nil {
		var s apps.StatefulSet
		if err := yaml.UnmarshalStrict(data, &s); err != nil {
			t.Fatalf("%v\n%s", err, data)
		}
		return s.Spec.Template, s.ObjectMeta
	}
	if data := files["base/daemonset.yaml"]; data != nil {
		var s apps.DaemonSet
		if err := yaml.UnmarshalStrict(data, &s); err != nil {
			t.Fatalf("%v\n%s", err, data)
		}
		return s.Spec.Template, s.ObjectMeta
	}
	var d apps.Deployment
	if err := yaml.UnmarshalStrict(files["base/deployment.yaml"], &d); err != nil {
		t.Fatalf("%v\n%s", err, files["base/deployment.yaml"])
	}
	return d.Spec.Template, d.ObjectMeta
}

func parsed(t *testing.T, data []byte, v any) {
	if err := yaml.Unmarshal(data, v); err != nil {
		t.Fatalf("%v in\n%s", err, data)
	}
}

func TestNames(t *testing.T) {
	long := strings.Repeat("x", 70) + "-1a2b3c4d"
	cases := []struct{ from, dns, ecs, repository, logical string }{
		{"java-tomcat-9e8e4799", "java-tomcat-9e8e4799", "java-tomcat-9e8e4799", "java-tomcat-9e8e4799", "JavaTomcat9e8e4799"},
		{"Shop/Orders Service", "shop-orders-service", "Shop-Orders-Service", "shop/orders-service", "ShopOrdersService"},
		{"9lives", "app-9lives", "9lives", "9lives", "9lives"},
		{"", "app", "app", "app-image", ""},
		{"Ünter.strich_", "nter-strich", "nter-strich_", "nter.strich", "NterStrich"},
		{"a..b//c--", "a-b-c", "a--b--c", "a.b/c", "ABC"},
		{"DB_PASSWORD", "db-password", "DB_PASSWORD", "db_password", "DbPassword"},
		{long, strings.Repeat("x", 31) + "-" + strings.Repeat("x", 22) + "-1a2b3c4d", long, long, "X" + strings.Repeat("x", 69) + "1a2b3c4d"},
	}
	for _, c := range cases {
		got := []string{dnsLabel(c.from), ecsName(c.from, 120), repositoryName(c.from), logicalID(c.from)}
		if diff := cmp.Diff([]string{c.dns, c.ecs, c.repository, c.logical}, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.from, diff)
		}
	}
}

// TestCollisions: two things whose names become one keep names of their own, and the mapping is noted.
func TestCollisions(t *testing.T) {
	s := tomcat()
	d := Propose(s.analysis, s.image, s.seen)
	d.Volumes = []model.Mount{{Name: "a.b", Path: "/a"}, {Name: "a-b", Path: "/b"}}
	d.Secrets = []model.SecretRef{{Name: "DB.PASSWORD"}, {Name: "DB_PASSWORD"}}
	outputs, err := Render(t.Context(), d, Names())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"AccessPointAB:", "AccessPointAB2:", "SecretDbPassword:", "SecretDbPassword2:"} {
		if !strings.Contains(string(outputs["ecs-fargate"].Files["service.yaml"]), want) {
			t.Errorf("service.yaml has no %s", want)
		}
	}
	for _, file := range []string{"base/pvc-a-b.yaml", "base/pvc-a-b-2.yaml"} {
		if outputs["eks-fargate"].Files[file] == nil {
			t.Errorf("no %s", file)
		}
	}
	if notes := strings.Join(outputs["eks-ec2"].Notes, "\n"); !strings.Contains(notes, `"a.b" is called "a-b"`) || !strings.Contains(notes, `"a-b" is called "a-b-2"`) {
		t.Errorf("notes: %s", notes)
	}
}

func TestFitFargate(t *testing.T) {
	cases := []struct {
		cpu, memory         int
		wantCPU, wantMemory int
	}{
		{0, 0, 256, 512},
		{256, 512, 256, 512},
		{256, 513, 256, 1024},
		{256, 2049, 512, 3072},
		{257, 512, 512, 1024},
		{1024, 8193, 2048, 9216},
		{4096, 30721, 8192, 32768},
		{16384, 122880, 16384, 122880},
		{16385, 1, 0, 0},
		{1, 122881, 0, 0},
	}
	for _, c := range cases {
		cpu, memory, ok := model.FitFargate(c.cpu, c.memory)
		if cpu != c.wantCPU || memory != c.wantMemory || ok != (c.wantCPU > 0) {
			t.Errorf("FitFargate(%d, %d) = %d, %d, %t; want %d, %d", c.cpu, c.memory, cpu, memory, ok, c.wantCPU, c.wantMemory)
		}
	}
}
