package parse

import (
	"cmp"
	"strings"
)

// jkScheme marks what a JkMount hands on to: the name of a worker.
const jkScheme = "jk:"

// jkWorkers are mod_jk's workers (tomcat.apache.org/connectors-doc/reference/workers.html).
type jkWorkers struct {
	properties map[string]string // "shop.port" to "8009"; a worker's name to itself
	members    int               // of balancers, looked at for all routes
}

// add reads a line of workers.properties.
//
//	worker.shop.type=ajp13
//	worker.shop.port=8009
func (k *jkWorkers) add(line string) {
	key, value, ok := strings.Cut(strings.TrimSpace(line), "=")
	key, ours := strings.CutPrefix(strings.TrimSpace(key), "worker.")
	if !ok || !ours || len(k.properties) >= maxConfFiles {
		return
	}
	value = strings.TrimSpace(value)
	if old := k.properties[key]; old != "" && (strings.HasSuffix(key, ".balance_workers") || strings.HasSuffix(key, ".balanced_workers")) {
		value = old + "," + value // several lines add up
	}
	k.properties[key] = value
	name, _, _ := strings.Cut(key, ".")
	k.properties[name] = name // it has a property at all
}

// get is a worker's property, or that of the worker that it takes over from.
func (k *jkWorkers) get(name, key string) string {
	for range maxIncludeDepth {
		if v := k.properties[name+"."+key]; v != "" {
			return v
		}
		next := strings.TrimPrefix(k.properties[name+".reference"], "worker.")
		if next == "" {
			return ""
		}
		name = next
	}
	return ""
}

// status reports a worker that shows the state of the others and hands nothing on (tomcat.apache.org/connectors-doc/common_howto/status.html).
func (k *jkWorkers) status(name string) bool { return k.get(name, "type") == "status" }

// targets are the addresses of a worker, of a load balancer those of its members, and the first of these that cannot be told. Default type, host and
// port are ajp13, localhost and 8009.
func (k *jkWorkers) targets(name string, depth int) (list []string, unknown string) {
	kind := k.get(name, "type")
	if kind == "lb" && depth > 0 {
		return nil, "" // a balancer's members are no balancers
	}
	if kind == "lb" {
		return k.balanced(name)
	}
	if kind != "" && !strings.HasPrefix(kind, "ajp1") {
		return nil, "" // "jni" runs in the web server itself
	}
	if k.properties[name] == "" {
		return nil, "worker " + name
	}
	host, port := k.get(name, "host"), k.get(name, "port")
	if socket := k.get(name, "socket"); strings.HasPrefix(socket, "/") {
		return []string{"unix:" + socket}, ""
	}
	if host == "" {
		host = "localhost"
	}
	if port == "" {
		port = "8009"
	}
	if strings.ContainsAny(host+port, "$ ") {
		return nil, host + ":" + port
	}
	if strings.Contains(host, ":") && !strings.HasPrefix(host, "[") {
		host = "[" + host + "]"
	}
	return []string{host + ":" + port}, ""
}

// balanced are the addresses of a balancer's members.
func (k *jkWorkers) balanced(name string) (list []string, unknown string) {
	for _, key := range []string{"balance_workers", "balanced_workers"} {
		for member := range strings.FieldsFuncSeq(k.get(name, key), func(r rune) bool { return r == ',' || r == ' ' || r == '\t' }) {
			if k.members++; k.members > maxAllNames {
				return unique(list), cmp.Or(unknown, "worker "+member)
			}
			more, missing := k.targets(member, 1)
			list, unknown = append(list, more...), cmp.Or(unknown, missing)
		}
	}
	return unique(list), unknown
}

// jk reads a directive of mod_jk. Files of workers and of mounts may lie elsewhere.
func (h *httpd) jk(name string, w []string, file string, line int) {
	switch {
	case len(w) == 0:
	case name == "jkworkerproperty":
		h.workers.add(strings.Join(w, " "))
	case name == "jkworkersfile":
		for _, f := range h.open(w[0], file) {
			if !h.more(f) {
				return
			}
			for text := range strings.Lines(string(f.Data)) {
				h.workers.add(text)
			}
		}
	case name == "jkmount" && len(w) == 1 && h.location != "":
		h.hand(h.location, jkScheme+w[0], file, line)
	case name == "jkmount" && len(w) == 2:
		h.hand(w[0], jkScheme+w[1], file, line)
	case name == "jkmountfile":
		for _, f := range h.open(w[0], file) {
			h.jkMounts(f)
		}
	}
}

// jkMounts reads a file of mounts: "/shop/*=shop;timeout=3".
func (h *httpd) jkMounts(f ProxyFile) {
	if !h.more(f) {
		return
	}
	n := 0
	for text := range strings.Lines(string(f.Data)) {
		n++
		path, worker, ok := strings.Cut(strings.TrimSpace(text), "=")
		if ok && strings.HasPrefix(path, "/") {
			worker, _, _ = strings.Cut(worker, ";")
			h.hand(strings.TrimSpace(path), jkScheme+strings.TrimSpace(worker), f.Name, n)
		}
	}
}
