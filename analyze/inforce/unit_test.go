package inforce

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"a2c/analyze/config"
	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
)

// TestUnitVariables: a variable comes from the line of the unit, its drop-in or its file of variables that sets it to what the process has, otherwise from
// the process alone.
func TestUnitVariables(t *testing.T) {
	tree, err := host.Text(txtar.Parse([]byte(`-- etc/systemd/system/shop@.service --
[Service]
Environment=A=unit "B=two words" C=of-%i
EnvironmentFile=/etc/default/none
-- etc/systemd/system/shop@.service.d/more.conf --
[Service]
EnvironmentFile=
EnvironmentFile=-/etc/shop/*.env
Environment=D=drop-in
-- etc/shop/1.env --
# of the site
A=file
D='drop-in changed'
-- etc/shop/2.env --
E=file
`)))
	if err != nil {
		t.Fatal(err)
	}
	s := &subject.Subject{Host: &host.Host{Tree: tree}, Root: tree, App: model.App{Start: model.Start{Mechanism: "systemd", Name: "shop@blue.service"}}}
	s.Main = &subject.Proc{Process: &host.Process{PID: 412}}
	for _, v := range [][2]string{{"A", "file"}, {"B", "two words"}, {"C", "of-blue"}, {"D", "drop-in"}, {"E", "changed since"}, {"PATH", "/bin"}} {
		s.Main.Env = append(s.Main.Env, host.EnvVar{Name: v[0], Value: v[1]})
	}
	got := map[string]string{}
	for _, v := range Resolve(s, &config.Config{}).Values {
		got[v.Key] = string(model.FromFile(v.Place.Path, v.Place.Line))
		if (len(v.Evidence["place"]) == 1) != (v.Place.Path != "") || v.Place.Kind != "env" || v.Place.Key != v.Key {
			t.Errorf("%s: %+v", v.Key, v)
		}
	}
	none := string(model.FromFile("", 0))
	want := map[string]string{
		"A": "/etc/shop/1.env:2", "B": "/etc/systemd/system/shop@.service:2", "C": "/etc/systemd/system/shop@.service:2",
		"D": none, "E": none, "PATH": none,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
