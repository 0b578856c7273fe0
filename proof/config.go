package proof

import (
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"a2c/internal/workspace"
	"a2c/model"
	"a2c/proof/servers"
)

// Config shows that the configuration which a2c says is in force is the one that the running application itself reports: Spring Boot's actuator, WildFly's
// management, ASP.NET Core's debug view, Liberty's dump, Jetty's own list, pages in Tomcat, what Quarkus and Micronaut say of each value. Values, and where the application
// tells it, the file and line that they come from.
func Config() Proof {
	var list []servers.Server // Install, which runs first, chooses them
	return Proof{
		Name: "config", Needs: []Need{Root, AMD64, Packages}, Budget: 4 * time.Minute,
		Install: func(t *testing.T, b *Bench) {
			list, _ = selected(t, servers.Configured(), serverName)
			b.installServers(t, list)
		},
		Run: func(t *testing.T, b *Bench) {
			needPorts(t, list)
			c := b.Command(b.Scratch(t, "config"))
			y := &yard{b: b}
			y.configure(t, list)
			y.start(t, list, nil)
			found := takeInventory(t, c)
			for _, r := range y.running {
				t.Run(r.place.Server.Name, func(t *testing.T) {
					k := compared{b: b, place: r.place, name: r.place.Server.Name, said: r.configuration(t, c, found)}
					k.values = map[string]model.ConfigValue{}
					k.run(t)
				})
			}
			y.stop(t)
		},
	}
}

// configuration analyzes a server's application and reads what is said to be in force.
func (r *running) configuration(t *testing.T, c Command, found model.Inventory) model.Configuration {
	t.Helper()
	id := r.application(t, found)
	c.Run(t, []int{exitDone, exitNotAllSeen}, "analyze", "--application-id", id, "-q", "-o", "json")
	var said model.Configuration
	readJSON(t, filepath.Join(c.Workspace, id, workspace.ConfigurationFile), &said)
	return said
}

// compared counts what was compared for one application.
type compared struct {
	b       *Bench
	place   servers.Place
	name    string
	said    model.Configuration
	values  map[string]model.ConfigValue // by key as the framework compares them
	count   int
	differ  int
	reports string // a file that the application was asked to write
}

func (k *compared) run(t *testing.T) {
	t.Helper()
	switch k.place.Server.Kind {
	case "java-springboot":
		k.spring(t)
	case "java-jboss":
		k.wildFly(t)
	case "java-quarkus":
		k.quarkus(t)
	case "java-tomcat":
		k.tomcat(t)
	case "java-jetty":
		k.jetty(t)
	case "java-karaf":
		k.karaf(t)
	case "java-liberty":
		k.liberty(t)
	case "java-micronaut":
		k.micronaut(t)
	default:
		k.dotnet(t)
	}
	fmt.Fprintf(k.b.Log, "%s: %d values compared, %d differ\n", k.name, k.count, k.differ)
	if k.count < 15 {
		t.Errorf("%s: only %d values were compared", k.name, k.count)
	}
}

// value compares one value with what the application reports. A secret is compared by what stands around it.
func (k *compared) value(t *testing.T, key string, v model.ConfigValue, is string) {
	t.Helper()
	if k.count++; !agrees(v.Value, is) {
		k.differ++
		t.Errorf("%s: %s is %q by a2c (%s %s), %q by the application", k.name, key, v.Value, v.Kind, model.FromFile(v.Place.Path, v.Place.Line), is)
	}
}

// missing is a value that the application reports and a2c does not, or the other way round.
func (k *compared) missing(t *testing.T, format string, args ...any) {
	t.Helper()
	k.count++
	k.differ++
	t.Errorf(k.name+": "+format, args...)
}

// agrees compares texts, any text where the first one is redacted.
func agrees(said, is string) bool {
	parts := strings.Split(said, model.Redacted)
	if len(parts) == 1 {
		return said == is
	}
	if !strings.HasPrefix(is, parts[0]) || !strings.HasSuffix(is, parts[len(parts)-1]) {
		return false
	}
	for _, p := range parts {
		i := strings.Index(is, p)
		if i < 0 {
			return false
		}
		is = is[i+len(p):]
	}
	return true
}

// from reports whether a value comes from a file and line.
func from(v model.ConfigValue, file string, line int) bool {
	return v.Place.Kind == "file" && filepath.Base(string(v.Place.Path)) == filepath.Base(file) && v.Place.Line == line
}

// sorted are the keys of a map in order, so that a run prints the same each time.
func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// head of a body for a message.
func (k *compared) get(t *testing.T, url string) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	body, status, err := answer(req)
	if err != nil {
		t.Fatal(err)
	}
	if status != http.StatusOK {
		t.Fatalf("%s answers %d: %.300s", url, status, body)
	}
	return body
}
