package parse

import (
	"regexp"
	"slices"
	"strings"
)

// ReadHAProxy reads HAProxy's configuration, all files of -f in order (docs.haproxy.org, "Configuration Manual", 2 and 4), and returns for each frontend
// and listen section which backends it hands on to. Names and paths come from the ACLs that a use_backend names: hdr(host), hdr_dom, ssl_fc_sni,
// req.hdr(host), path, path_beg, path_dir. The error is ErrTooLarge for a configuration of which not all was read.
//
//	frontend web
//	  bind *:80
//	  acl shop path_beg /shop
//	  use_backend tomcats if shop
//	backend tomcats
//	  server a 127.0.0.1:8080 check
func ReadHAProxy(files []ProxyFile) ([]ProxyRoute, error) {
	h := &haproxy{sections: map[string]*haproxySection{}, defaults: &haproxySection{}}
	for _, f := range files {
		h.file(f)
	}
	for _, s := range h.order {
		if s.serverLine > 0 && len(s.binds) > 0 { // listen
			s.uses = append(s.uses, haproxyUse{name: s.name, file: s.file, line: s.serverLine})
		}
		if s.fallback != nil && !slices.ContainsFunc(s.uses, func(u haproxyUse) bool { return u.when == nil }) {
			s.uses = append(s.uses, *s.fallback)
		}
		for _, u := range s.uses {
			if back := h.backend(s, u.name); back != nil && len(s.binds) > 0 && h.over == nil {
				h.route(s.route(u, back))
			}
		}
	}
	return h.routes, h.err()
}

// backend is the section that a name in another stands for; a name that an expression gives stands for what a request decides.
func (h *haproxy) backend(s *haproxySection, name string) *haproxySection {
	switch {
	case name == s.name:
		return s
	case strings.Contains(name, "%["):
		return &haproxySection{open: true}
	}
	return h.sections["backend "+name]
}

func (s *haproxySection) route(u haproxyUse, back *haproxySection) ProxyRoute {
	r := ProxyRoute{Listen: s.binds, Upstream: u.name, Targets: back.servers, Open: back.open, Unknown: back.unknown, File: u.file, Line: u.line}
	for _, a := range s.named(u.when) {
		r.ServerNames = append(r.ServerNames, a.names...)
		if r.Path == "" {
			r.Path = a.path
		}
		if len(r.ServerNames) > maxRouteNames {
			break
		}
	}
	return r
}

type haproxy struct {
	confReader
	sections map[string]*haproxySection
	order    []*haproxySection // those that bind
	at       *haproxySection
	defaults *haproxySection // in force
}

type haproxySection struct {
	name       string
	binds      []string
	servers    []string
	uses       []haproxyUse
	acls       map[string]haproxyACL
	file       string
	serverLine int
	open       bool        // a server's address is not known
	unknown    string      // that address, as written
	fallback   *haproxyUse // of the defaults
}

type haproxyUse struct {
	name string
	when []string // words of the condition
	file string
	line int
}

type haproxyACL struct {
	names []string
	path  string
}

func (h *haproxy) file(f ProxyFile) {
	h.at = nil
	if !h.more(f) {
		return
	}
	data, n := f.Data, 0
	for len(data) > 0 && h.over == nil {
		var raw []byte
		raw, data = cutLine(data)
		n++
		if len(raw) > maxConfLine {
			h.exceeds("line %d of %q: more than %d bytes", n, excerpt(f.Name), maxConfLine)
			break
		}
		w := haproxyWords(string(raw))
		for _, word := range w {
			h.word(word)
		}
		if len(w) == 0 || h.over != nil {
			continue
		}
		switch w[0] {
		case "defaults":
			h.defaults = &haproxySection{acls: map[string]haproxyACL{}}
			h.at = h.defaults
		case "global", "peers", "userlist", "resolvers", "mailers", "program", "cache", "ring", "http-errors", "fcgi-app", "log-forward", "crt-store":
			h.at = nil
		case "frontend", "backend", "listen":
			h.section(w, f.Name)
		default:
			if h.at != nil {
				h.at.keyword(w, f.Name, n)
			}
		}
	}
}

