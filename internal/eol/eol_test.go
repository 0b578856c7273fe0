package eol

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"a2c/model"
)

func day(t *testing.T, s string) time.Time {
	t.Helper()
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestLook asks the table that a2c brings on days before and after an end.
func TestLook(t *testing.T) {
	table, err := Read(nil)
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		kind          Kind
		name, version string
		today         string
		want          State
		says          string // a part of the message
	}{
		{System, "ubuntu", "20.04", "2025-01-31", Ending, "until 2025-05-31 only"},
		{System, "ubuntu", "20.04", "2024-05-31", Supported, ""},
		{System, "ubuntu", "20.04", "2026-11-30", Ended, "since 2025-05-31 (Ubuntu 20.04, by contract until 2030-04-02; table of 2026-08-22, https://endoflife.date/ubuntu)"},
		{System, "debian", "11", "2026-08-31", Ending, "with long-term support"},
		{System, "debian", "11", "2026-09-02", Ended, ""},
		{System, "debian", "12", "2026-11-30", Supported, ""},
		{System, "debian", "", "2026-11-30", Unknown, "does not have it"},
		{System, "rhel", "7.9", "2026-11-30", Ended, "Red Hat Enterprise Linux 7"},
		{System, "rocky", "9.4", "2026-11-30", Supported, ""},
		{System, "centos", "7", "2026-11-30", Ended, ""},
		{System, "centos", "8", "2022-06-01", Ended, ""},
		{System, "centos stream", "8", "2022-06-01", Supported, ""},
		{System, "almalinux", "8.10", "2026-11-30", Supported, ""},
		{System, "amzn", "2018.03", "2026-11-30", Ended, ""},
		{System, "amzn", "2023", "2026-11-30", Supported, ""},
		{System, "sles", "15.5", "2026-11-30", Ended, ""},
		{System, "gentoo", "2", "2026-11-30", Unknown, ""},
		{Runtime, "OpenJDK (Eclipse Adoptium)", "1.8.0_402", "2026-11-30", Supported, ""},
		{Runtime, "OpenJDK (Eclipse Adoptium)", "24.0.1", "2026-11-30", Ended, "Eclipse Temurin 24"},
		{Runtime, "OpenJDK (Eclipse Adoptium)", "24.0.1", "2025-08-30", Ending, ""},
		{Runtime, "OpenJDK (Amazon.com Inc.)", "17.0.15", "2026-11-30", Supported, ""},
		{Runtime, "Oracle JDK", "23", "2026-11-30", Ended, ""},
		{Runtime, "OpenJDK (Oracle Corporation)", "25.0.1", "2026-11-30", Ended, "OpenJDK builds from Oracle 25"},
		{Runtime, "OpenJDK (Some One)", "17.0.1", "2026-11-30", Unknown, ""},
		{Platform, "WildFly", "36.0.1.Final", "2026-11-30", Ended, "since 2025-08-01 (WildFly 36, only the newest release gets fixes, as of 2026-09-02"},
		{Platform, "WildFly", "41.0.1.Final", "2026-11-30", Supported, ""},
		{Platform, "Apache TomEE", "9.1.3", "2026-11-30", Unknown, ""},
		{Runtime, "Mono", "6.12.0", "2026-11-30", Unknown, ""},
		{Runtime, ".NET", "9.0.7", "2026-11-10", Ending, ""},
		{Runtime, ".NET", "9.0.7", "2026-11-12", Ended, "Microsoft .NET 9;"},
		{Runtime, ".NET", "3.1.32", "2026-11-30", Ended, ""},
		{Runtime, ".NET", "10.0.1", "2026-11-30", Supported, ""},
		{Platform, "Apache Tomcat", "8.5.99", "2026-11-30", Ended, "since 2024-03-31"},
		{Platform, "Apache Tomcat", "10.1.30", "2026-11-30", Supported, ""},
		{Platform, "Apache Tomcat", "12.0.1", "2026-11-30", Unknown, ""},
		{Platform, "Eclipse Jetty", "9.4.58.v20250814", "2026-11-30", Ended, "Eclipse Jetty 9.4;"},
		{Platform, "Spring Boot", "3.5.7", "2026-11-30", Ended, "by contract until 2032-06-30"},
		{Platform, "Evil\x1b[31m", "1", "2026-11-30", Unknown, `Evil\x1b[31m 1`},
	}
	for _, c := range cases {
		t.Run(c.name+" "+c.version+" on "+c.today, func(t *testing.T) {
			got := table.Look([]Part{{Kind: c.kind, Name: c.name, Version: c.version, Title: c.name + " " + c.version}}, day(t, c.today))
			if len(got) != 1 || got[0].State != c.want || !strings.Contains(got[0].Message, c.says) {
				t.Errorf("got %+v, want %s that says %q", got, c.want, c.says)
			}
		})
	}
	if got := table.Look([]Part{{Kind: Runtime, Name: "OpenJDK (Debian)", Version: "17.0.15"}}, day(t, "2026-11-30")); len(got) != 0 {
		t.Errorf("what the distribution keeps: %v", got)
	}
}

func TestParts(t *testing.T) {
	i := model.AnalysisInfo{
		OSData: map[string]string{"ID": "centos", "NAME": "CentOS Stream", "VERSION_ID": "9"}, Evidence: model.Evidence{"osData": {"/etc/os-release"}},
		App: model.App{Runtime: model.Runtime{Name: ".NET", Version: "9.0.7", Evidence: model.Evidence{"version": {"/x"}}}, Platform: model.Platform{Name: "ASP.NET Core", Version: "9.0.7"}},
	}
	want := []Part{
		{System, "centos stream", "9", "centos stream 9", []model.Source{"/etc/os-release"}},
		{Runtime, ".NET", "9.0.7", ".NET 9.0.7", []model.Source{"/x"}},
	}
	if d := cmp.Diff(want, Parts(i)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestRead(t *testing.T) {
	for text, want := range map[string]string{
		`{"taken": "today"}`:                "taken",
		`{"taken": "2026-01-01", "own": 1}`: `unknown field "own"`,
		`{"taken": "2026-01-01", "products": [{"name": "x", "kind": "jvm", "match": ["x"]}]}`:                             "products[0] needs a name",
		`{"taken": "2026-01-01", "products": [{"name": "x", "kind": "os", "match": ["x"], "ends": {"1": "2026-02-30"}}]}`: "products[0], line 1",
	} {
		if _, err := Read([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
