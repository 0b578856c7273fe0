package generate

import (
	"maps"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"a2c/internal/golden"
	"a2c/model"
)

// trio are three applications of one machine: the shop's pages ask the orders, by a variable that is there; the orders ask the prices, by a property of
// Spring's; and the prices call the shop back, by a file that nothing takes the place of.
func trio() []model.Deployment {
	list := map[string]model.Deployment{}
	for _, name := range []string{"tomcat", "springboot", "dotnet"} {
		s := samples()[name]
		d := Propose(s.analysis, s.image, s.seen)
		d.AWS = model.AWS{AccountID: "111122223333", Region: "eu-central-1"}
		list[name] = d
	}
	shop, orders, prices := list["tomcat"], list["springboot"], list["dotnet"]
	to := func(d model.Deployment) model.Reach {
		return model.Reach{Name: "HTTP", Host: "localhost", Port: d.ExposedPorts[0].LocalPort, Protocol: "tcp", Seen: true, Local: true, ApplicationID: d.ApplicationID}
	}
	shop.Environment = append(shop.Environment, model.NameValue{Name: "ORDERS_URL", Value: "http://localhost:" + port(orders) + "/orders"})
	shop.Reaches = append(shop.Reaches, to(orders))
	orders.Reaches = append(orders.Reaches, to(prices))
	Settings(&orders, model.Configuration{Rules: "Spring Boot", Values: []model.ConfigValue{
		{Key: "shop.prices-url", Value: "http://127.0.0.1:" + port(prices) + "/", Kind: "file", Place: model.Place{Kind: "file", Path: "/etc/orders/application.yml", Line: 6}},
		{Key: "shop.other", Value: "http://127.0.0.1:1", Kind: "file"},
	}})
	back := to(shop)
	back.From = "backend in file /srv/prices/backend.xml:3"
	prices.Reaches = append(prices.Reaches, back)
	return []model.Deployment{shop, orders, prices}
}

func port(d model.Deployment) string { return strings.TrimPrefix(portName(d.ExposedPorts[0]), "http-") }

// TestTogether keeps what each target makes of the three.
func TestTogether(t *testing.T) {
	outputs, err := Together(t.Context(), "shop", trio(), Names())
	if err != nil {
		t.Fatal(err)
	}
	again, err := Together(t.Context(), "shop", []model.Deployment{trio()[2], trio()[0], trio()[1]}, Names())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(outputs, again); diff != "" {
		t.Errorf("the order in which they are named counts (-first +again):\n%s", diff)
	}
	for target, o := range outputs {
		t.Run(target, func(t *testing.T) {
			files := maps.Clone(o.Files)
			files["NOTES"] = []byte(strings.Join(append(o.Notes, ""), "\n"))
			golden.Files(t, filepath.Join("testdata", "together", target+".txtar"), files)
			if todo := "dotnet"; !strings.Contains(string(o.Files["README.md"]), "To do before") || !strings.Contains(string(o.Files["README.md"]), todo) {
				t.Errorf("README.md does not say what no variable changes:\n%s", o.Files["README.md"])
			}
		})
	}
}

// TestTogetherRefers: whatever a template of several refers to is in it.
func TestTogetherRefers(t *testing.T) {
	outputs, err := Together(t.Context(), "shop", trio(), []string{"ecs-fargate", "ecs-ec2"})
	if err != nil {
		t.Fatal(err)
	}
	for target, o := range outputs {
		var template map[string]any
		if err := yaml.Unmarshal(o.Files["service.yaml"], &template); err != nil {
			t.Fatal(err)
		}
		ids := map[string]bool{}
		for _, section := range sections() {
			entries, _ := template[section].(map[string]any)
			for id := range entries {
				ids[id] = true
			}
		}
		for _, id := range refers(template) {
			if !ids[id] && !strings.HasPrefix(id, "AWS::") {
				t.Errorf("%s: service.yaml refers to %s, which it does not have", target, id)
			}
		}
	}
}

func refers(v any) []string {
	var all []string
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			list, _ := inner.([]any)
			id, named := inner.(string)
			switch {
			case key == "Ref" && named || key == "Condition" && named:
				all = append(all, id)
			case (key == "Fn::GetAtt" || key == "Fn::If") && len(list) > 0:
				first, _ := list[0].(string)
				all = append(all, first)
			case key == "DependsOn":
				for _, x := range list {
					first, _ := x.(string)
					all = append(all, first)
				}
			}
			all = append(all, refers(inner)...)
		}
	case []any:
		for _, inner := range v {
			all = append(all, refers(inner)...)
		}
	}
	return all
}

