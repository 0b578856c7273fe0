package parse

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const nginxConf = `worker_processes 1; # comment }
events { worker_connections 64; }
http {
  upstream tomcats { server 127.0.0.1:8080 weight=2; server unix:/run/shop.sock; }
  include conf.d/*.conf;
  server {
    listen 80; listen [::]:80 default_server;
    server_name shop.example "www.shop.example";
    location /shop/ { proxy_pass http://tomcats/shop/; }
    location ~ \.jsp$ { if ($x ~ "{}") { proxy_pass http://localhost:8081; } }
    location / { proxy_pass https://$backend; }
    location = /x { fastcgi_pass unix:/run/fcgi.sock; proxy_set_header X "a;b}"; }
  }
}
stream { server { listen 5432; proxy_pass 127.0.0.1:5433; } }
`

const httpdConf = `ServerRoot "/etc/httpd"
Listen 8085
Define back http://127.0.0.1:8080
<IfModule proxy_module>
<VirtualHost *:80>
  ProxyPass "/shop" "${back}/shop" retry=0
  ProxyPass /static !
  ProxyPassMatch ^/(.*\.jsp)$ ajp://localhost/$1
  ServerName shop.example
  ServerAlias www.shop.example \
              alt.shop.example
  RewriteRule ^/api/(.*) http://[::1]:8082/$1 [P,L]
  RewriteRule ^/old /new [R]
  <Location /lb>
    ProxyPass balancer://group/
  </Location>
</VirtualHost>
</IfModule>
<Proxy balancer://group>
  BalancerMember http://10.0.0.1:8083 route=a
  BalancerMember unix:/run/x.sock|http://localhost
</Proxy>
Include more.conf
`

const haproxyCfg = `global
  daemon # comment
frontend web
  bind 127.0.0.1:80
  bind *:443 ssl crt /etc/x.pem
  acl shop path_beg -i /shop
  acl host hdr(host) -i shop.example www.shop.example
  use_backend tomcats if shop host
  use_backend other if { path /x } !host
  default_backend rest
backend tomcats
  server a 127.0.0.1:8080 check
  server b unix@/run/shop.sock
backend rest
  server r "localhost:8081"
listen both
  bind :8090
  server z :8091
`

const lighttpdConf = `server.port = 8088 # comment "
server.bind = "127.0.0.1"
include "conf.d/*.conf"
include_shell "/bin/rm -rf x"
proxy.server = ( "/all" => ( "name" => ( "host" => "127.0.0.1", "port" => 8080 ) ) )
$HTTP["host"] == "shop.example" {
  $HTTP["url"] =~ "^/shop" {
    proxy.server  = ( "" => ( ( "host" => "127.0.0.1", "port" => "8081" ), ( "host" => "::1", "port" => 8082 ) ) )
  }
}
$SERVER["socket"] == "127.0.0.1:81" { fastcgi.server = ( ".fcgi" => (( "socket" => "/run/f.sock", "bin-path" => "x" )) ) }
`

const lighttpdVariables = `var.host = "127.0.0." + "1"
var.port = 8080
server.bind = var.host
server.port = var.port
server.name = env.NAME
var.twice = "/a"
var.twice += "/b"
include "conf.d/" + "*.conf"
fastcgi.server = (".aspx" => ("x" => ("host" => var.host, "port" => var.port, "check-local" => "disable")),
  "/b" => (("socket" => var.twice + "/c.sock")))
proxy.server = ("/p" => (("host" => env.PEER, "port" => 8081), ("host" => env.NOBODY, "port" => 8082)))
include var.unset + "/x.conf"
`

