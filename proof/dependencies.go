package proof

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"a2c/model"
	"a2c/proof/servers"
)

// Dependencies shows that analyze finds every connection that real applications hold, each with the line of configuration that causes it and who listens at
// the other end: PostgreSQL and Redis of Debian, an embedded H2, Artemis, and other applications, behind Spring Boot, a pool of Tomcat, data sources of WildFly, Liberty, Quarkus
// and Micronaut, and ASP.NET Core. A Jetty with the samples of its distribution has none, and no secret.
func Dependencies() Proof {
	return Proof{
		Name: "dependencies", Needs: []Need{Root, AMD64, Packages}, Budget: 5 * time.Minute,
		Install: func(t *testing.T, b *Bench) {
			b.installServers(t, servers.Depends())
		},
		Run: func(t *testing.T, b *Bench) {
			list := servers.Depends()
			needPorts(t, list)
			c := b.Command(b.Scratch(t, "dependencies"))
			y := &yard{b: b}
			y.configure(t, list)
			y.start(t, list, nil)
			d := dependencies{yard: y, found: takeInventory(t, c), analyses: map[string]model.AnalysisInfo{}}
			d.analyze(t, c)
			d.compare(t)
			y.stop(t)
		},
	}
}

type dependencies struct {
	*yard
	found    model.Inventory
	analyses map[string]model.AnalysisInfo // by the server's name
}

// expected is a connection that an application holds.
type expected struct {
	server   string // who holds it
	kind     model.DependencyKind
	product  string
	resource string
	port     int
	file     string // below the layout
	line     string // what stands in the line that causes it
	other    string // the server at the other end
	app      bool   // which is an application of the inventory
	comm     string // its process
}

func expectedDependencies() []expected {
	const yml, settings, context = "work/application.yml", "app/appsettings.json", "base/conf/Catalina/localhost/ROOT.xml"
	return []expected{
		{"depends-ledger", model.DependsDatabase, "PostgreSQL", "ledger", 19700, yml, "jdbc:postgresql:", "depends-postgres", false, "postgres"},
		{"depends-ledger", model.DependsCache, "Redis", "", 19720, yml, "host: localhost", "depends-redis", false, "redis-server"},
		{"depends-ledger", model.DependsHTTP, "", "", 19780, yml, "base-url:", "depends-gate", true, "dotnet"},
		{"depends-shop", model.DependsDatabase, "PostgreSQL", "shop", 19700, context, "jdbc:postgresql:", "depends-postgres", false, "postgres"},
		{"depends-shop", model.DependsDatabase, "H2", "data/cache", 0, context, "jdbc:h2:", "", false, ""},
		{"depends-wildfly", model.DependsDatabase, "PostgreSQL", "wild", 19700, "base/configuration/standalone.xml", "jdbc:postgresql:", "depends-postgres", false, "postgres"},
		{"depends-stock", model.DependsDatabase, "PostgreSQL", "stock", 19700, "work/config/application.properties", "jdbc:postgresql:", "depends-postgres", false, "postgres"},
		{"depends-till", model.DependsDatabase, "PostgreSQL", "till", 19700, "etc/till.yml", "jdbc:postgresql:", "depends-postgres", false, "postgres"},
		{"depends-bank", model.DependsDatabase, "PostgreSQL", "bank", 19700, "usr/servers/bank/sources.xml", "serverName=", "depends-postgres", false, "postgres"},
		{"depends-bank", model.DependsDatabase, "H2", "data/notes", 0, "usr/servers/bank/sources.xml", "jdbc:h2:", "", false, ""},
		{"depends-gate", model.DependsHTTP, "", "", 19760, settings, `"Upstream"`, "depends-shop", true, "java"},
		{"depends-gate", model.DependsBroker, "", "", 19740, settings, `"Host": "127.0.0.1"`, "depends-broker", true, "java"},
	}
}

