package onepage

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/internal/term"
	"a2c/model"
)

// TestOf holds what the page says of cases that the goldens of package analyze do not have.
func TestOf(t *testing.T) {
	var many []model.Dependency
	for n := range most + 3 {
		many = append(many, model.Dependency{Name: fmt.Sprint("queue ", n), Kind: model.DependsBroker})
	}
	secret := model.Secret{Name: "run.sh", Kind: "password", Place: model.Place{Kind: "file", Path: "/opt/shop/run.sh", Line: 3}}
	again := secret
	again.Place.Line = 7
	for _, c := range []struct {
		name, title string
		info        model.AnalysisInfo
		want        []string
		more        int
	}{
		{"nothing is said", "talks to", model.AnalysisInfo{}, []string{"nothing"}, 0},
		{"too many for a page", "talks to", model.AnalysisInfo{Dependencies: many}, nil, 3},
		{
			"seen, on this machine, and where it is configured", "talks to",
			model.AnalysisInfo{Dependencies: []model.Dependency{
				{Name: "PostgreSQL shop at localhost:5432", Kind: model.DependsDatabase, Alive: true, Process: "postgres (812)", Configured: []model.Configured{{Key: "url", Source: "/etc/shop.properties:4"}}},
				{Name: "H2 /var/lib/shop, embedded", Kind: model.DependsDatabase, Internal: true},
			}},
			[]string{"PostgreSQL shop at localhost:5432 (database), connected, which is postgres (812) on this machine; /etc/shop.properties:4", "H2 /var/lib/shop, embedded (database), inside of the application"},
			0,
		},
		{
			"a dependency on this machine is to decide", "to decide",
			model.AnalysisInfo{Dependencies: []model.Dependency{{Name: "PostgreSQL shop at localhost:5432", Host: "localhost"}, {Name: "x", Host: "db.example"}}},
			[]string{"PostgreSQL shop at localhost:5432 runs on this machine: where does the task reach it?"},
			0,
		},
		{"secrets of one file share a line", "needs secret", model.AnalysisInfo{Secrets: []model.Secret{secret, again}}, []string{"run.sh (password) in /opt/shop/run.sh"}, 0},
		{
			"a file beside the program, a lock", "to decide",
			model.AnalysisInfo{State: []model.StateDir{{Path: "/opt/shop/x.db", Kind: "database", SingleFile: true}, {Path: "/opt/shop/x.lck", Kind: "lock"}}},
			[]string{"/opt/shop/x.db is a file beside the program, which no volume can hold: have it moved to a folder, or is it lost with each task?"},
			0,
		},
		{
			"where nobody else reaches it, behind a proxy", "listens on",
			model.AnalysisInfo{App: model.App{
				Listeners: []model.Listener{{Address: "127.0.0.1", Port: 8080, Protocol: "tcp", Purpose: "http"}, {Address: "::", Port: 41000, Protocol: "udp", Ephemeral: true}},
				Proxies:   []model.Proxy{{Product: "nginx", Port: 8080, Listen: []string{"443 ssl"}}},
			}},
			[]string{"127.0.0.1:8080 http, reached from this machine only, behind nginx 443 ssl", "[::]:41000 udp, purpose not known, a port that the kernel chose: another one at the next start"},
			0,
		},
	} {
		page := Of(model.Analysis{AnalysisInfo: c.info})
		i := slices.IndexFunc(page, func(s Section) bool { return s.Title == c.title })
		if i < 0 {
			t.Fatalf("%s: no section %q", c.name, c.title)
		}
		if c.want != nil && !cmp.Equal(c.want, page[i].Lines) || page[i].More != c.more || len(page[i].Lines) > most {
			t.Errorf("%s: %d more, (-want +got)\n%s", c.name, page[i].More, cmp.Diff(c.want, page[i].Lines))
		}
	}
}

func TestAgo(t *testing.T) {
	for seconds, want := range map[float64]string{5: "5 seconds", 119: "119 seconds", 300: "5 minutes", 7200: "2 hours", 200000: "2 days"} {
		if got := ago(seconds); got != want {
			t.Errorf("%g: %s, want %s", seconds, got, want)
		}
	}
	if got := strings.Join([]string{term.Count(1, "file"), term.Count(2, "file")}, ", "); got != "1 file, 2 files" {
		t.Error(got)
	}
}