func (h *haproxy) section(w []string, file string) {
	name := ""
	if len(w) > 1 {
		name = w[1]
	}
	h.at = &haproxySection{name: name, file: file, acls: map[string]haproxyACL{}}
	if len(h.defaults.uses) > 0 && w[0] != "backend" {
		h.at.fallback = &h.defaults.uses[len(h.defaults.uses)-1]
	}
	if w[0] != "frontend" {
		h.sections["backend "+name] = h.at
	}
	if w[0] != "backend" {
		h.order = append(h.order, h.at)
	}
	if len(w) > 2 && w[0] != "backend" { // frontend NAME ADDRESS:PORT, until 1.5
		h.at.binds = append(h.at.binds, w[2])
	}
}

func (s *haproxySection) keyword(w []string, file string, line int) {
	if len(w) < 2 {
		return
	}
	switch w[0] {
	case "bind":
		s.binds = append(s.binds, strings.Join(w[1:], " "))
	case "server":
		if len(w) > 2 {
			s.server(w[2], line)
		}
	case "server-template": // PREFIX NUMBER ADDRESS: as many servers of one name
		if len(w) > 3 {
			s.server(w[3], line)
		}
	case "default_backend":
		s.uses = append(s.uses, haproxyUse{name: w[1], file: file, line: line})
	case "use_backend":
		s.uses = append(s.uses, haproxyUse{name: w[1], when: w[2:], file: file, line: line})
	case "acl":
		if len(w) > 2 {
			s.acl(w[1], w[2], w[3:])
		}
	}
}

func (s *haproxySection) server(address string, line int) {
	if t := haproxyAddress(address); t != "" {
		s.servers = append(s.servers, t)
	} else if s.open = true; s.unknown == "" {
		s.unknown = address
	}
	if s.serverLine == 0 {
		s.serverLine = line
	}
}

// named are the ACLs of a condition: "if shop !old", "if { path_beg /shop }".
func (s *haproxySection) named(when []string) []haproxyACL {
	var list []haproxyACL
	closed := slices.Contains(when, "}")
	for i := 0; i < len(when); i++ {
		end := 0
		if when[i] == "{" && closed {
			end = slices.Index(when[i:], "}")
			closed = end >= 0
		}
		if end < 2 {
			list = append(list, s.acls[when[i]])
			continue
		}
		inner := haproxySection{acls: map[string]haproxyACL{}}
		inner.acl("", when[i+1], when[i+2:i+end])
		list = append(list, inner.acls[""])
		i += end
	}
	return list
}

// acl keeps what an ACL says of hosts and paths. Several lines of one name add up.
func (s *haproxySection) acl(name, test string, values []string) {
	values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return strings.HasPrefix(v, "-") })
	a := s.acls[name]
	test = strings.ToLower(strings.ReplaceAll(test, " ", ""))
	switch base, _, _ := strings.Cut(test, ","); {
	case strings.Contains(base, "(host)") || strings.HasPrefix(base, "ssl_fc_sni") || strings.HasPrefix(base, "req.ssl_sni") || strings.HasPrefix(base, "req_ssl_sni"):
		a.names = append(a.names, values...)
	case strings.HasPrefix(base, "path") || strings.HasPrefix(base, "url_beg"):
		if a.path == "" {
			a.path = strings.Join(values, " ")
		}
	}
	s.acls[name] = a
}

// haproxyAddress is a server's address: "127.0.0.1:8080", "ipv4@host:80", "unix@/run/x.sock", "/run/x.sock", ":8080" (any of the machine's own); "" for
// one with a variable in it, or whose port is that of the connection: none, or a distance from it ("+10").
func haproxyAddress(a string) string {
	a = strings.Trim(a, `"'`)
	if kind, rest, ok := strings.Cut(a, "@"); ok {
		if kind == "unix" {
			return "unix:" + rest
		}
		a = rest
	}
	switch {
	case strings.HasPrefix(a, "/"):
		return "unix:" + a
	case strings.HasPrefix(a, ":") && haproxyPort.MatchString(a):
		return "127.0.0.1" + a
	case strings.ContainsAny(a, "${}"), !haproxyPort.MatchString(a):
		return ""
	}
	return a
}

var haproxyPort = regexp.MustCompile(`:[0-9]+$`)

// haproxyWords splits a line as HAProxy does: quotes of both kinds, a backslash, comments.
func haproxyWords(line string) []string {
	if i := strings.IndexByte(line, '#'); i >= 0 && !strings.ContainsAny(line[:i], `"'\`) {
		line = line[:i]
	}
	words := UnitWords(strings.TrimSpace(line))
	if i := slices.IndexFunc(words, func(w string) bool { return strings.HasPrefix(w, "#") }); i >= 0 {
		words = words[:i]
	}
	return words
}