// TestLighttpdDoubles shows that values that double with each line end.
func TestLighttpdDoubles(t *testing.T) {
	text := "var.a = \"xxxxxxxx\"\n" + strings.Repeat("var.a = var.a + var.a\nvar.a += var.a\n", 1000) + `proxy.server = ("" => (("host" => var.a, "port" => 1)))`
	routes, err := ReadLighttpd(ProxyFile{"x", []byte(text)}, nil, nil)
	want := []ProxyRoute{{Listen: []string{"80"}, Upstream: "var.a:1", Open: true, File: "x", Line: 2002}}
	if diff := cmp.Diff(want, routes); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestProxyConfigurations(t *testing.T) {
	include := func(pattern, base string) []ProxyFile {
		switch pattern {
		case "conf.d/*.conf":
			if base == "nginx.conf" {
				return []ProxyFile{{"a.conf", []byte("server { listen 81; location / { proxy_pass http://127.0.0.1:9; } }")}}
			}
			return []ProxyFile{{"b.conf", []byte(`proxy.server = ( "/inc" => (( "host" => "127.0.0.1", "port" => 9 )))`)}}
		case "more.conf": // itself again
			return []ProxyFile{{"more.conf", []byte("Include more.conf\nProxyPass /m http://127.0.0.1:9\n")}}
		}
		return nil
	}
	shop := []string{"shop.example", "www.shop.example"}
	both := []string{"80", "[::]:80 default_server"}
	names := []string{"shop.example", "www.shop.example", "alt.shop.example"}
	all, bind := []string{"*:80"}, []string{"127.0.0.1:80", "*:443 ssl crt /etc/x.pem"}
	main, first := []string{"127.0.0.1:8088"}, []string{"127.0.0.1:8080"}
	lighttpdEnv := func(name string) (string, bool) { return "10.0.0.9", name == "PEER" }
	whole := func(routes []ProxyRoute, err error) []ProxyRoute {
		if err != nil {
			t.Error(err)
		}
		return routes
	}
	httpd, _ := ReadHTTPD(ProxyFile{"httpd.conf", []byte(httpdConf)}, include, func(string) string { return "" }) // it includes itself
	for _, test := range []struct {
		name      string
		got, want []ProxyRoute
	}{
		{"nginx", whole(ReadNginx(ProxyFile{"nginx.conf", []byte(nginxConf)}, include)), []ProxyRoute{
			{Listen: []string{"81"}, Path: "/", Upstream: "http://127.0.0.1:9", Targets: []string{"127.0.0.1:9"}, File: "a.conf", Line: 1},
			{Listen: both, ServerNames: shop, Path: "/shop/", Upstream: "http://tomcats/shop/", Targets: []string{"127.0.0.1:8080", "unix:/run/shop.sock"}, File: "nginx.conf", Line: 9},
			{Listen: both, ServerNames: shop, Path: `~ \.jsp$`, Upstream: "http://localhost:8081", Targets: []string{"localhost:8081"}, File: "nginx.conf", Line: 10},
			{Listen: both, ServerNames: shop, Path: "/", Upstream: "https://$backend", Open: true, File: "nginx.conf", Line: 11},
			{Listen: both, ServerNames: shop, Path: "= /x", Upstream: "unix:/run/fcgi.sock", Targets: []string{"unix:/run/fcgi.sock"}, File: "nginx.conf", Line: 12},
			{Listen: []string{"5432"}, Upstream: "127.0.0.1:5433", Targets: []string{"127.0.0.1:5433"}, File: "nginx.conf", Line: 15},
		}},
		{"httpd", httpd[:4], []ProxyRoute{
			{Listen: all, ServerNames: names, Path: "/shop", Upstream: "http://127.0.0.1:8080/shop", Targets: []string{"127.0.0.1:8080"}, File: "httpd.conf", Line: 6},
			{Listen: all, ServerNames: names, Path: `^/(.*\.jsp)$`, Upstream: "ajp://localhost/$1", Targets: []string{"localhost:8009"}, File: "httpd.conf", Line: 8},
			{Listen: all, ServerNames: names, Path: "^/api/(.*)", Upstream: "http://[::1]:8082/$1", Targets: []string{"[::1]:8082"}, File: "httpd.conf", Line: 12},
			{Listen: all, ServerNames: names, Path: "/lb", Upstream: "balancer://group/", Targets: []string{"10.0.0.1:8083", "unix:/run/x.sock"}, File: "httpd.conf", Line: 15},
		}},
		{"httpd, included by itself", httpd[4:5], []ProxyRoute{{Listen: []string{"8085"}, Path: "/m", Upstream: "http://127.0.0.1:9", Targets: []string{"127.0.0.1:9"}, File: "more.conf", Line: 2}}},
		{"haproxy", whole(ReadHAProxy([]ProxyFile{{"haproxy.cfg", []byte(haproxyCfg)}})), []ProxyRoute{
			{Listen: bind, ServerNames: shop, Path: "/shop", Upstream: "tomcats", Targets: []string{"127.0.0.1:8080", "unix:/run/shop.sock"}, File: "haproxy.cfg", Line: 8},
			{Listen: bind, Upstream: "rest", Targets: []string{"localhost:8081"}, File: "haproxy.cfg", Line: 10},
			{Listen: []string{":8090"}, Upstream: "both", Targets: []string{"127.0.0.1:8091"}, File: "haproxy.cfg", Line: 18},
		}},
		{"lighttpd", whole(ReadLighttpd(ProxyFile{"lighttpd.conf", []byte(lighttpdConf)}, include, nil)), []ProxyRoute{
			{Listen: main, Path: "/inc", Upstream: "127.0.0.1:9", Targets: []string{"127.0.0.1:9"}, File: "b.conf", Line: 1},
			{Listen: main, Upstream: "include_shell /bin/rm -rf x", Open: true, File: "lighttpd.conf", Line: 4},
			{Listen: main, Path: "/all", Upstream: "127.0.0.1:8080", Targets: []string{"127.0.0.1:8080"}, File: "lighttpd.conf", Line: 5},
			{Listen: main, ServerNames: shop[:1], Path: "^/shop", Upstream: "127.0.0.1:8081", Targets: []string{"127.0.0.1:8081"}, File: "lighttpd.conf", Line: 8},
			{Listen: main, ServerNames: shop[:1], Path: "^/shop", Upstream: "[::1]:8082", Targets: []string{"[::1]:8082"}, File: "lighttpd.conf", Line: 8},
			{Listen: []string{"127.0.0.1:81"}, Path: ".fcgi", Upstream: "unix:/run/f.sock", Targets: []string{"unix:/run/f.sock"}, File: "lighttpd.conf", Line: 11},
		}},
		{"lighttpd with variables", whole(ReadLighttpd(ProxyFile{"lighttpd.conf", []byte(lighttpdVariables)}, include, lighttpdEnv)), []ProxyRoute{
			{Listen: first, Path: "/inc", Upstream: "127.0.0.1:9", Targets: []string{"127.0.0.1:9"}, File: "b.conf", Line: 1},
			{Listen: first, Path: ".aspx", Upstream: "127.0.0.1:8080", Targets: []string{"127.0.0.1:8080"}, File: "lighttpd.conf", Line: 9},
			{Listen: first, Path: "/b", Upstream: "unix:/a/b/c.sock", Targets: []string{"unix:/a/b/c.sock"}, File: "lighttpd.conf", Line: 10},
			{Listen: first, Path: "/p", Upstream: "10.0.0.9:8081", Targets: []string{"10.0.0.9:8081"}, File: "lighttpd.conf", Line: 11},
			{Listen: first, Path: "/p", Upstream: "env.NOBODY:8082", Open: true, File: "lighttpd.conf", Line: 11},
			{Listen: first, Upstream: "include var.unset + /x.conf", Open: true, File: "lighttpd.conf", Line: 12},
		}},
	} {
		if diff := cmp.Diff(test.want, test.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// again includes the same bytes whatever is asked for, so that hostile includes are as deep and as many as they can be.
func again(data []byte) ProxyIncludes {
	return func(string, string) []ProxyFile { return []ProxyFile{{"x", data}} }
}

func FuzzNginx(f *testing.F) {
	f.Add([]byte(nginxConf))
	f.Add([]byte(nginxVariables))
	f.Fuzz(func(t *testing.T, data []byte) { checkRoutes(t)(ReadNginx(ProxyFile{"x", data}, again(nil))) })
}

func FuzzHTTPD(f *testing.F) {
	f.Add([]byte(httpdConf))
	f.Add([]byte(httpdVariables))
	f.Add([]byte("JkWorkersFile x\nJkMountFile x\n/a/*=shop\nJkMount /b both\n" + jkProperties))
	f.Fuzz(func(t *testing.T, data []byte) {
		checkRoutes(t)(ReadHTTPD(ProxyFile{"x", data}, again(nil), func(s string) string { return "${" + s + "}" }))
	})
}

func FuzzHAProxy(f *testing.F) {
	f.Add([]byte(haproxyCfg))
	f.Add([]byte(haproxyVariables))
	f.Fuzz(func(t *testing.T, data []byte) { checkRoutes(t)(ReadHAProxy([]ProxyFile{{"x", data}})) })
}

func FuzzLighttpd(f *testing.F) {
	f.Add([]byte(lighttpdConf))
	f.Add([]byte(lighttpdUnknown))
	f.Fuzz(func(t *testing.T, data []byte) { checkRoutes(t)(ReadLighttpd(ProxyFile{"x", data}, again(nil), nil)) })
}

func checkRoutes(t *testing.T) func([]ProxyRoute, error) {
	return func(routes []ProxyRoute, err error) {
		t.Helper()
		if err != nil && !errors.Is(err, ErrTooLarge) {
			t.Error(err)
		}
		for _, r := range routes {
			if r.Line < 1 || r.File == "" {
				t.Errorf("a route without a place: %+v", r)
			}
		}
	}
}

// TestProxyIncludesEnd holds that files which include themselves several times end soon, and that it is said.
func TestProxyIncludesEnd(t *testing.T) {
	nginx := []byte("include a; include a; include a;")
	httpd := []byte("Include a\nInclude a\nInclude a\n")
	lighttpd := []byte("include \"a\" include \"a\" include \"a\"")
	_, err1 := ReadNginx(ProxyFile{"x", nginx}, again(nginx))
	_, err2 := ReadHTTPD(ProxyFile{"x", httpd}, again(httpd), nil)
	_, err3 := ReadLighttpd(ProxyFile{"x", lighttpd}, again(lighttpd), nil)
	for _, err := range []error{err1, err2, err3} {
		if !errors.Is(err, ErrTooLarge) {
			t.Errorf("what includes itself: %v", err)
		}
	}
}
