package parse

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAccessLog(t *testing.T) {
	for _, c := range []struct {
		name, lines string
		want        []AccessRequest
	}{
		{
			"common, of Tomcat", "127.0.0.1 - - [29/Nov/2026:10:00:00 +0000] \"GET /shop/?q=tea HTTP/1.1\" 200 512\n0:0:0:0:0:0:0:1 - - [x] \"POST /shop/buy HTTP/1.1\" 302 -",
			[]AccessRequest{{"GET", "/shop/?q=tea", 200}, {"POST", "/shop/buy", 302}},
		},
		{"combined", `10.0.0.1 - bob [29/Nov/2026:10:00:00 +0000] "GET /a HTTP/2.0" 404 7 "https://shop/x" "GET /no HTTP/1.1"`, []AccessRequest{{"GET", "/a", 404}}},
		{"JSON", `{"time":"x","request":"GET /a HTTP/1.1","status": 200}`, []AccessRequest{{"GET", "/a", 200}}},
		{"without status", `"HEAD /a HTTP/1.1"`, []AccessRequest{{"HEAD", "/a", 0}}},
		{
			"W3C, of Kestrel", "#Version: 1.0\n#Fields: date time cs-method cs-uri-stem cs-uri-query sc-status\n2026-11-29 10:00:00 GET /a ?q=1 200\n2026-11-29 10:00:00 GET /b - 200\n2026-11-29 short",
			[]AccessRequest{{"GET", "/a?q=1", 200}, {"GET", "/b", 200}},
		},
		{"nothing", "hello\n\n#Fields:\nx y", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var log AccessLog
			var got []AccessRequest
			for line := range strings.SplitSeq(c.lines, "\n") {
				if r, ok := log.Line(line); ok {
					got = append(got, r)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzAccessLog(f *testing.F) {
	f.Add("#Fields: cs-method cs-uri-stem", "GET /a")
	f.Add(`"GET / HTTP/1.1" 200`, "\xff\x00")
	f.Fuzz(func(t *testing.T, a, b string) {
		var log AccessLog
		for _, line := range []string{a, b} {
			if r, ok := log.Line(line); ok && (r.Method == "" || r.Target == "" || strings.ContainsAny(r.Target, " \t\n")) {
				t.Errorf("%q: %+v", line, r)
			}
		}
	})
}
