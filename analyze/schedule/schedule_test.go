package schedule

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"a2c/analyze/config"
	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

func machine(t *testing.T, text string) *subject.Subject {
	t.Helper()
	tree, err := host.Text(txtar.Parse([]byte(text)))
	if err != nil {
		t.Fatal(err)
	}
	s := &subject.Subject{Host: &host.Host{Tree: tree}, Root: tree, App: model.App{Base: "/opt/shop", User: model.User{UID: 995, Name: "shop"}}}
	s.Main = &subject.Proc{Process: &host.Process{PID: 412}}
	return s
}

func TestJobs(t *testing.T) {
	s := machine(t, `-- etc/crontab --
17 * * * * root cd / && run-parts /etc/cron.hourly
0 3 * * * root tar cf /backup/shop.tar /opt/shop
0 4 * * * root tar cf /backup/other.tar /opt/shopping
-- etc/cron.d/shop --
*/5 * * * * shop /usr/bin/clean --password=geheim7Q4zXk29
-- var/spool/cron/crontabs/shop --
@daily report
-- var/spool/cron/crontabs/other --
@daily report
-- etc/systemd/system/rotate.timer --
[Timer]
OnCalendar=daily
-- etc/systemd/system/rotate.service --
[Service]
User=root
ExecStart=/usr/bin/find /var/lib/shop -mtime +7 -delete
-- lib/systemd/system/rotate.timer --
[Timer]
OnCalendar=hourly
-- lib/systemd/system/other.timer --
[Timer]
OnBootSec=5
-- lib/systemd/system/other.service --
[Service]
ExecStart=/bin/true
`)
	got := Jobs(s, []model.StateDir{{Path: "/var/lib/shop"}})
	for i := range got {
		if len(got[i].Evidence["command"]) == 0 {
			t.Errorf("no evidence: %+v", got[i])
		}
		got[i].Evidence = nil
	}
	want := []model.Job{
		{Kind: "cron", When: "*/5 * * * *", User: "shop", Command: got[0].Command, Why: "it runs as the application's user shop", File: "/etc/cron.d/shop", Line: 1},
		{Kind: "cron", When: "0 3 * * *", User: "root", Command: "tar cf /backup/shop.tar /opt/shop", Why: "its command names /opt/shop", File: "/etc/crontab", Line: 2},
		{Kind: "timer", When: "OnCalendar=daily", User: "root", Command: "/usr/bin/find /var/lib/shop -mtime +7 -delete", Why: "its command names /var/lib/shop", File: "/etc/systemd/system/rotate.timer", Line: 2},
		{Kind: "cron", When: "@daily", User: "shop", Command: "report", Why: "it runs as the application's user shop", File: "/var/spool/cron/crontabs/shop", Line: 1},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	if want := parse.RedactArgs([]string{"/usr/bin/clean", "--password=geheim7Q4zXk29"}); got[0].Command != want[0]+" "+want[1] || want[1] == "--password=geheim7Q4zXk29" {
		t.Errorf("command %q", got[0].Command)
	}
	if len(s.Skips) != 0 {
		t.Errorf("skips %+v", s.Skips)
	}
}

func TestLocale(t *testing.T) {
	env := func(pairs ...string) host.Environ {
		var list host.Environ
		for i := 0; i < len(pairs); i += 2 {
			list = append(list, host.EnvVar{Name: pairs[i], Value: pairs[i+1]})
		}
		return list
	}
	java := func(args ...string) *parse.JavaCommand {
		return parse.ReadJavaCommand(append([]string{"java"}, args...), parse.JavaSources{})
	}
	const berlin = "-- etc/localtime -> /usr/share/zoneinfo/Europe/Berlin --\n-- usr/share/zoneinfo/Europe/Berlin --\nx\n"
	for _, c := range []struct {
		name, machine, runtime string
		env                    host.Environ
		java                   *parse.JavaCommand
		want                   model.Locale
	}{
		{"nothing", "-- etc/x --\n", "17.0.1", nil, java("A"), model.Locale{Encoding: "US-ASCII"}},
		{"machine's zone", berlin, "17.0.1", env("LANG", "de_DE.ISO-8859-15@euro"), java("A"), model.Locale{TimeZone: "Europe/Berlin", Language: "de_DE.ISO-8859-15@euro", Encoding: "ISO-8859-15"}},
		{"variables", berlin, "1.8.0_452", env("TZ", ":UTC", "LANG", "C", "LC_ALL", "en_US.UTF-8"), java("A"), model.Locale{TimeZone: "UTC", Language: "en_US.UTF-8", Encoding: "UTF-8"}},
		{"options", berlin, "17", env("TZ", "UTC"), java("-Duser.timezone=Asia/Tokyo", "-Dfile.encoding=cp1252", "A"), model.Locale{TimeZone: "Asia/Tokyo", Encoding: "cp1252"}},
		{"Java 21", berlin, "21.0.2", env("LANG", "C"), java("A"), model.Locale{TimeZone: "Europe/Berlin", Language: "C", Encoding: "UTF-8"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := machine(t, c.machine)
			s.Main.Env, s.App.Runtime.Version = c.env, c.runtime
			got := Locale(s, &config.Config{Java: c.java})
			got.Evidence = nil
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}
