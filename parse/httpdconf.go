package parse

import (
	"slices"
	"strings"
)

// ReadHTTPD reads the configuration of Apache httpd (httpd.apache.org/docs/2.4) with all that it includes and returns what hands requests on:
// ProxyPass, ProxyPassMatch, RewriteRule … [P], SetHandler "proxy:…", with BalancerMember resolved, and mod_jk's JkMount (tomcat.apache.org/connectors-doc). Conditions
// (IfModule, IfDefine, IfVersion) are taken to hold. variable answers ${NAME}, which Define sets or the environment has. The error is ErrTooLarge for a configuration of which not all was read.
//
//	<VirtualHost *:80>
//	  ServerName a.example
//	  ProxyPass "/shop" "http://127.0.0.1:8080/shop"
func ReadHTTPD(main ProxyFile, include ProxyIncludes, variable func(string) string) ([]ProxyRoute, error) {
	h := &httpd{confReader: confReader{include: include}, variable: variable, defined: map[string]string{}, groups: map[string]*group{}, workers: jkWorkers{properties: map[string]string{}}}
	h.file(main)
	found, servers := h.routes, h.servers
	h.routes = nil
	for i, r := range found {
		if len(r.Listen) == 0 {
			r.Listen = h.listen
		}
		r.ServerNames = h.main.names
		if s := servers[i]; s != nil {
			r.ServerNames = s.names
		}
		if name, ok := strings.CutPrefix(r.Upstream, "balancer://"); ok {
			name, _, _ = strings.Cut(name, "/")
			if g := h.groups[name]; g != nil {
				r.take(g)
			}
		} else if name, ok := strings.CutPrefix(r.Upstream, jkScheme); ok && h.workers.status(name) {
			continue
		} else if ok {
			r.Targets, r.Unknown = h.workers.targets(name, 0)
		} else if t := urlTarget(r.Upstream); t != "" {
			r.Targets = []string{t}
		}
		if strings.Contains(r.Upstream, "${") && len(r.Targets) == 0 {
			r.Unknown = r.Upstream
		}
		r.Open = len(r.Targets) == 0 || r.Unknown != ""
		if !h.route(r) {
			break
		}
	}
	return h.routes, h.err()
}

type httpd struct {
	confReader
	variable func(string) string
	defined  map[string]string
	groups   map[string]*group
	listen   []string
	servers  []*httpdServer // of each route; nil: outside of every VirtualHost
	main     httpdServer
	at       *httpdServer // where the reading is
	location string
	balancer string
	workers  jkWorkers
}

// httpdServer is a VirtualHost: its names may stand behind what it hands on.
type httpdServer struct{ listen, names []string }

func (h *httpd) file(f ProxyFile) {
	if !h.more(f) {
		return
	}
	lines := joinedLines{rest: f.Data}
	for h.over == nil && lines.next() {
		if lines.text == "" || lines.text[0] == '#' {
			continue
		}
		if words := h.words(lines.text); len(words) > 0 && h.over == nil {
			h.directive(words, f.Name, lines.line)
		}
	}
}

// words splits a line: quotes hold blanks, a backslash only a quote; ${NAME} is replaced.
func (h *httpd) words(line string) (words []string) {
	add := func(word string) {
		word = h.expand(word)
		h.word(word)
		words = append(words, word)
	}
	section := strings.HasPrefix(line, "<")
	if section {
		line = strings.TrimSuffix(line, ">")
	}
	for line = strings.TrimSpace(line); line != "" && h.over == nil; line = strings.TrimSpace(line) {
		if q := line[0]; q == '"' || q == '\'' {
			end := strings.IndexByte(line[1:], q)
			if end < 0 {
				end = len(line) - 1
			}
			add(line[1 : end+1])
			line = line[min(len(line), end+2):]
			continue
		}
		end := strings.IndexAny(line, " \t")
		if end < 0 {
			end = len(line)
		}
		add(line[:end])
		line = line[end:]
	}
	return words
}

