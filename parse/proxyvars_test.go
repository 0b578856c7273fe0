package parse

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

const nginxVariables = `http {
  upstream tills { server 127.0.0.1:8082; }
  map $host $by_host { hostnames; default http://127.0.0.1:8083; ~^b http://tills; include /etc/nginx/map; }
  map $uri $port { default 8084; /x $other; }
  server {
    set $backend http://127.0.0.1:8080;
    location /set { proxy_pass $backend; }
    location /own { set $backend http://127.0.0.1:8081; proxy_pass $backend/x$request_uri; }
    location /if { if ($arg_b) { set $backend http://tills; } proxy_pass $backend; }
    location /map { proxy_pass $by_host; }
    location /part { proxy_pass http://localhost:$port; }
    location /name { set $up tills; proxy_pass http://${up}/; }
    location /path { proxy_pass http://127.0.0.1:8085$request_uri; }
    location /free { proxy_pass http://$arg_host; }
    location /self { set $me $me; proxy_pass http://$me; }
  }
}
`

const httpdVariables = `Define port 8080
Define back http://127.0.0.1:${port}
Listen 80
JkWorkersFile workers.properties
JkWorkerProperty worker.late.port=8013
JkMount /jk/* shop
JkMount /both/* both
JkMount /late late
JkMount /none nobody
JkMount /status status
JkMount /state state
JkMount /own inner
JkMountFile uris
<VirtualHost *:81>
  ProxyPassMatch "^/a/(.*)$" "${back}/$1"
  ProxyPass /b ${missing}:8080
  RewriteRule ^/c(.*) ${back}$1 [NE,P]
  RewriteRule ^/d(.*) http://%{HTTP_HOST}/ [P]
  ProxyPassMatch ^/e/(.*) http://$1:8080/
  <Location /in>
    JkMount shop
  </Location>
</VirtualHost>
`

const jkProperties = `worker.list=shop,both,status
worker.base.type=ajp13
worker.base.host=127.0.0.1
worker.shop.reference=worker.base
worker.shop.port=8011
worker.two.type=ajp13
worker.two.host=::1
worker.two.port = 8012
worker.both.type=lb
worker.both.balance_workers=shop
worker.both.balance_workers=two,both
worker.status.type=status
worker.state.reference=worker.status
worker.state.host=127.0.0.1
worker.inner.type=jni
`

const haproxyVariables = `defaults
  mode http
  default_backend rest
frontend a
  bind :80
  use_backend %[req.hdr(host),lower,map(/etc/haproxy/hosts.map)]
frontend b
  bind :81
  default_backend tills
backend rest
  server-template web 1-3 127.0.0.1:8080 check
backend tills
  server a "${HOST}:8081"
  server b 127.0.0.1:8082
`

