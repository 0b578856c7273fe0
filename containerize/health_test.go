package containerize

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/model"
)

func TestHealth(t *testing.T) {
	web := model.Listener{Address: "0.0.0.0", Port: 8080, Protocol: "tcp", Purpose: "http"}
	tls := model.Listener{Address: "::", Port: 8443, Protocol: "tcp", Purpose: "https"}
	management := model.Listener{Address: "::", Port: 8081, Protocol: "tcp", Purpose: "management"}
	closed := model.Listener{Address: "127.0.0.1", Port: 8080, Protocol: "tcp", Purpose: "http"}
	elsewhere := model.Listener{Address: "10.1.2.3", Port: 8080, Protocol: "tcp", Purpose: "http"}
	udp := model.Listener{Address: "0.0.0.0", Port: 53, Protocol: "udp"}
	cases := map[string]struct {
		ports []model.Listener
		main  int
		o     Options
		base  *baseImage
		want  string // after HEALTHCHECK
		skips int
		err   string
	}{
		"first":            {ports: []model.Listener{udp, management, tls, web}, want: `["/.a2c/init","-health","tcp://127.0.0.1:8080"]`},
		"main":             {ports: []model.Listener{web, tls}, main: 8443, want: `["/.a2c/init","-health","tcp://127.0.0.1:8443"]`},
		"path":             {ports: []model.Listener{web, management}, o: Options{HealthPort: 8081, HealthPath: "/health?$a"}, want: `["/.a2c/init","-health","http://127.0.0.1:8081/health?$a"]`},
		"path of the main": {ports: []model.Listener{web}, o: Options{HealthPath: "/"}, want: `["/.a2c/init","-health","http://127.0.0.1:8080/"]`},
		"path elsewhere":   {ports: []model.Listener{web}, o: Options{HealthPort: 81, HealthPath: "/x"}, err: "its ports are [8080/tcp]"},
		"path behind TLS":  {ports: []model.Listener{tls}, o: Options{HealthPath: "/x"}, err: "port 8443 speaks TLS"},
		"none":             {ports: []model.Listener{udp, closed, elsewhere}, skips: 1},
		"none wanted":      {ports: []model.Listener{web}, o: Options{NoHealthcheck: true}},
		"not the base's":   {ports: []model.Listener{web}, o: Options{NoHealthcheck: true}, base: &baseImage{hasHealthcheck: true}, want: "NONE"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r := &runner{o: c.o, start: &start{ports: c.ports}, base: c.base}
			r.o.Analysis.ContainerParameters.ApplicationPort = c.main
			err := r.health()
			if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Fatalf("error %v, want %q", err, c.err)
			}
			line, err := healthcheckLine(r.healthcheck)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, strings.TrimPrefix(line, "--interval=30s --timeout=5s --start-period=60s --retries=3 CMD ")); d != "" {
				t.Error(d)
			}
			if len(r.start.skips) != c.skips {
				t.Errorf("skips %v", r.start.skips)
			}
			if d := cmp.Diff(c.want == "" || c.want == "NONE", healthConfig(r.healthcheck) == nil); d != "" {
				t.Error(d)
			}
			if back := healthcheckOf(healthConfig(r.healthcheck)); back != nil {
				if d := cmp.Diff(r.healthcheck, back); d != "" {
					t.Error(d)
				}
			}
		})
	}
}
