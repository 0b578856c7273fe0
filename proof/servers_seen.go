package proof

import (
	"bytes"
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"a2c/model"
	"a2c/proof/servers"
)

// seen is what testdata/servers/NAME.json says of an application: everything but what differs from start to start.
type seen struct {
	Kind      string `json:"kind"`
	Name      string `json:"name"`
	Artifact  string `json:"artifact"`
	Base      string `json:"base"`
	Platform  string `json:"platform"` // "Apache Tomcat 10.1.30"
	Home      string `json:"home,omitempty"`
	Runtime   string `json:"runtime"` // its kind; "without version" behind it when it has none
	Processes int    `json:"processes"`
	// Listeners are "127.0.0.1:18300 http"; a port outside the layout's own 20 is chosen by the kernel and written as 0.
	Listeners  []string  `json:"listeners"`
	Bindings   []string  `json:"bindings"`   // "18300 tomcat-connector 127.0.0.1"
	Connectors []string  `json:"connectors"` // "127.0.0.1:18300 http open"
	WebApps    []webSeen `json:"webApps"`
	Proxies    []string  `json:"proxies,omitempty"` // "nginx shop.example /": product, names, path
}

type webSeen struct {
	Name       string `json:"name"`
	Context    string `json:"context"`
	Path       string `json:"path"`
	Descriptor string `json:"descriptor,omitempty"`
}

func seenOf(p servers.Place, app model.App) seen {
	s := seen{
		Kind: app.ApplicationType, Name: app.Name, Artifact: string(app.Artifact), Base: string(app.Base), Home: string(app.Platform.Home),
		Platform: strings.TrimSpace(app.Platform.Name + " " + app.Platform.Version), Runtime: app.Runtime.Kind, Processes: len(app.Processes),
		Listeners: []string{}, Bindings: []string{}, Connectors: []string{}, WebApps: []webSeen{},
	}
	if app.Runtime.Version == "" {
		s.Runtime += " without version"
	}
	own := func(port int) int {
		if p.Server.Owns(port) {
			return port
		}
		return 0
	}
	for _, l := range app.Listeners {
		s.Listeners = append(s.Listeners, address(l.Address, own(l.Port), l.Purpose, ""))
		if l.Binding != nil {
			s.Bindings = append(s.Bindings, address("", own(l.Port), l.Binding.Mechanism, l.Binding.Value))
		}
	}
	for _, c := range app.Connectors {
		open := "shut"
		if c.Open {
			open = "open"
		}
		s.Connectors = append(s.Connectors, address(c.Address, own(c.Port), c.Purpose, open))
	}
	for _, w := range app.WebApps {
		s.WebApps = append(s.WebApps, webSeen{Name: w.Name, Context: w.Context, Path: string(w.Path), Descriptor: string(w.Descriptor)})
	}
	for _, x := range app.Proxies {
		s.Proxies = append(s.Proxies, strings.Join(append(append([]string{x.Product}, x.ServerNames...), x.Path), " "))
	}
	for _, list := range [][]string{s.Listeners, s.Bindings, s.Connectors, s.Proxies} {
		slices.Sort(list)
	}
	slices.SortFunc(s.WebApps, func(x, y webSeen) int { return cmp.Or(cmp.Compare(x.Context, y.Context), cmp.Compare(x.Name, y.Name)) })
	return s
}

// address is "127.0.0.1:8080 http open"; what is empty is left out.
func address(host string, port int, words ...string) string {
	words = slices.DeleteFunc(words, func(w string) bool { return w == "" })
	return strings.Join(append([]string{host + ":" + strconv.Itoa(port)}, words...), " ")
}

// expect compares one application with testdata/servers/NAME.json.
func (b *Bench) expect(t *testing.T, p servers.Place, name string, app model.App) {
	t.Helper()
	file := filepath.Join(b.Repo, "testdata", "servers", name+".json")
	got, err := json.MarshalIndent(seenOf(p, app), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Errorf("%v; inventory says:\n%s", err, bytes.ReplaceAll(bytes.ReplaceAll(got, []byte(p.Dir), []byte("${dir}")), []byte(p.Programs), []byte("${programs}")))
		return
	}
	if diff := gocmp.Diff(strings.TrimSpace(p.Expand(string(want))), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}
