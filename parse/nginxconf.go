package parse

import (
	"slices"
	"strings"
)

// directive is a line of nginx's configuration, or a block.
type directive struct {
	args  []string // the name first
	block []*directive
	file  string
	line  int
}

// ReadNginx reads nginx's configuration (nginx.org/en/docs) with all that it includes and returns what hands requests on: proxy_pass,
// fastcgi_pass, grpc_pass, scgi_pass and uwsgi_pass, in http and in stream. What does not fit is left out. A variable stands for what set and map give it.
// The error is ErrTooLarge for a configuration of which not all was read.
//
//	server { listen 80; server_name a.example; location /shop/ { proxy_pass http://127.0.0.1:8080; } }
func ReadNginx(main ProxyFile, include ProxyIncludes) ([]ProxyRoute, error) {
	n := nginx{confReader: confReader{include: include}, groups: map[string]*group{}, maps: map[string][]string{}}
	root := n.nginxFile(main)
	n.collect(root)
	n.walk(root, ProxyRoute{}, nil)
	return n.routes, n.err()
}

func (c *confReader) nginxFile(f ProxyFile) []*directive {
	if !c.more(f) {
		return nil
	}
	p := &nginxParser{c: c, data: f.Data, file: f.Name, line: 1}
	return p.block(0)
}

type nginxParser struct {
	c    *confReader
	data []byte
	file string
	at   int
	line int
}

const maxBlocks = 64 // nested

// block reads directives up to the closing brace or the end.
func (p *nginxParser) block(depth int) []*directive {
	var list []*directive
	var d *directive
	for {
		word, sign, ok := p.next()
		if !ok {
			return list
		}
		switch {
		case sign == '}':
			return list
		case sign == ';' && d != nil:
			list = p.add(list, d)
			d = nil
		case sign == '{' && d != nil:
			if depth >= maxBlocks {
				p.c.nested()
				return list
			}
			d.block = p.block(depth + 1)
			list = append(list, d)
			d = nil
		case sign == '{':
			if depth >= maxBlocks {
				p.c.nested()
				return list
			}
			p.block(depth + 1)
		case sign == 0:
			if d == nil {
				d = &directive{file: p.file, line: p.line}
			}
			d.args = append(d.args, word)
		}
	}
}

// add appends a directive, or what an include stands for.
func (p *nginxParser) add(list []*directive, d *directive) []*directive {
	if d.args[0] != "include" || len(d.args) != 2 {
		return append(list, d)
	}
	p.c.depth++
	for _, f := range p.c.open(d.args[1], p.file) {
		list = append(list, p.c.nginxFile(f)...)
	}
	p.c.depth--
	return list
}

// next returns a word, or one of the signs ; { }.
func (p *nginxParser) next() (word string, sign byte, ok bool) {
	p.blanks()
	if p.at >= len(p.data) || p.c.over != nil {
		return "", 0, false
	}
	switch c := p.data[p.at]; c {
	case ';', '{', '}':
		p.at++
		return "", c, p.c.word("")
	case '"', '\'':
		word = p.quoted(c)
		return word, 0, p.c.word(word)
	}
	var b strings.Builder
	for p.at < len(p.data) && !strings.ContainsRune(" \t\r\n;", rune(p.data[p.at])) {
		c := p.data[p.at]
		if (c == '{' || c == '}') && (p.at == 0 || p.data[p.at-1] != '$') && !strings.Contains(b.String(), "${") {
			break
		}
		if c == '\\' && p.at+1 < len(p.data) {
			b.WriteByte(c)
			p.at++
		}
		b.WriteByte(p.data[p.at])
		p.at++
	}
	return b.String(), 0, p.c.word(b.String())
}

func (p *nginxParser) blanks() {
	for p.at < len(p.data) {
		switch c := p.data[p.at]; {
		case c == '\n':
			p.line++
		case c == '#':
			for p.at < len(p.data) && p.data[p.at] != '\n' {
				p.at++
			}
			continue
		case c != ' ' && c != '\t' && c != '\r':
			return
		}
		p.at++
	}
}