// analyze asks for the page of each application just before it is looked at, so that no connection is closed for being idle.
func (d *dependencies) analyze(t *testing.T, c Command) {
	t.Helper()
	for _, r := range d.running {
		name := r.place.Server.Name
		id := d.id(name)
		if id == "" || r.place.Server.Kind == "java-generic" || r.place.Server.Kind == "" {
			continue
		}
		if err := r.ready(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		c.Run(t, []int{exitDone, exitNotAllSeen}, "analyze", "-q", "--application-id", id)
		var a model.Analysis
		readJSON(t, filepath.Join(c.Workspace, id, "analysis.json"), &a)
		d.analyses[name] = a.AnalysisInfo
	}
}

// id is the application that holds a server's first port.
func (d *dependencies) id(server string) string {
	for _, r := range d.running {
		if r.place.Server.Name != server {
			continue
		}
		for id, a := range d.found {
			if slices.ContainsFunc(a.Listeners, func(l model.Listener) bool { return l.Port == r.place.Port(0) }) {
				return id
			}
		}
	}
	return ""
}

func (d *dependencies) compare(t *testing.T) {
	t.Helper()
	right, listed := 0, 0
	known := map[string]bool{}
	for _, e := range expectedDependencies() {
		if at := d.look(t, e); at >= 0 {
			right++
			known[fmt.Sprint(e.server, at)] = true
		}
	}
	for name, a := range d.analyses {
		for i, dep := range a.Dependencies {
			listed++
			if !known[fmt.Sprint(name, i)] {
				fmt.Fprintf(d.b.Log, "%s: also listed: %s, alive: %v, %v\n", name, dep.Name, dep.Alive, dep.Configured)
				if dep.Alive {
					t.Errorf("%s: no application of the proof made the connection %s", name, dep.Name)
				}
			}
		}
	}
	if a := d.analyses["depends-jetty"]; a.AppID == "" || len(a.Dependencies) > 0 || len(a.Secrets) > 0 {
		t.Errorf("depends-jetty has nothing but the samples of its distribution: dependencies %+v, secrets %+v", a.Dependencies, a.Secrets)
	}
	fmt.Fprintf(d.b.Log, "dependencies: %d of %d connections, each with the line that causes it and the other end; %d listed in all\n", right, len(expectedDependencies()), listed)
}

// look finds an expected connection, or says what is not right with it, and returns -1.
func (d *dependencies) look(t *testing.T, e expected) int {
	t.Helper()
	list := d.analyses[e.server].Dependencies
	at := slices.IndexFunc(list, func(x model.Dependency) bool {
		return x.Kind == e.kind && x.Port == e.port && (e.product == "" || x.Product == e.product) && strings.HasSuffix(x.Resource, e.resource)
	})
	if at < 0 {
		t.Errorf("%s: %s %s with port %d is not listed: %+v", e.server, e.kind, e.product, e.port, list)
		return -1
	}
	x := list[at]
	var wrong []string
	if !x.Alive {
		wrong = append(wrong, "it is not seen alive")
	}
	if want := d.source(t, e); !slices.ContainsFunc(x.Configured, func(c model.Configured) bool { return c.Source == want }) {
		wrong = append(wrong, fmt.Sprintf("configured at %v, not at %s", x.Configured, want))
	}
	comm, _, _ := strings.Cut(x.Process, " (")
	if comm != e.comm {
		wrong = append(wrong, fmt.Sprintf("the other end is %q, not %s", x.Process, e.comm))
	}
	app := ""
	if e.app {
		app = d.id(e.other)
	}
	if x.AppID != app || e.app && app == "" {
		wrong = append(wrong, fmt.Sprintf("the other application is %q, not %q", x.AppID, app))
	}
	if x.Internal != (e.other == "") {
		wrong = append(wrong, "internal is wrong")
	}
	if len(wrong) > 0 {
		t.Errorf("%s: %s: %s", e.server, x.Name, strings.Join(wrong, "; "))
		return -1
	}
	return at
}

// source is the line of the layout's file that holds a text.
func (d *dependencies) source(t *testing.T, e expected) model.Source {
	t.Helper()
	i := slices.IndexFunc(d.running, func(r *running) bool { return r.place.Server.Name == e.server })
	file := d.running[i].place.Path(e.file)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(data)) {
		if n++; strings.Contains(line, e.line) {
			return model.FromFile(model.Path(file), n)
		}
	}
	t.Fatalf("%s does not hold %q", file, e.line)
	return ""
}
