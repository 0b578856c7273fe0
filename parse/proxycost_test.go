package parse

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestProxyGroupsEnd holds that thousands of routes which go to the same thousands of servers cost neither their product in time nor in memory, and that
// what is then left out is said.
func TestProxyGroupsEnd(t *testing.T) {
	const servers, routes = 15_000, 19_000
	lines := func(format string) string {
		var b strings.Builder
		for i := range servers {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	many := func(line string) string { return strings.Repeat(line, routes) }
	read := func(conf string) ([]ProxyRoute, error) { return ReadHTTPD(ProxyFile{"x", []byte(conf)}, nil, nil) }
	for _, tc := range []struct {
		name string
		read func() ([]ProxyRoute, error)
		want error
	}{
		{"httpd", func() ([]ProxyRoute, error) {
			return read("<Proxy balancer://g>\n" + lines("BalancerMember http://a%d:1\n") + "</Proxy>\n" + many("ProxyPass /a balancer://g\n"))
		}, ErrTooLarge},
		{"nginx", func() ([]ProxyRoute, error) {
			return ReadNginx(ProxyFile{"x", []byte("http { upstream g {" + lines("server a%d:1;\n") + "} server {" + many("location /a { proxy_pass http://g; }\n") + "}}")}, nil)
		}, ErrTooLarge},
		{"nginx by variables", func() ([]ProxyRoute, error) {
			return ReadNginx(ProxyFile{"x", []byte("http { map $a $g {" + strings.Repeat("x g; ", maxValues) + "} upstream g {" + lines("server a%d:1;\n") + "} server {" + many("location /a { proxy_pass http://$g; }\n") + "}}")}, nil)
		}, ErrTooLarge},
		{"haproxy", func() ([]ProxyRoute, error) {
			return ReadHAProxy([]ProxyFile{{"x", []byte("frontend f\n bind :80\n" + many("use_backend g if a\n") + "backend g\n" + lines("server a a%d:1\n"))}})
		}, ErrTooLarge},
		{"mod_jk", func() ([]ProxyRoute, error) {
			return read("JkWorkerProperty worker.g.type=lb\nJkWorkerProperty worker.g.balance_workers=" + strings.Repeat("a,", 100_000) + "\n" + many("JkMount /a g\n"))
		}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			got, err := tc.read()
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			if !errors.Is(err, tc.want) || len(got) > maxRoutes {
				t.Errorf("%d routes, %v", len(got), err)
			}
			if mb := (after.TotalAlloc - before.TotalAlloc) >> 20; took > 2*time.Second || mb > 200 {
				t.Errorf("%v and %d MB", took, mb)
			}
		})
	}
}
