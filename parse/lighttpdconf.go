package parse

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// ReadLighttpd reads lighttpd's configuration with all that it includes (redmine.lighttpd.net/projects/lighttpd/wiki) and returns what hands requests on:
// proxy.server, fastcgi.server and scgi.server, with the conditions on $HTTP["host"], $HTTP["url"] and $SERVER["socket"] around them. include_shell is
// never executed; it and what a variable decides that no file sets is a route that is Open. env is the environment of the process. The error is ErrTooLarge
// for a configuration of which not all was read.
//
//	$HTTP["host"] == "a.example" {
//	  proxy.server = ( "/shop" => ( ( "host" => "127.0.0.1", "port" => 8080 ) ) )
//	}
func ReadLighttpd(main ProxyFile, include ProxyIncludes, env func(name string) (string, bool)) ([]ProxyRoute, error) {
	l := &lighttpd{confReader: confReader{include: include}, env: env, values: []map[string]lighttpdValue{{}}}
	l.file(main, lighttpdScope{})
	set := l.values[0]
	listen := strings.TrimPrefix(set["server.bind"].text+":"+cmp.Or(set["server.port"].text, "80"), ":")
	for i := range l.routes {
		if len(l.routes[i].Listen) == 0 {
			l.routes[i].Listen = []string{listen}
		}
	}
	return l.routes, l.err()
}

type lighttpd struct {
	confReader
	env    func(name string) (string, bool)
	values []map[string]lighttpdValue // of options and variables, as the files set them: of all, then of each block that is read
}

type lighttpdScope struct{ host, url, socket string }

// lighttpdToken is a word, a text in quotes, or a sign.
type lighttpdToken struct {
	text   string
	quoted bool
	line   int
}

func (t lighttpdToken) is(sign string) bool { return !t.quoted && t.text == sign }

func (l *lighttpd) file(f ProxyFile, scope lighttpdScope) {
	if !l.more(f) {
		return
	}
	p := &lighttpdParser{l: l, file: f.Name, tokens: l.tokens(f.Data)}
	p.block(scope, 0)
}

type lighttpdParser struct {
	l      *lighttpd
	file   string
	tokens []lighttpdToken
	at     int
}

func (p *lighttpdParser) peek(ahead int) lighttpdToken {
	if i := p.at + ahead; i >= 0 && i < len(p.tokens) {
		return p.tokens[i]
	}
	return lighttpdToken{}
}

func (p *lighttpdParser) block(scope lighttpdScope, depth int) {
	for p.at < len(p.tokens) {
		t := p.peek(0)
		p.at++
		switch {
		case t.is("}"):
			return
		case t.is("{") && p.peek(-2).is("global") && depth < maxBlocks:
			p.block(scope, depth+1)
		case t.is("{"):
			p.inner(scope, depth)
		case t.is("include"):
			p.include(t, scope)
		case t.is("include_shell") && p.peek(0).quoted:
			p.open(t, "include_shell "+p.peek(0).text, scope)
			p.at++
		case !t.quoted && strings.HasPrefix(t.text, "$") && p.peek(0).is("["):
			inner := p.condition(t.text, scope)
			if p.peek(0).is("{") {
				p.at++
				p.inner(inner, depth)
			}
		case !t.quoted && (p.peek(0).is("=") || p.peek(0).is("+=") || p.peek(0).is(":=")):
			p.at++
			p.assign(t, scope)
		}
	}
}

// inner reads a block, what is set in which counts there alone.
func (p *lighttpdParser) inner(scope lighttpdScope, depth int) {
	if depth >= maxBlocks {
		p.l.nested()
		return
	}
	p.l.values = append(p.l.values, map[string]lighttpdValue{})
	p.block(scope, depth+1)
	p.l.values = p.l.values[:len(p.l.values)-1]
}

// include reads the files that an expression names.
func (p *lighttpdParser) include(t lighttpdToken, scope lighttpdScope) {
	name, end := p.expression(p.at)
	p.at = end
	if !name.known {
		p.open(t, "include "+name.text, scope)
		return
	}
	p.l.depth++
	for _, f := range p.l.open(name.text, p.file) {
		p.l.file(f, scope)
	}
	p.l.depth--
}

// open keeps a line that the files alone do not explain.
func (p *lighttpdParser) open(t lighttpdToken, text string, scope lighttpdScope) {
	p.route(scope, ProxyRoute{Upstream: text, Open: true, Line: t.line})
}

// condition reads $HTTP["host"] == "x".
func (p *lighttpdParser) condition(field string, scope lighttpdScope) lighttpdScope {
	key, operator := p.peek(1).text, p.peek(3).text
	v, end := p.expression(p.at + 4)
	if !p.peek(2).is("]") || !p.peek(end-p.at).is("{") {
		return scope
	}
	p.at = end
	value := v.text
	if strings.HasPrefix(operator, "!") {
		return scope
	}
	switch field + "." + key {
	case "$HTTP.host":
		scope.host = value
	case "$HTTP.url":
		scope.url = value
	case "$SERVER.socket":
		scope.socket = value
	}
	return scope
}