// expand replaces ${NAME}; what nothing defines stays, as Apache leaves it (core.html, "Define").
func (h *httpd) expand(s string) string {
	from := 0
	for range 8 { // a variable may stand for another
		start := strings.Index(s[from:], "${")
		if start < 0 {
			return s
		}
		start += from
		end := strings.IndexByte(s[start:], '}')
		if end < 0 {
			return s
		}
		name := s[start+2 : start+end]
		value, ok := h.defined[name]
		if !ok && h.variable != nil {
			value = h.variable(name)
			ok = value != ""
		}
		if !ok {
			from = start + end + 1
			continue
		}
		if s = s[:start] + value + s[start+end+1:]; len(s) > maxSettingKey {
			return ""
		}
	}
	return s
}

func (h *httpd) directive(w []string, file string, line int) {
	arg := func(i int) string {
		if i < len(w) {
			return w[i]
		}
		return ""
	}
	server := h.at
	if server == nil {
		server = &h.main
	}
	switch strings.ToLower(w[0]) {
	case "<virtualhost":
		h.at = &httpdServer{listen: slices.Clone(w[1:])}
	case "</virtualhost":
		h.at = nil
	case "<location", "<locationmatch":
		h.location = strings.Join(w[1:], " ")
	case "</location", "</locationmatch":
		h.location = ""
	case "<proxy":
		h.balancer = strings.TrimSuffix(strings.TrimPrefix(arg(1), "balancer://"), "/")
	case "</proxy":
		h.balancer = ""
	case "define":
		h.defined[arg(1)] = arg(2)
	case "listen":
		h.listen = append(h.listen, strings.Join(w[1:], " "))
	case "servername", "serveralias":
		for _, name := range w[1:] {
			name = strings.TrimPrefix(strings.TrimPrefix(name, "http://"), "https://")
			server.names = append(server.names, name)
		}
	case "include", "includeoptional":
		h.depth++
		for _, f := range h.open(arg(1), file) {
			h.file(f)
		}
		h.depth--
	case "jkworkersfile", "jkworkerproperty", "jkmount", "jkmountfile":
		h.jk(strings.ToLower(w[0]), w[1:], file, line)
	case "balancermember":
		h.member(w[1:])
	case "proxypass", "proxypassmatch":
		h.pass(w[1:], file, line)
	case "sethandler": // "proxy:http://127.0.0.1:8080/", since 2.4.10
		if url, ok := strings.CutPrefix(arg(1), "proxy:"); ok {
			h.hand(h.location, url, file, line)
		}
	case "rewriterule":
		if flags := "," + strings.Trim(arg(3), "[]") + ","; strings.Contains(flags, ",P,") || strings.Contains(flags, ",proxy,") {
			h.hand(arg(1), arg(2), file, line)
		}
	}
}

func (h *httpd) member(w []string) {
	name := h.balancer
	if len(w) > 1 && strings.HasPrefix(w[0], "balancer://") {
		name, w = strings.TrimSuffix(strings.TrimPrefix(w[0], "balancer://"), "/"), w[1:]
	}
	if len(w) > 0 && name != "" {
		if h.groups[name] == nil {
			h.groups[name] = &group{}
		}
		h.groups[name].add(w[0])
	}
}

// pass reads ProxyPass [PATH] URL [KEY=VALUE …]; "!" takes a path out.
func (h *httpd) pass(w []string, file string, line int) {
	path := h.location
	if path == "" && len(w) > 1 {
		path, w = w[0], w[1:]
	}
	if len(w) > 0 && w[0] != "!" {
		h.hand(path, w[0], file, line)
	}
}

// hand keeps a route; the host names follow when all is read.
func (h *httpd) hand(path, url, file string, line int) {
	r := ProxyRoute{Path: path, Upstream: url, File: file, Line: line}
	if h.at != nil {
		r.Listen = h.at.listen
	}
	if len(h.routes) >= maxRoutes {
		h.exceeds("more than %d routes", maxRoutes)
		return
	}
	h.routes = append(h.routes, r)
	h.servers = append(h.servers, h.at)
}
