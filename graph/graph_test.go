package graph_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/graph"
	"a2c/internal/golden"
	"a2c/model"
)

func app(name string, listeners ...model.Listener) model.App {
	return model.App{Name: name, ApplicationType: "java-springboot", Platform: model.Platform{Name: "Spring Boot"}, Listeners: listeners}
}

func listen(address string, port int) model.Listener {
	return model.Listener{Address: address, Port: port, Protocol: "tcp"}
}

func analysis(a model.App, addresses []string, deps ...model.Dependency) model.Analysis {
	return model.Analysis{AnalysisInfo: model.AnalysisInfo{App: a, Addresses: addresses, Dependencies: deps}}
}

func database(host string, addresses ...string) model.Dependency {
	return model.Dependency{
		Name: "PostgreSQL shop at " + host + ":5432", Kind: model.DependsDatabase, Product: "PostgreSQL", Protocol: "postgresql", Direction: "out", Host: host, Port: 5432, Resource: "shop",
		Addresses: addresses, Alive: true, Configured: []model.Configured{{Key: "url", Source: "/etc/x.yml:3"}},
	}
}

// web is a host with two applications, of which one calls the other, and one that was not analyzed.
func web() graph.Host {
	shop, api := app("shop", listen("0.0.0.0", 8080)), app(`a"pi <b> \ [x]`+"\n", listen("127.0.0.1", 8090))
	local := database("localhost", "127.0.0.1", "::1")
	local.Process = "postgres (5)"
	return graph.Host{
		Inventory: model.Inventory{"shop-1": shop, "api-1": api, "alone-1": app("alone")},
		Analyses: map[string]model.Analysis{
			"shop-1": analysis(shop, []string{"10.0.0.5"},
				model.Dependency{Kind: model.DependsHTTP, Protocol: "http", Host: "localhost", Port: 8090, Addresses: []string{"127.0.0.1"}, Alive: true, AppID: "api-1"},
				database("db.example", "10.0.0.7"),
				model.Dependency{Name: "H2 /var/lib/shop, embedded", Kind: model.DependsDatabase, Product: "H2", Protocol: "embedded", Resource: "/var/lib/shop", Internal: true, Alive: true},
				model.Dependency{Kind: model.DependsCluster, Product: "JGroups", Protocol: "udp", Direction: "both", Host: "228.8.8.8", Port: 7600, Addresses: []string{"228.8.8.8"}}),
			"api-1": analysis(api, []string{"10.0.0.5"}, database("db.example", "10.0.0.7"), local,
				model.Dependency{Kind: model.DependsHTTP, Protocol: "https", Host: "partner.example", Port: 443}),
		},
	}
}

// back is another host, whose application calls the first one's by its address.
func back() graph.Host {
	a := app("batch")
	return graph.Host{Analyses: map[string]model.Analysis{
		"batch-1": analysis(a, []string{"10.0.0.6"}, database("localhost", "127.0.0.1"), database("db.example", "10.0.0.7"),
			model.Dependency{Kind: model.DependsHTTP, Protocol: "http", Host: "web1", Port: 8080, Addresses: []string{"10.0.0.5"}, Alive: true}),
	}}
}

func TestGolden(t *testing.T) {
	one := graph.Build([]graph.Host{web()})
	golden.JSON(t, filepath.Join("testdata", "one.json"), one)
	golden.Equal(t, filepath.Join("testdata", "one.dot"), []byte(one.DOT()))
	golden.Equal(t, filepath.Join("testdata", "one.mmd"), []byte(one.Mermaid()))
	w, b := web(), back()
	w.Name, b.Name = "web", "back"
	two := graph.Build([]graph.Host{w, b})
	golden.JSON(t, filepath.Join("testdata", "two.json"), two)
	golden.Equal(t, filepath.Join("testdata", "two.mmd"), []byte(two.Mermaid()))
}

// TestJoinsWhatWasDrawn holds that graphs of several hosts join as their analyses do.
func TestJoinsWhatWasDrawn(t *testing.T) {
	w, b := web(), back()
	drawn := graph.Build(nil, graph.Build([]graph.Host{w}).On("web"), graph.Build([]graph.Host{b}).On("back"))
	w.Name, b.Name = "web", "back"
	if diff := cmp.Diff(graph.Build([]graph.Host{w, b}), drawn); diff != "" {
		t.Error(diff)
	}
}

// TestJoinsListeners leads from another host, by address, to the database that an application reaches by the loopback address, also of a machine with IPv6.
func TestJoinsListeners(t *testing.T) {
	db := app("api")
	w := graph.Host{Name: "db", Analyses: map[string]model.Analysis{"api-1": analysis(db, []string{"10.0.0.5", "fd00::5"}, database("localhost", "127.0.0.1"))}}
	for _, address := range []string{"10.0.0.5", "fd00::5", "10.0.0.9"} {
		b := graph.Host{Name: "back", Analyses: map[string]model.Analysis{"batch-1": analysis(app("batch"), nil, database("db1", address))}}
		want := "db/database 127.0.0.1:5432"
		if address == "10.0.0.9" {
			want = "database 10.0.0.9:5432"
		}
		for name, g := range map[string]graph.Graph{
			"analyses": graph.Build([]graph.Host{w, b}),
			"graphs":   graph.Build(nil, graph.Build([]graph.Host{{Analyses: w.Analyses}}).On("db"), graph.Build([]graph.Host{{Analyses: b.Analyses}}).On("back")),
		} {
			for _, e := range g.Edges {
				if e.From == "back/batch-1" && e.To != want {
					t.Errorf("%s, %s: leads to %s, not %s", name, address, e.To, want)
				}
			}
			if len(g.Edges) != 2 {
				t.Errorf("%s, %s: %+v", name, address, g.Edges)
			}
		}
	}
}

func FuzzDraw(f *testing.F) {
	f.Add("a\"b", "http", "10.0.0.1")
	f.Fuzz(func(t *testing.T, name, protocol, address string) {
		g := graph.Build([]graph.Host{{Analyses: map[string]model.Analysis{
			name: analysis(app(name), nil, model.Dependency{Kind: model.DependsOther, Protocol: protocol, Host: name, Addresses: []string{address}, Port: 1}),
		}}})
		g.DOT()
		g.Mermaid()
		g.On(name)
	})
}
