package inforce

import (
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"a2c/analyze/config"
	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// TestKaraf has a property that leads back to itself, a file that includes itself, a configuration with types and one that is broken off.
func TestKaraf(t *testing.T) {
	tree, err := host.Text(txtar.Parse([]byte(`-- k/etc/system.properties --
${optionals} = system.properties more.properties
both = system.properties
karaf.override.forced = forced
-- k/etc/more.properties --
both = more
-- k/etc/config.properties --
karaf.own = config
-- k/etc/a.b.cfg --
round = ${round}
own = ${both}${none}
over = file
-- k/etc/typed.cfg --
size = I"500"
name = "n"
-- k/etc/broken.cfg --
name = \u00
-- k/etc/types.config --
x=I"1"
`)))
	if err != nil {
		t.Fatal(err)
	}
	s := &subject.Subject{Host: &host.Host{Tree: tree}, Root: tree, App: model.App{ApplicationType: "java-karaf", Base: "/k", Platform: model.Platform{Home: "/k"}}}
	s.Main = &subject.Proc{Process: &host.Process{PID: 412}, Cwd: "/", Env: host.Environ{{Name: "A_B_OVER", Value: "env"}}}
	argv := []string{"java", "-Dforced=never", "-Dkaraf.own=jvm", "-Dkaraf.home=/k", "org.apache.karaf.main.Main"}
	c := Resolve(s, &config.Config{Java: parse.ReadJavaCommand(argv, parse.JavaSources{Getenv: s.Main.Getenv})})
	got := map[string]string{}
	for _, v := range c.Values {
		got[v.Key] += strings.TrimSpace(v.Value+" "+v.Place.Kind+" "+string(v.Place.Path)+" "+v.Problem) + ";"
	}
	for key, want := range map[string]string{
		"both": "more file /k/etc/more.properties;", "forced": "forced file /k/etc/system.properties;", "karaf.own": "jvm argv;jvm argv;", "a.b:over": "env env;",
		"a.b:own": "more file /k/etc/a.b.cfg nothing sets none;", "typed:size": "500 file /k/etc/typed.cfg;", "typed:name": "n file /k/etc/typed.cfg;",
	} {
		if got[key] != want {
			t.Errorf("%s: %q, not %q", key, got[key], want)
		}
	}
	if !strings.Contains(got["a.b:round"], "leads back to itself") {
		t.Errorf("round: %q", got["a.b:round"])
	}
	if len(c.Skips) != 2 || got["broken:name"] != "" {
		t.Errorf("%+v, %q", c.Skips, got["broken:name"])
	}
}
