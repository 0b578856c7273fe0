package inforce

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"a2c/analyze/config"
	"a2c/analyze/subject"
	"a2c/internal/golden"
	"a2c/inventory/host"
	"a2c/model"
)

// TestWildFlyDomain has a domain whose levels set the same things, a server of it, and its host controller. The files are as the server takes them.
func TestWildFlyDomain(t *testing.T) {
	data, err := os.ReadFile("testdata/wildfly-domain.txtar")
	if err != nil {
		t.Fatal(err)
	}
	archive := txtar.Parse(data)
	for _, tc := range []struct {
		name string
		pid  int
	}{{"server", 412}, {"controller", 411}, {"lost", 500}} {
		t.Run(tc.name, func(t *testing.T) {
			tree, err := host.Text(archive)
			if err != nil {
				t.Fatal(err)
			}
			s, err := subject.Load(t.Context(), tree, "x", model.App{ProcessID: tc.pid, Processes: []int{tc.pid}, ApplicationType: "java-jboss"})
			if err != nil {
				t.Fatal(err)
			}
			var got strings.Builder
			c := Resolve(s, config.Resolve(s))
			for _, v := range c.Values {
				if v.Place.Kind != "file" {
					continue
				}
				fmt.Fprintf(&got, "%s = %s (%s:%d)", v.Key, v.Value, v.Place.Path[strings.LastIndex(string(v.Place.Path), "/")+1:], v.Place.Line)
				for _, o := range v.Overrides {
					fmt.Fprintf(&got, ", over %s (%s %d)", o.Value, o.Place.Kind, o.Place.Line+o.Place.Arg)
				}
				got.WriteString("\n")
			}
			for _, k := range c.Skips {
				fmt.Fprintf(&got, "skip %s: %s\n", k.Path, k.Reason)
			}
			golden.Equal(t, "testdata/wildfly-domain."+tc.name+".txt", []byte(got.String()))
		})
	}
}
