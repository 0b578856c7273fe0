package replica

import (
	"slices"
	"strings"
	"testing"

	"a2c/analyze/config"
	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"

	"golang.org/x/tools/txtar"
)

func TestFind(t *testing.T) {
	set := func(pairs ...string) []config.Setting {
		var list []config.Setting
		for i := 0; i < len(pairs); i += 2 {
			list = append(list, config.Setting{Key: pairs[i], Value: pairs[i+1], Source: "/etc/app.properties:1"})
		}
		return list
	}
	for _, c := range []struct {
		name     string
		dirs     []model.StateDir
		settings []config.Setting
		apps     []config.WebApp
		paths    []string
		want     string
		saying   string
	}{
		{name: "nothing", want: model.ReplicasYes, saying: "cannot be seen"},
		{name: "database", dirs: []model.StateDir{{Path: "/d", Kind: "database", Engines: []string{"H2"}}}, want: model.ReplicasNo, saying: "H2 in /d takes one process"},
		{name: "queue", dirs: []model.StateDir{{Path: "/d", Kind: "queue", Engines: []string{"KahaDB"}}}, want: model.ReplicasNo, saying: "KahaDB"},
		{name: "uploads", dirs: []model.StateDir{{Path: "/d", Kind: "upload"}}, want: model.ReplicasUnknown, saying: "/d"},
		{name: "lock file alone", dirs: []model.StateDir{{Path: "/d/app.pid", Kind: "lock"}}, want: model.ReplicasYes},
		{name: "RAMJobStore", settings: set("org.quartz.jobStore.class", "org.quartz.simpl.RAMJobStore"), want: model.ReplicasNo, saying: "RAMJobStore"},
		{name: "Spring's way to say memory", settings: set("SPRING_QUARTZ_JOBSTORETYPE", "memory"), want: model.ReplicasNo, saying: "in memory"},
		{name: "clustered", settings: set("org.quartz.jobStore.class", "org.quartz.impl.jdbcjobstore.JobStoreTX", "org.quartz.jobStore.isClustered", "true"), want: model.ReplicasYes},
		{name: "in a database, alone", settings: set("org.quartz.jobStore.class", "org.quartz.impl.jdbcjobstore.JobStoreTX"), want: model.ReplicasNo, saying: "isClustered"},
		{name: "Quartz is there", paths: []string{"/app/lib/quartz-2.3.2.jar"}, want: model.ReplicasUnknown, saying: "Quartz"},
		{name: "sessions", apps: []config.WebApp{{Path: "/app"}}, want: model.ReplicasUnknown, saying: "sticky"},
		{name: "sessions outside", apps: []config.WebApp{{Path: "/app"}}, settings: set("spring.session.store-type", "redis"), want: model.ReplicasYes},
	} {
		t.Run(c.name, func(t *testing.T) {
			tree, err := host.Text(txtar.Parse([]byte("-- proc/locks --\n")))
			if err != nil {
				t.Fatal(err)
			}
			s := &subject.Subject{Host: &host.Host{Tree: tree}, Root: tree}
			r := Find(s, &config.Config{Settings: c.settings, WebApps: c.apps}, c.dirs, slices.Values(c.paths))
			if r.Answer != c.want || len(s.Skips) != 0 {
				t.Errorf("%+v, skips %+v", r, s.Skips)
			}
			var all []string
			for _, reason := range r.Reasons {
				all = append(all, reason.What)
			}
			if !strings.Contains(strings.Join(all, "; "), c.saying) {
				t.Errorf("%q does not say %q", all, c.saying)
			}
		})
	}
}
