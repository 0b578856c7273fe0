package around

import (
	"slices"
	"strconv"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// targets matches where a proxy's routes go with the addresses of one application.
type targets struct {
	r         *proxyReader
	app       *model.App
	addresses []string // of the application's own network namespace
	looked    bool
}

func (t *targets) link(product string, route parse.ProxyRoute) {
	for _, target := range route.Targets {
		port, from, ok := t.serves(target)
		if !ok {
			continue
		}
		m := model.Proxy{Product: product, PID: t.r.p.PID, Path: safe(route.Path), Upstream: safe(parse.RedactText(route.Upstream)), Port: port}
		at := model.FromFile(model.Path(route.File), route.Line)
		for _, l := range route.Listen {
			m.Listen = append(m.Listen, safe(l))
		}
		for _, n := range route.ServerNames {
			m.ServerNames = append(m.ServerNames, safe(n))
		}
		if slices.ContainsFunc(t.app.Proxies, func(o model.Proxy) bool {
			return o.PID == m.PID && o.Path == m.Path && o.Upstream == m.Upstream && o.Port == m.Port && slices.Equal(o.ServerNames, m.ServerNames) && slices.Equal(o.Listen, m.Listen)
		}) {
			continue
		}
		m.Evidence.Add("product", model.FromProc(t.r.p.PID, "exe"))
		m.Evidence.Add("pid", model.FromProc(t.r.p.PID, "stat"))
		for field, set := range map[string]bool{"listen": m.Listen != nil, "serverNames": m.ServerNames != nil, "path": m.Path != "", "upstream": true, "port": m.Port != 0} {
			if set {
				m.Evidence.Add(field, at)
			}
		}
		if m.Port != 0 {
			m.Evidence.Add("port", from...)
		}
		t.app.Proxies = append(t.app.Proxies, m)
		t.app.Evidence.Add("proxies", at)
	}
}

// serves reports whether an address of a proxy is one of the application's.
func (t *targets) serves(target string) (port int, from []model.Source, ok bool) {
	if name, unix := strings.CutPrefix(target, "unix:"); unix {
		at := slices.IndexFunc(t.app.UnixListeners, func(u model.UnixListener) bool { return string(u.Path) == name })
		if at < 0 {
			return 0, nil, false
		}
		return 0, t.app.UnixListeners[at].Evidence["path"], true
	}
	colon := strings.LastIndexByte(target, ':')
	if colon < 0 {
		return 0, nil, false
	}
	number, err := strconv.Atoi(target[colon+1:])
	if err != nil {
		return 0, nil, false
	}
	for _, address := range t.r.resolve(strings.Trim(target[:colon], "[]")) {
		for _, m := range t.app.Published {
			if m.Port == number && m.Protocol == "tcp" && t.r.reaches(m.Address, address) {
				return m.Target, m.Evidence["port"], true
			}
		}
		for _, l := range t.app.Listeners {
			if l.Port == number && l.Protocol == "tcp" && t.listens(l, address) {
				return l.Port, l.Evidence["port"], true
			}
		}
	}
	return 0, nil, false
}

// listens reports whether a connection of the proxy to an address comes to the listener: in the same network namespace by what it is bound to, from
// another one by the addresses of the application's.
func (t *targets) listens(l model.Listener, address string) bool {
	theirs, err1 := t.r.p.Namespace("net")
	if err1 == nil && t.app.NetNamespace == theirs {
		return t.r.reaches(l.Address, address)
	}
	if !t.looked {
		t.looked = true
		t.addresses = t.r.localAddresses(t.app.ProcessID)
	}
	return slices.Contains(t.addresses, address) && (l.Address == address || l.Address == "0.0.0.0" || l.Address == "::")
}

// reaches reports whether a socket bound to bound, in the proxy's network namespace, gets connections to address.
func (r *proxyReader) reaches(bound, address string) bool {
	if bound != "0.0.0.0" && bound != "::" {
		return bound == address
	}
	if strings.HasPrefix(address, "127.") || address == "::1" {
		return true
	}
	if r.own == nil {
		r.own = append([]string{}, r.localAddresses(r.p.PID)...)
	}
	return slices.Contains(r.own, address)
}

// resolve turns a name into addresses by /etc/hosts alone: no name server is asked.
func (r *proxyReader) resolve(name string) []string {
	if strings.Trim(name, "0123456789.") == "" || strings.Contains(name, ":") {
		return []string{name}
	}
	if name == "localhost" {
		return []string{"127.0.0.1", "::1"}
	}
	if r.names == nil {
		data, _ := r.file("/etc/hosts")
		r.names = parse.Hosts(data)
	}
	return r.names[strings.ToLower(name)]
}

// localAddresses are the addresses of a process's network namespace, loopback left out.
func (l *looker) localAddresses(pid int) []string {
	name := "/proc/" + strconv.Itoa(pid) + "/net/fib_trie"
	data, err := host.ReadFile(l.h.Tree, name, confLimit)
	l.unread("addresses of process "+strconv.Itoa(pid), name, err)
	return parse.LocalAddresses(data)
}
