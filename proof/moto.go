package proof

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

// Moto takes the files for ECS to AWS's double and back: a task definition is described as it was registered, the stack's too, and its service runs it. What moto does not
// do is named and counted.
func Moto() Proof {
	return Proof{
		Name: "moto", Needs: []Need{Packages}, Budget: 4 * time.Minute,
		Install: func(t *testing.T, b *Bench) {
			b.motoFolder(t)
			b.awsCLI(t)
		},
		Run: func(t *testing.T, b *Bench) {
			t.Setenv("MOTO_ACCOUNT_ID", "111122223333") // the one of the files
			m := &double{t: t, b: b, endpoint: b.moto(t), cannot: map[string]int{}}
			rendered := b.Rendered(t, b.Scratch(t, "moto-files"))
			var names []string
			for _, r := range rendered {
				names = append(names, r.Name)
			}
			for _, name := range b.Choose("moto", names, 1) {
				for _, target := range []string{"ecs-fargate", "ecs-ec2"} {
					m.roundTrip(filepath.Join(named(t, rendered, name).Dir, target))
				}
			}
			fmt.Fprintf(b.Log, "moto: %d task definitions registered and described as written, %d of %d resources of %d stacks made; what moto does not do:\n", m.definitions, m.made, m.resources, m.stacks)
			for _, what := range slices.Sorted(maps.Keys(m.cannot)) {
				fmt.Fprintf(b.Log, "  %d × %s\n", m.cannot[what], what)
			}
		},
	}
}

// motoFolder is Python's environment with moto and its server.
func (b *Bench) motoFolder(t *testing.T) string {
	t.Helper()
	return b.venv(t, "moto", "moto[server]==5.2.1")
}

// double is moto, and what was seen of it.
type double struct {
	t                                    *testing.T
	b                                    *Bench
	endpoint                             string
	cannot                               map[string]int
	definitions, stacks, made, resources int
}

func (m *double) env() []string {
	return []string{
		"AWS_ACCESS_KEY_ID=none", "AWS_SECRET_ACCESS_KEY=none", "AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null",
		"AWS_PAGER=", "NO_PROXY=127.0.0.1", "AWS_ENDPOINT_URL=" + m.endpoint, "AWS_REGION=eu-central-1", "AWS_DEFAULT_REGION=eu-central-1", "AWS_MAX_ATTEMPTS=1",
	}
}

// aws runs a line of the CLI, which has to end well, and reads its answer.
func (m *double) aws(args ...string) map[string]any {
	m.t.Helper()
	out := m.b.tool(m.t, m.env(), m.b.awsCLI(m.t), append(args, "--output", "json")...)
	var answer map[string]any
	if err := json.Unmarshal(out, &answer); err != nil && len(out) > 0 {
		m.t.Fatalf("aws %q: %v\n%s", args, err, out)
	}
	return answer
}

// reset begins an account anew, with a network and a cluster, and returns what stands in the place of names of the user's own in lines of README.md.
func (m *double) reset() map[string]string {
	m.t.Helper()
	r, err := http.NewRequestWithContext(m.t.Context(), http.MethodPost, m.endpoint+"/moto-api/reset", nil)
	if err != nil {
		m.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		m.t.Fatal(err)
	}
	answer.Body.Close() //nolint:errcheck // nothing was read of it
	id := func(answer map[string]any, object, name string) string {
		return answer[object].(map[string]any)[name].(string)
	} //nolint:forcetypeassert // a test
	vpc := id(m.aws("ec2", "create-vpc", "--cidr-block", "10.0.0.0/16"), "Vpc", "VpcId")
	var subnets []string
	for i, zone := range []string{"a", "b"} {
		subnets = append(subnets, id(m.aws("ec2", "create-subnet", "--vpc-id", vpc, "--cidr-block", fmt.Sprintf("10.0.%d.0/24", i), "--availability-zone", "eu-central-1"+zone), "Subnet", "SubnetId"))
	}
	group := m.aws("ec2", "create-security-group", "--group-name", "instances", "--description", "instances", "--vpc-id", vpc)["GroupId"].(string) //nolint:forcetypeassert // a test
	m.aws("ecs", "create-cluster", "--cluster-name", "proof")
	return map[string]string{"CLUSTER": "proof", "VPC": vpc, "SUBNET,SUBNET": strings.Join(subnets, ","), "GROUP": group, "PROVIDER": "proof"}
}