func (p *nginxParser) quoted(quote byte) string {
	var b strings.Builder
	for p.at++; p.at < len(p.data); p.at++ {
		c := p.data[p.at]
		switch {
		case c == quote:
			p.at++
			return b.String()
		case c == '\n':
			p.line++
		case c == '\\' && p.at+1 < len(p.data) && (p.data[p.at+1] == quote || p.data[p.at+1] == '\\'):
			p.at++
			c = p.data[p.at]
		}
		b.WriteByte(c)
	}
	return b.String()
}

type nginx struct {
	confReader
	groups map[string]*group
	maps   map[string][]string // variable to the values that a map may give it
	full   bool                // no more routes are kept
}

// collect finds the groups of servers and the maps, wherever they stand.
func (n *nginx) collect(list []*directive) {
	for _, d := range list {
		switch {
		case d.args[0] == "upstream" && len(d.args) > 1:
			n.upstream(d)
		case d.args[0] == "map" && len(d.args) == 3:
			for _, s := range d.block {
				if len(s.args) == 2 && s.args[0] != "include" {
					n.maps[d.args[2]] = append(n.maps[d.args[2]], s.args[1])
				}
			}
		default:
			n.collect(d.block)
		}
	}
}

func (n *nginx) upstream(d *directive) {
	for _, s := range d.block {
		if s.args[0] == "server" && len(s.args) > 1 {
			if n.groups[d.args[1]] == nil {
				n.groups[d.args[1]] = &group{}
			}
			n.groups[d.args[1]].add(s.args[1])
		}
	}
}

// walk follows blocks with what the outer ones say.
func (n *nginx) walk(list []*directive, at ProxyRoute, outer *nginxScope) {
	scope := newNginxScope(list, outer)
	for _, d := range list {
		name, in := d.args[0], at
		switch {
		case strings.HasSuffix(name, "_pass") && len(d.args) == 2:
			n.pass(d, at, scope)
			continue
		case name == "server":
			in = nginxServer(d.block)
		case name == "location" && len(d.args) > 1:
			in.Path = strings.Join(d.args[1:], " ")
		}
		n.walk(d.block, in, scope)
	}
}

// nginxServer is what the directives of a server say of all that it hands on.
func nginxServer(block []*directive) ProxyRoute {
	var r ProxyRoute
	for _, d := range block {
		switch {
		case d.args[0] == "listen" && len(d.args) > 1:
			r.Listen = append(r.Listen, strings.Join(d.args[1:], " "))
		case d.args[0] == "server_name":
			r.ServerNames = append(r.ServerNames, slices.DeleteFunc(slices.Clone(d.args[1:]), func(s string) bool { return s == "_" || s == "" })...)
		}
	}
	return r
}

func (n *nginx) pass(d *directive, at ProxyRoute, scope *nginxScope) {
	if n.full || !slices.Contains([]string{"proxy_pass", "fastcgi_pass", "grpc_pass", "scgi_pass", "uwsgi_pass"}, d.args[0]) {
		return
	}
	at.Upstream, at.File, at.Line = d.args[1], d.file, d.line
	values := nginxValues{n: n, scope: scope}
	values.add(d.args[1], 0)
	at.Open = values.over
	for _, url := range values.list {
		target, host := urlTarget(url), url
		if _, rest, ok := strings.Cut(host, "://"); ok {
			host = rest
		}
		host, _, _ = strings.Cut(host, "/")
		group := n.groups[host]
		switch {
		case group != nil:
			at.take(group)
		case target != "":
			at.Targets = append(at.Targets, target)
		default:
			at.Open = true
		}
	}
	if len(at.Targets) <= maxRouteNames {
		at.Targets = unique(at.Targets)
	}
	n.full = !n.route(at)
}

func unique(list []string) []string {
	var out []string
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