func (p *lighttpdParser) assign(name lighttpdToken, scope lighttpdScope) {
	operator, list := p.peek(-1).text, p.peek(0).is("(")
	servers := slices.Contains([]string{"proxy.server", "fastcgi.server", "scgi.server"}, name.text)
	switch {
	case servers && list:
		p.at++
		p.servers(scope, name.text)
	case list:
		p.l.set(name.text, "=", lighttpdValue{})
	default:
		v, end := p.expression(p.at)
		p.at = end
		p.l.set(name.text, operator, v)
		if servers {
			p.open(name, name.text+" = "+v.text, scope)
		}
	}
}

// lighttpdServer is one server of a list.
type lighttpdServer struct {
	host, port, socket lighttpdValue
	line               int
}

// servers reads ( PATH => ( [NAME =>] ( "host" => …, "port" => … ), … ), … ): the keys of the outer list are paths, or endings of them.
func (p *lighttpdParser) servers(scope lighttpdScope, kind string) {
	path, one := "", lighttpdServer{}
	for depth := 1; p.at < len(p.tokens) && depth > 0; p.at++ {
		t := p.peek(0)
		switch {
		case t.is("("):
			depth++
			one = lighttpdServer{line: t.line}
		case t.is(")"):
			if r, ok := one.route(path, kind); ok {
				p.route(scope, r)
			}
			one = lighttpdServer{}
			depth--
		case t.quoted && depth == 1 && p.peek(1).is("=>"):
			path = t.text
		case t.quoted && p.peek(1).is("=>"):
			to := map[string]*lighttpdValue{"host": &one.host, "port": &one.port, "socket": &one.socket}[t.text]
			if to == nil || p.peek(2).is("(") {
				continue
			}
			var end int
			*to, end = p.expression(p.at + 2)
			p.at, one.line = end-1, t.line
		case depth <= 2 && !t.quoted && strings.Contains(t.text, "."): // var.servers in place of a list, or of one
			p.route(scope, ProxyRoute{Path: path, Upstream: t.text, Open: true, Line: t.line})
		}
	}
}

// route is where requests of a path go; none without a server. The port of a proxy.server is 80 unless it is set (Docs_ModProxy).
func (s lighttpdServer) route(path, kind string) (r ProxyRoute, ok bool) {
	host, port, socket := s.host, s.port, s.socket
	r = ProxyRoute{Path: path, Line: s.line}
	if port.text == "" && kind == "proxy.server" {
		port = lighttpdValue{text: "80", known: true}
	}
	switch {
	case socket.text != "":
		r.Upstream, r.Open = "unix:"+socket.text, !socket.known
	case host.text == "":
		return ProxyRoute{}, false
	case strings.Contains(host.text, ":") && !strings.HasPrefix(host.text, "["):
		r.Upstream, r.Open = "["+host.text+"]:"+port.text, !host.known || !port.known
	default:
		r.Upstream, r.Open = host.text+":"+port.text, !host.known || !port.known
	}
	n, err := strconv.Atoi(port.text)
	if r.Open = r.Open || socket.text == "" && (err != nil || n <= 0); !r.Open {
		r.Targets = []string{r.Upstream}
	}
	return r, true
}

func (p *lighttpdParser) route(scope lighttpdScope, r ProxyRoute) {
	r.File = p.file
	if r.Path == "" {
		r.Path = scope.url
	}
	if scope.host != "" {
		r.ServerNames = []string{scope.host}
	}
	if scope.socket != "" {
		r.Listen = []string{scope.socket}
	}
	p.l.route(r)
}

// tokens splits a file.
func (l *lighttpd) tokens(data []byte) []lighttpdToken {
	var list []lighttpdToken
	add := func(t lighttpdToken) {
		l.word(t.text)
		list = append(list, t)
	}
	line := 1
	for i := 0; i < len(data) && l.over == nil; {
		n := 1
		switch c := data[i]; {
		case c == '\n':
			line++
		case c == ' ' || c == '\t' || c == '\r':
		case c == '#':
			n = spanNot(data[i:], "\n")
		case c == '"' || c == '\'':
			var text string
			text, n = lighttpdText(data[i:])
			add(lighttpdToken{text, true, line})
			line += strings.Count(text, "\n")
		case strings.IndexByte("(){}[],", c) >= 0:
			add(lighttpdToken{string(c), false, line})
		default:
			if n = span(data[i:min(len(data), i+3)], "=!+:>~"); n == 0 {
				n = spanNot(data[i:], " \t\r\n#\"'=!+:>~(){}[],")
			}
			add(lighttpdToken{string(data[i : i+n]), false, line})
		}
		i += n
	}
	return list
}

// span is how many bytes at the beginning are of a set, spanNot how many are none of it.
func span(data []byte, set string) int {
	for i, c := range data {
		if strings.IndexByte(set, c) < 0 {
			return i
		}
	}
	return len(data)
}

func spanNot(data []byte, set string) int {
	for i, c := range data {
		if strings.IndexByte(set, c) >= 0 {
			return i
		}
	}
	return len(data)
}

// lighttpdText is what stands in quotes at the beginning, and how many bytes it takes with them.
func lighttpdText(data []byte) (text string, n int) {
	var b strings.Builder
	for i := 1; i < len(data); i++ {
		switch c := data[i]; {
		case c == data[0]:
			return b.String(), i + 1
		case c == '\\' && data[0] == '"' && i+1 < len(data):
			i++
		}
		b.WriteByte(data[i])
	}
	return b.String(), len(data)
}