// roundTrip registers the task definition, and makes the stack of the service.
func (m *double) roundTrip(dir string) {
	m.t.Helper()
	given := m.reset()
	file := filepath.Join(dir, "task-definition.json")
	text, err := os.ReadFile(file)
	if err != nil {
		m.t.Fatal(err)
	}
	var written map[string]any
	if err := json.Unmarshal(text, &written); err != nil {
		m.t.Fatal(err)
	}
	m.aws("ecs", "register-task-definition", "--cli-input-json", "file://"+file)
	family := written["family"].(string) //nolint:forcetypeassert // a test
	described, _ := m.aws("ecs", "describe-task-definition", "--task-definition", family)["taskDefinition"].(map[string]any)
	delete(written, "tags") // are asked for apart
	m.kept(dir, written, described)
	m.definitions++
	m.stack(dir, given, family)
}

// kept demands that all that was written comes back, whatever else does.
func (m *double) kept(what string, written, described map[string]any) {
	m.t.Helper()
	for key, want := range written {
		if got, is := described[key]; !is {
			m.cannot["task definitions come back without "+key]++
		} else if diff := cmp.Diff(want, common(want, got)); diff != "" {
			m.t.Errorf("%s: %s (-written +described):\n%s", what, key, diff)
		}
	}
}

// common keeps of got what want has, too: a service fills in defaults.
func common(want, got any) any {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return got
		}
		kept := map[string]any{}
		for key := range w {
			if value, is := g[key]; is {
				kept[key] = common(w[key], value)
			}
		}
		return kept
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return got
		}
		kept := make([]any, len(g))
		for i := range g {
			kept[i] = common(w[i], g[i])
		}
		return kept
	}
	return got
}

// template is a template of CloudFormation, as far as it is looked into.
type template struct {
	Parameters map[string]struct{ Default any }
	Resources  map[string]struct{ Type, Condition string }
}

// stack makes the service's, with values for the parameters that have none, and compares its task definition with the file's.
func (m *double) stack(dir string, given map[string]string, family string) {
	m.t.Helper()
	file := filepath.Join(dir, "service.yaml")
	tmpl := m.reduced(file)
	values := map[string]string{
		"Cluster": given["CLUSTER"], "VpcId": given["VPC"], "TaskSubnets": given["SUBNET,SUBNET"], "LoadBalancerSubnets": given["SUBNET,SUBNET"], "InstanceSecurityGroup": given["GROUP"],
		"CapacityProvider": given["PROVIDER"],
	}
	args := []string{"cloudformation", "deploy", "--stack-name", "service", "--template-file", file, "--capabilities", "CAPABILITY_NAMED_IAM", "--parameter-overrides"}
	for name, p := range tmpl.Parameters {
		value := values[name]
		if value == "" && strings.HasPrefix(name, "Secret") {
			value = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:proof-AbCdEf"
		}
		if value != "" {
			args = append(args, name+"="+value)
		} else if p.Default == nil {
			m.t.Errorf("%s: the parameter %s has no default, and README.md does not give it", dir, name)
		}
	}
	if out, code, err := try(m.t.Context(), m.env(), m.b.awsCLI(m.t), args...); err != nil || code != 0 {
		m.t.Errorf("%s: %v, exit code %d: %s", strings.Join(args, " "), err, code, out)
		return
	}
	m.stacks++
	made := map[string]bool{}
	list, _ := m.aws("cloudformation", "describe-stack-resources", "--stack-name", "service")["StackResources"].([]any)
	for _, r := range list {
		if name, ok := r.(map[string]any)["LogicalResourceId"].(string); ok {
			made[name] = true
		}
	}
	for name, r := range tmpl.Resources {
		switch {
		case made[name]:
			m.made++
		case r.Condition != "":
			continue // what was not asked for
		default:
			m.cannot["no resource of type "+r.Type]++
		}
		m.resources++
	}
	m.service(dir, family)
}