// TestTogetherCompose: Docker Compose reads the project, no two services have one port of the machine, and each names the others.
func TestTogetherCompose(t *testing.T) {
	outputs, err := Together(t.Context(), "shop", trio(), []string{"compose"})
	if err != nil {
		t.Fatal(err)
	}
	given := types.Mapping{}
	for _, d := range trio() {
		for _, s := range d.Secrets {
			given[strings.ToUpper(strings.ReplaceAll(d.ApplicationID, "-", "_"))+"_"+s.Name] = "x"
		}
	}
	project, err := loader.LoadWithContext(t.Context(), types.ConfigDetails{
		WorkingDir: "/nowhere", Environment: given, ConfigFiles: []types.ConfigFile{{Filename: "compose.yaml", Content: outputs["compose"].Files["compose.yaml"]}},
	})
	if err != nil {
		t.Fatalf("%v in\n%s", err, outputs["compose"].Files["compose.yaml"])
	}
	published := map[string]string{}
	for name, s := range project.Services {
		for _, p := range s.Ports {
			if other := published[p.Published]; other != "" {
				t.Errorf("%s and %s have port %s", other, name, p.Published)
			}
			published[p.Published] = name
		}
	}
	if len(project.Services) != 3 {
		t.Errorf("%d services", len(project.Services))
	}
}

// TestTogetherKustomize: every file that a kustomization names is there, and no two objects have one name.
func TestTogetherKustomize(t *testing.T) {
	outputs, err := Together(t.Context(), "shop", trio(), []string{"eks-ec2", "eks-fargate"})
	if err != nil {
		t.Fatal(err)
	}
	for target, o := range outputs {
		seen := map[string]string{}
		for file, data := range o.Files {
			var k struct {
				Kind      string
				Resources []string
				Metadata  struct{ Name string }
			}
			if path.Ext(file) != ".yaml" || yaml.Unmarshal(data, &k) != nil {
				continue
			}
			for _, r := range k.Resources {
				if r = path.Join(path.Dir(file), r); o.Files[r] == nil && o.Files[r+"/kustomization.yaml"] == nil {
					t.Errorf("%s: %s names %s", target, file, r)
				}
			}
			if id := k.Kind + " " + k.Metadata.Name; strings.HasPrefix(file, "base/") && k.Kind != "Kustomization" {
				if seen[id] != "" {
					t.Errorf("%s: %s is in %s and %s", target, id, seen[id], file)
				}
				seen[id] = file
			}
		}
	}
}

// TestReaddress: only the address itself is another.
func TestReaddress(t *testing.T) {
	for value, want := range map[string]string{
		"http://localhost:8080/a":              "http://x:8080/a",
		"jdbc:postgresql://127.0.0.1:8080/b":   "jdbc:postgresql://x:8080/b",
		"LOCALHOST:8080,[::1]:8080":            "x:8080,x:8080",
		"http://localhost:80801":               "http://localhost:80801",
		"http://notlocalhost:8080":             "http://notlocalhost:8080",
		"http://my.localhost:8080":             "http://my.localhost:8080",
		"http://10.0.0.1:8080":                 "http://10.0.0.1:8080",
		"-Da=localhost:8080 -Db=localhost:443": "-Da=x:8080 -Db=localhost:443",
	} {
		if got := readdress(value, "localhost", 8080, "x"); got != want {
			t.Errorf("%s: %s, want %s", value, got, want)
		}
	}
}

// TestSettingVariable: each framework's own rule.
func TestSettingVariable(t *testing.T) {
	for _, c := range []struct{ rules, kind, key, want string }{
		{"Spring Boot", "file", "shop.prices-url", "SHOP_PRICESURL"},
		{"Spring Boot", "packaged file", "shop.hosts[0].url", "SHOP_HOSTS_0_URL"},
		{"Spring Boot", "argument", "shop.prices-url", ""},
		{"ASP.NET Core", "file", "ConnectionStrings:Default", "ConnectionStrings__Default"},
		{"Quarkus", "file", "shop.prices-url", "SHOP_PRICES_URL"},
		{"Tomcat", "file", "Context@url", ""},
		{"Tomcat", "environment", "SHOP_URL", "SHOP_URL"},
	} {
		if got := settingVariable(c.rules, model.ConfigValue{Kind: c.kind, Key: c.key}); got != c.want {
			t.Errorf("%v: %q", c, got)
		}
	}
}

// TestTogetherNames: applications whose names differ by a sign alone have parts of their own in the template of all.
func TestTogetherNames(t *testing.T) {
	s, err := newSet("all", []model.Deployment{{ApplicationID: "a-1"}, {ApplicationID: "a1"}, {ApplicationID: "A_1"}})
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, m := range s.members {
		ids[m.id] = true
	}
	if len(ids) != len(s.members) {
		t.Errorf("parts begin with %v", ids)
	}
}