// TestProxyVariables holds what becomes of targets that a variable, a worker or a request decides.
func TestProxyVariables(t *testing.T) {
	short := func(routes []ProxyRoute, err error) (list []string) {
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range routes {
			text := fmt.Sprintf("%d %s %s", r.Line, r.Path, strings.Join(r.Targets, " "))
			if r.Open {
				text += " and others"
			}
			list = append(list, text)
		}
		return list
	}
	include := func(pattern, _ string) []ProxyFile {
		return map[string][]ProxyFile{"workers.properties": {{"workers.properties", []byte(jkProperties)}}, "uris": {{"uris", []byte("# mounts\n/file/*=two;timeout=3\n!/file/x=two\n")}}}[pattern]
	}
	for _, test := range []struct {
		name      string
		got, want []string
	}{
		{"nginx", short(ReadNginx(ProxyFile{"nginx.conf", []byte(nginxVariables)}, nil)), []string{
			"7 /set 127.0.0.1:8080", "8 /own 127.0.0.1:8081", "9 /if 127.0.0.1:8082 127.0.0.1:8080", "10 /map 127.0.0.1:8083 127.0.0.1:8082",
			"11 /part localhost:8084 and others", "12 /name 127.0.0.1:8082", "13 /path 127.0.0.1:8085", "14 /free  and others", "15 /self  and others",
		}},
		{"httpd", short(ReadHTTPD(ProxyFile{"httpd.conf", []byte(httpdVariables)}, include, nil)), []string{
			"6 /jk/* 127.0.0.1:8011", "7 /both/* 127.0.0.1:8011 [::1]:8012", "8 /late localhost:8013", "9 /none  and others", "12 /own  and others", "2 /file/* [::1]:8012",
			"15 ^/a/(.*)$ 127.0.0.1:8080", "16 /b  and others", "17 ^/c(.*) 127.0.0.1:8080", "18 ^/d(.*)  and others", "19 ^/e/(.*)  and others", "21 /in 127.0.0.1:8011",
		}},
		{"haproxy", short(ReadHAProxy([]ProxyFile{{"haproxy.cfg", []byte(haproxyVariables)}})), []string{
			"6   and others", "3  127.0.0.1:8080", "9  127.0.0.1:8082 and others",
		}},
	} {
		if diff := gocmp.Diff(test.want, test.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

const lighttpdUnknown = `var.host = "127.0.0.1"
var.port = 8080
var.run = "/run" + "/shop"
server.port = env.PORT
proxy.server = ( "/set" => (( "host" => var.host, "port" => var.port )) )
proxy.server += ( "/sum" => (( "socket" => var.run + "/x.sock" )), "/eighty" => (( "host" => "10.0.0.1" )) )
$HTTP["host"] == var.host {
  var.port = 8081
  var.port += 2
  proxy.server = ( "/inner" => (( "host" => "::1", "port" => var.port )) )
  var.port = env.PORT
  proxy.server += ( "/hidden" => (( "host" => "::1", "port" => var.port )) )
}
proxy.server += ( "/outer" => (( "host" => "::1", "port" => var.port )) )
fastcgi.server = ( "/env" => (( "host" => "127.0.0.1", "port" => env.PORT )), "/none" => (( "host" => "127.0.0.1" )) )
var.list = (( "host" => "127.0.0.1", "port" => 1 ))
scgi.server = ( "/list" => var.list, "/member" => ( var.member ) )
$SERVER["socket"] == ":81" { proxy.server = var.all }
var.host = ( "a" )
proxy.server += ( "/gone" => (( "host" => var.host, "port" => 1 )) )
`

// TestProxyUnknown holds that no server of a proxy goes without a word because nothing in the configuration tells which it is.
func TestProxyUnknown(t *testing.T) {
	short := func(routes []ProxyRoute, err error) (list []string) {
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range routes {
			text := fmt.Sprintf("%d %s %s", r.Line, r.Path, strings.Join(r.Targets, " "))
			if r.Open {
				text += " and " + cmp.Or(r.Unknown, r.Upstream)
			}
			list = append(list, text)
		}
		return list
	}
	for _, test := range []struct {
		name      string
		got, want []string
	}{
		{"nginx", short(ReadNginx(ProxyFile{"nginx.conf", []byte(`upstream a { server ${HOST}:8080; server 127.0.0.1:1; }
server { location /a { proxy_pass http://a; }
location /b { set $x http://a; proxy_pass $x; } }`)}, nil)), []string{"2 /a 127.0.0.1:1 and ${HOST}:8080", "3 /b 127.0.0.1:1 and ${HOST}:8080"}},
		{"httpd", short(ReadHTTPD(ProxyFile{"httpd.conf", []byte(`Listen 80
<Proxy balancer://a>
BalancerMember http://127.0.0.1:1
BalancerMember http://${HOST}:2
</Proxy>
BalancerMember balancer://b http://127.0.0.1:3
ProxyPass /a balancer://a/
ProxyPass /b balancer://b
ProxyPass /c balancer://c
ProxyPass /d ${missing}:8080
ProxyPassMatch ^/(e.*) http://$1/
<Location /f>
SetHandler "proxy:http://localhost:4/"
</Location>
JkWorkerProperty worker.g.type=lb
JkWorkerProperty worker.g.balance_workers=h,i
JkWorkerProperty worker.h.port=5
JkMount /g g
<FilesMatch "php$">
SetHandler "proxy:unix:/run/php.sock|fcgi://localhost"
</FilesMatch>
`)}, nil, nil)), []string{
			"7 /a 127.0.0.1:1 and http://${HOST}:2", "8 /b 127.0.0.1:3", "9 /c  and balancer://c", "10 /d  and ${missing}:8080", "11 ^/(e.*)  and http://$1/",
			"13 /f localhost:4", "18 /g localhost:5 and worker i", "20  unix:/run/php.sock",
		}},
		{"haproxy", short(ReadHAProxy([]ProxyFile{{"haproxy.cfg", []byte(`listen a
  bind :80
  server x "${HOST}:8080"
  server y 127.0.0.1:8081
listen b
  bind :81
  server x 127.0.0.1:+10
listen c
  bind :82
  server x 10.0.0.1
`)}})), []string{"3  127.0.0.1:8081 and ${HOST}:8080", "7   and 127.0.0.1:+10", "10   and 10.0.0.1"}},
		{"lighttpd", short(ReadLighttpd(ProxyFile{"lighttpd.conf", []byte(lighttpdUnknown)}, nil, nil)), []string{
			"5 /set 127.0.0.1:8080", "6 /sum unix:/run/shop/x.sock", "6 /eighty 10.0.0.1:80", "10 /inner [::1]:8083", "12 /hidden  and [::1]:var.port", "14 /outer [::1]:8080",
			"15 /env  and 127.0.0.1:env.PORT", "15 /none  and 127.0.0.1:", "17 /list  and var.list", "17 /member  and var.member", "18   and proxy.server = var.all", "20 /gone  and var.host:1",
		}},
	} {
		if diff := gocmp.Diff(test.want, test.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// TestProxyNested holds that blocks nested too deep are said to be.
func TestProxyNested(t *testing.T) {
	deep := strings.Repeat("a{", 100)
	_, err1 := ReadNginx(ProxyFile{"x", []byte(deep)}, nil)
	_, err2 := ReadLighttpd(ProxyFile{"x", []byte(deep)}, nil, nil)
	for _, err := range []error{err1, err2} {
		if !errors.Is(err, ErrTooLarge) {
			t.Errorf("%v", err)
		}
	}
}

// TestProxyVariablesEnd holds that variables which stand for each other, and for many things, end soon.
func TestProxyVariablesEnd(t *testing.T) {
	var conf strings.Builder
	for v := range 9 {
		fmt.Fprintf(&conf, "map $x $v%d {", v)
		for n := range 200 {
			fmt.Fprintf(&conf, " k%d $v%d;", n, v+1)
		}
		conf.WriteString("}\n")
	}
	conf.WriteString("server { location / { proxy_pass http://$v0$v1$v2; } }")
	routes, err := ReadNginx(ProxyFile{"x", []byte(conf.String())}, nil)
	if err != nil || len(routes) != 1 || !routes[0].Open {
		t.Errorf("%v, %v", routes, err)
	}
}