// service holds what the stack made against the file that says the same.
func (m *double) service(dir, family string) {
	m.t.Helper()
	services, _ := m.aws("ecs", "list-services", "--cluster", "proof")["serviceArns"].([]any)
	if len(services) != 1 {
		m.t.Errorf("%s: %d services", dir, len(services))
		return
	}
	found, _ := m.aws("ecs", "describe-services", "--cluster", "proof", "--services", services[0].(string))["services"].([]any) //nolint:forcetypeassert // a test
	running := found[0].(map[string]any)["taskDefinition"].(string)                                                             //nolint:forcetypeassert // a test
	if !strings.HasSuffix(running, "/"+family+":2") {
		m.t.Errorf("%s: the service runs %s, not the stack's revision 2 of %s", dir, running, family)
		return
	}
	containers := func(revision string) []any {
		d, _ := m.aws("ecs", "describe-task-definition", "--task-definition", revision)["taskDefinition"].(map[string]any)
		list, _ := d["containerDefinitions"].([]any)
		for _, c := range list {
			c := c.(map[string]any) //nolint:forcetypeassert // a test
			for _, s := range list0(c["secrets"]) {
				delete(s.(map[string]any), "valueFrom") //nolint:forcetypeassert // the stack is given another
			}
		}
		return list
	}
	file, stack := containers(family+":1"), containers(running)
	if len(file) != len(stack) {
		m.t.Errorf("%s: %d containers in the file, %d in the stack", dir, len(file), len(stack))
		return
	}
	for i := range file {
		f, s := file[i].(map[string]any), stack[i].(map[string]any) //nolint:forcetypeassert // a test
		for _, key := range []string{"name", "image", "essential", "user", "readonlyRootFilesystem", "stopTimeout", "portMappings", "environment", "secrets", "healthCheck", "mountPoints", "ulimits"} {
			if want, got := f[key], common(f[key], s[key]); !same(want, got) {
				m.t.Errorf("%s: %s (-task-definition.json +service.yaml):\n%s", dir, key, cmp.Diff(want, got))
			}
		}
	}
}

func list0(v any) []any { l, _ := v.([]any); return l }

// same compares values of JSON; CloudFormation makes strings of numbers and truths.
func same(want, got any) bool {
	return reflect.DeepEqual(want, got) || strings.EqualFold(fmt.Sprint(want), fmt.Sprint(got))
}

// reduced takes out of a template what moto fails at, names it, and returns what the template has.
func (m *double) reduced(file string) (tmpl template) {
	m.t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		m.t.Fatal(err)
	}
	var document any
	if err := yaml.Unmarshal(text, &document); err != nil {
		m.t.Fatal(err)
	}
	text, err = json.Marshal(m.without(document)) // sigs.k8s.io/yaml leaves "=" without quotes, which the AWS CLI cannot read
	if err != nil {
		m.t.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		m.t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, &tmpl); err != nil {
		m.t.Fatal(err)
	}
	return tmpl
}

func (m *double) without(v any) any {
	switch x := v.(type) {
	case map[string]any:
		if at, ok := x["Fn::GetAtt"].([]any); ok && len(at) == 2 && at[0] == "FileSystem" {
			m.cannot["Fn::GetAtt of an AWS::EFS::FileSystem: an ARN in its place"]++
			return "arn:aws:elasticfilesystem:eu-central-1:111122223333:file-system/fs-0123456789abcdef0"
		}
		m.inHTTP(x)
		for key, value := range x {
			if cases, ok := value.([]any); ok && key == "Fn::If" { // the condition and both cases: no list that anything is left out of
				for i := range cases {
					cases[i] = m.without(cases[i])
				}
			} else {
				x[key] = m.without(value)
			}
		}
	case []any:
		kept := slices.DeleteFunc(x, m.leftOut)
		for i := range kept {
			kept[i] = m.without(kept[i])
		}
		return kept
	}
	return v
}

// inHTTP changes a listener of a network load balancer: moto's are of type application, whatever the template says.
func (m *double) inHTTP(resource map[string]any) {
	p, _ := resource["Properties"].(map[string]any)
	if resource["Type"] == "AWS::ElasticLoadBalancingV2::Listener" && (p["Protocol"] == "TCP" || p["Protocol"] == "UDP") {
		m.cannot[fmt.Sprintf("load balancers of another type than application: a listener of HTTP in the place of %s", p["Protocol"])]++
		p["Protocol"] = "HTTP"
	}
}

// leftOut is what a condition may leave out of a list, which moto keeps as a nothing that it then looks into.
func (m *double) leftOut(element any) bool {
	object, _ := element.(map[string]any)
	cases, ok := object["Fn::If"].([]any)
	if !ok || len(cases) != 3 || !reflect.DeepEqual(cases[2], map[string]any{"Ref": "AWS::NoValue"}) {
		return false
	}
	m.cannot["Fn::If that leaves an element of a list out: left out"]++
	return true
}
