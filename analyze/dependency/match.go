package dependency

import (
	"cmp"
	"iter"
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"

	"a2c/analyze/subject"
	"a2c/analyze/traffic"
	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// maxHosts bounds /etc/hosts.
const maxHosts = 4 << 20

// hosts are the names of the application's /etc/hosts.
func hosts(s *subject.Subject) map[string][]string {
	data, err := host.ReadFile(s.Root, "/etc/hosts", maxHosts)
	if err != nil {
		return nil // then names have no addresses
	}
	return parse.Hosts(data)
}

// addresses of a host as configured, without a name server.
func (f *finder) addresses(name string) []string {
	if a, err := netip.ParseAddr(name); err == nil {
		return []string{a.Unmap().String()}
	}
	if list := f.names[name]; len(list) > 0 {
		return slices.Compact(slices.Sorted(slices.Values(list)))
	}
	if name == "localhost" {
		return []string{"127.0.0.1", "::1"}
	}
	return []string{}
}

// connections joins what was seen with what is configured.
func (f *finder) connections() {
	var rest []traffic.Peer
	for _, p := range f.Peers {
		if p.Seen.Protocol == "udp" && p.Seen.Port == 53 || f.itself(p.PID) {
			continue // the resolver, or its own listener
		}
		if !f.byAddress(p) {
			rest = append(rest, p)
		}
	}
	for _, p := range rest {
		if f.byAddress(p) { // of one that was taken before
			continue
		}
		if c := f.byPort(p); c != nil {
			why := "whose address is not known"
			if c.asked {
				why = "for which the resolver gives other addresses now"
			}
			f.alive(c, p, "the only configured name with port "+strconv.Itoa(p.Seen.Port)+" "+why)
			continue
		}
		f.unconfigured(p)
	}
}

// byAddress joins a connection with what is configured with its address and port.
func (f *finder) byAddress(p traffic.Peer) bool {
	matched := false
	for _, c := range f.list {
		if !c.doc.Internal && c.doc.Port == p.Seen.Port && c.doc.Has(p.Seen.Address) {
			f.alive(c, p, "")
			matched = true
		}
	}
	return matched
}

// absorb takes an address whose keys do not tell what it is, or only that it is a database, for a part of the one dependency at that host and port: variables
// that another setting makes its address of.
func (f *finder) absorb() {
	at := map[place][]*found{}
	of := func(c *found) place { return place{host: c.doc.Host, port: c.doc.Port} }
	vague := func(c *found) bool {
		return c.weak || c.doc.Protocol == "sql" && c.doc.Product == "" && c.doc.Resource == ""
	}
	for _, c := range f.list {
		if !vague(c) && !c.doc.Internal && c.doc.Host != "" && c.doc.Port != 0 {
			at[of(c)] = append(at[of(c)], c)
		}
	}
	f.list = slices.DeleteFunc(f.list, func(c *found) bool {
		if !vague(c) || len(at[of(c)]) != 1 || !c.weak && at[of(c)][0].doc.Kind != c.doc.Kind {
			return false
		}
		one := at[of(c)][0]
		for _, v := range c.doc.Configured {
			if !slices.Contains(one.doc.Configured, v) {
				one.doc.Configured = append(one.doc.Configured, v)
			}
		}
		return true
	})
}

// byPort is the one dependency of a connection's port whose name could not be turned into an address, or whose port is not told. A name that the resolver
// gives other addresses for than the ones that are connected may have moved since.
func (f *finder) byPort(p traffic.Peer) *found {
	var one *found
	for _, c := range f.list {
		open := (len(c.doc.Addresses) == 0 || c.asked && !c.doc.Alive) && c.doc.Host != "" && (c.doc.Port == p.Seen.Port || c.doc.Port == 0)
		if told := c.doc.Port == 0 && c.doc.Has(p.Seen.Address); c.doc.Internal || !open && !told {
			continue
		}
		if one != nil && one.doc.Host != c.doc.Host {
			return nil
		}
		one = cmp.Or(one, c)
	}
	return one
}

func (f *finder) alive(c *found, p traffic.Peer, why string) {
	from := first(p.Seen.Evidence["address"])
	c.doc.Alive, c.from["alive"] = true, from
	if !c.doc.Has(p.Seen.Address) {
		c.doc.Addresses = append(c.doc.Addresses, p.Seen.Address)
		c.from["addresses"] = from
		if why != "" {
			c.from["addresses"] = model.Derived(why)
		}
	}
	f.held(c, p.Seen.Process, p.PID, first(p.Seen.Evidence["process"]))
}

// held names who listens at the other end, when that is on this host.
func (f *finder) held(c *found, process string, pid int, from model.Source) {
	if process == "" || c.doc.Process != "" {
		return
	}
	c.doc.Process, c.from["process"] = process, from
	if c.doc.Product == "" {
		comm, _, _ := strings.Cut(process, " (")
		if product, ok := products()[comm]; ok && (c.doc.Kind == product.kind || c.doc.Kind == model.DependsOther || c.doc.Kind == model.DependsDatabase && product.kind == model.DependsDatabase) {
			c.doc.Product, c.from["product"] = product.product, from
			if c.doc.Kind == model.DependsOther {
				c.doc.Kind, c.from["kind"] = product.kind, from
			}
			if c.doc.Protocol == "tcp" || c.doc.Protocol == "sql" {
				c.doc.Protocol, c.from["protocol"] = product.protocol, from
			}
		}
	}
	for _, o := range f.Others {
		if slices.Contains(o.Processes, pid) {
			c.doc.AppID, c.from["applicationId"] = o.ID, from
		}
	}
}

// itself reports whether a process is one of the application's own.
func (f *finder) itself(pid int) bool {
	return pid != 0 && slices.ContainsFunc(f.Subject.Procs, func(p *subject.Proc) bool { return p.PID == pid })
}

// listening looks who listens at configured addresses of this host that no connection leads to now.
func (f *finder) listening() {
	for _, c := range f.list {
		if c.doc.Internal || c.doc.Process != "" || c.doc.Port == 0 {
			continue
		}
		for _, address := range c.doc.Addresses {
			a, err := netip.ParseAddr(address)
			if err != nil {
				continue
			}
			protocol := "tcp"
			if c.doc.Protocol == "udp" {
				protocol = "udp"
			}
			if l, ok := traffic.Listening(f.Subject, f.Subject.Main, protocol, netip.AddrPortFrom(a, uint16(c.doc.Port))); ok && !f.itself(l.PID) {
				f.held(c, l.Process, l.PID, l.From)
				break
			}
		}
	}
}

// unconfigured keeps a connection whose address no setting names in a form that is known, with the settings that hold its port or address.
func (f *finder) unconfigured(p traffic.Peer) {
	c := &found{from: map[string]model.Source{}}
	from := first(p.Seen.Evidence["address"])
	c.doc.Kind, c.doc.Protocol, c.doc.Direction, c.doc.Port, c.doc.Addresses, c.doc.Alive = model.DependsOther, p.Seen.Protocol, "out", p.Seen.Port, []string{p.Seen.Address}, true
	c.from["alive"] = from
	for _, field := range []string{"kind", "protocol", "direction", "port", "addresses", "product", "name"} {
		c.from[field] = from
	}
	switch product, known := ports()[p.Seen.Port]; {
	case p.Seen.Address == "169.254.169.254" || p.Seen.Address == "fd00:ec2::254":
		c.doc.Kind, c.doc.Product, c.doc.Protocol = model.DependsAWS, "EC2 instance metadata", "http"
	case p.Seen.Address == "169.254.170.2" || p.Seen.Address == "169.254.170.23":
		c.doc.Kind, c.doc.Product, c.doc.Protocol = model.DependsAWS, "AWS container credentials", "http"
	case known:
		c.doc.Kind, c.doc.Product, c.doc.Protocol = product.kind, product.product, product.protocol
	}
	if comm, _, ok := strings.Cut(p.Seen.Process, " ("); ok { // who listens tells more than the port
		if product, known := products()[comm]; known {
			c.doc.Kind, c.doc.Product, c.doc.Protocol = product.kind, product.product, product.protocol
		}
	}
	f.held(c, p.Seen.Process, p.PID, first(p.Seen.Evidence["process"]))
	f.mentions(c, p)
	f.list = append(f.list, c)
}

// mentions are the settings whose value holds the connection's address with its port, or its port alone where the same document holds the address.
func (f *finder) mentions(c *found, p traffic.Peer) {
	port := strconv.Itoa(p.Seen.Port)
	hosts := map[string]bool{p.Seen.Address: true}
	for name, list := range f.known() {
		hosts[name] = hosts[name] || slices.Contains(list, p.Seen.Address)
	}
	if a, err := netip.ParseAddr(p.Seen.Address); err == nil && a.IsLoopback() {
		hosts["localhost"] = true
	}
	for _, v := range f.Config.Settings {
		value := f.Config.Expand(v.Value)
		if len(value) > 4096 || f.unrelated(v) {
			continue
		}
		host, number, ok := strings.Cut(lastPair(value), ":")
		_, part := parse.KeyPart(v.Key)
		if ok && number == port && hosts[strings.ToLower(host)] || value == port && part == "port" {
			c.doc.Configured = append(c.doc.Configured, model.Configured{Key: parse.RedactText(v.Key), Source: v.Source})
		}
		if len(c.doc.Configured) >= 20 {
			return
		}
	}
}

// known are the names of /etc/hosts, and those that the resolver answered for.
func (f *finder) known() iter.Seq2[string, []string] {
	return func(yield func(string, []string) bool) {
		for _, names := range []map[string][]string{f.names, f.answers} {
			for name, list := range names {
				if !yield(name, list) {
					return
				}
			}
		}
	}
}

// lastPair is host:port within a value: what stands before the first '/' behind the last "//" or '@'.
func lastPair(value string) string {
	if i := strings.LastIndex(value, "//"); i >= 0 {
		value = value[i+2:]
	}
	if i := strings.LastIndexByte(value, '@'); i >= 0 {
		value = value[i+1:]
	}
	value, _, _ = strings.Cut(value, "/")
	return value
}

// embedded looks whether the files of embedded databases are open.
func (f *finder) embedded() {
	for _, c := range f.list {
		if !c.doc.Internal || c.doc.Resource == "" || strings.HasPrefix(c.doc.Resource, "memory") {
			continue
		}
		name, home := strings.CutPrefix(c.doc.Resource, "~/")
		if !home {
			name = f.Subject.Main.Abs(name)
			c.doc.Resource = name
		}
		for _, p := range f.Subject.Procs {
			for _, fd := range p.FDs {
				if fd.Name != "" && (strings.HasPrefix(fd.Name, name) && follows(fd.Name[len(name):]) || home && strings.Contains(fd.Name, "/"+name+".")) {
					c.doc.Alive, c.from["alive"] = true, model.FromProc(p.PID, "fd/"+strconv.Itoa(fd.Num))
				}
			}
		}
	}
}

// follows reports whether what stands behind a database's name belongs to it: ".mv.db", "/log/x".
func follows(rest string) bool {
	return rest == "" || rest[0] == '/' || rest[0] == '.' && path.Base(rest) == rest || rest[0] == '-'
}

func first(list []model.Source) model.Source {
	if len(list) == 0 {
		return model.Derived("connections of the process")
	}
	return list[0]
}
