package detect

import (
	"fmt"
	"slices"
	"strings"

	"a2c/model"
)

// port is what the configuration says of one port: what it is for, and which setting decides its address.
type port struct {
	number  int
	address string // "" or a name: any
	socket  string // path of a Unix socket, which has neither number nor address
	purpose string
	binding *model.Binding // nil: no setting is known to decide it
	from    []model.Source
}

// connect matches what the configuration opens with what is open: each listener gets its purpose, each port becomes a connector.
func (v *view) connect(a *model.App, ports []port) {
	purposes(a, ports)
	leftover(a, ports)
	for _, p := range ports {
		c := v.connector(a, p)
		if slices.ContainsFunc(a.Connectors, func(o model.Connector) bool {
			return o.Port == c.Port && o.Address == c.Address && o.Purpose == c.Purpose
		}) {
			continue // JMX names its port twice
		}
		a.Connectors = append(a.Connectors, c)
		a.Evidence.Add("connectors", p.from...)
	}
}

func (v *view) connector(a *model.App, p port) model.Connector {
	c := model.Connector{Address: p.address, Port: p.number, Purpose: p.purpose}
	if p.socket != "" {
		c.Address = "unix:" + p.socket
	}
	for field, set := range map[string]bool{"address": c.Address != "", "port": p.number != 0, "purpose": p.purpose != ""} {
		if set {
			c.Evidence.Add(field, p.from...)
		}
	}
	if p.socket != "" {
		if at, ok := v.accepts(p.socket); ok {
			c.Open = true
			c.Evidence.Add("open", at)
		}
		return c
	}
	if at := slices.IndexFunc(a.Listeners, p.opened); at >= 0 {
		c.Open = true
		c.Evidence.Add("open", a.Listeners[at].Evidence["port"]...)
	}
	return c
}

// accepts reports whether the process accepts connections on a Unix socket of that name.
func (v *view) accepts(name string) (model.Source, bool) {
	rows, err := v.UnixSockets()
	if err != nil {
		v.skip("net/unix", err)
		return "", false
	}
	fds, err := v.FDs()
	if err != nil {
		return "", false // load has said that descriptors cannot be seen
	}
	for _, r := range rows {
		if !r.Listening || r.Path != name {
			continue
		}
		for _, d := range fds {
			if inode, ok := d.Socket(); ok && inode == r.Inode {
				return model.FromProc(v.PID, fmt.Sprintf("net/unix:%d", r.Line)), true
			}
		}
	}
	return "", false
}

// opened reports whether the listener is what the configuration meant.
func (p port) opened(l model.Listener) bool {
	switch {
	case l.Protocol != "tcp" || l.Purpose != p.purpose:
		return false
	case p.number == 0:
		return true
	}
	return l.Port == p.number && (!literal(p.address) || sameAddress(p.address, l.Address))
}

// purposes tells each listener what it is for. A port that the configuration gives an address goes to the listener with that address first.
func purposes(a *model.App, ports []port) {
	for i := range a.Listeners {
		l := &a.Listeners[i]
		if l.Protocol != "tcp" || l.Purpose != "" {
			continue
		}
		at := slices.IndexFunc(ports, func(p port) bool { return p.number == l.Port && sameAddress(p.address, l.Address) })
		if at < 0 {
			at = slices.IndexFunc(ports, func(p port) bool { return p.number == l.Port && !literal(p.address) })
		}
		if at >= 0 {
			assign(l, ports[at])
		}
	}
}

// leftover gives a port whose number nobody fixed (0: the kernel chose) to the only listener that is still unexplained.
func leftover(a *model.App, ports []port) {
	open := slices.DeleteFunc(slices.Clone(ports), func(p port) bool { return p.number != 0 || p.socket != "" })
	var free []int
	for i, l := range a.Listeners {
		if l.Purpose == "" && l.Protocol == "tcp" {
			free = append(free, i)
		}
	}
	if len(open) == 1 && len(free) == 1 {
		p := open[0]
		p.from = append(slices.Clone(p.from), model.Derived("the only listener left for port 0"))
		assign(&a.Listeners[free[0]], p)
	}
}

func assign(l *model.Listener, p port) {
	l.Purpose = p.purpose
	l.Evidence.Add("purpose", p.from...)
	if p.binding != nil {
		b := *p.binding
		l.Binding = &b
	}
}

// sameAddress compares a configured address with the kernel's.
func sameAddress(configured, kernel string) bool {
	switch configured {
	case "localhost":
		return strings.HasPrefix(kernel, "127.") || kernel == "::1"
	case "", "*", "+", "0.0.0.0", "::", "[::]":
		return kernel == "0.0.0.0" || kernel == "::"
	}
	return strings.Trim(configured, "[]") == kernel
}

// literal reports whether an address is a number, so that no other listener can be meant.
func literal(address string) bool {
	return address != "" && strings.Trim(address, "0123456789.:abcdefABCDEF[]") == "" && strings.ContainsAny(address, ".:")
}

// newBinding is a binding with the same evidence for all its fields.
func newBinding(b model.Binding, from ...model.Source) *model.Binding {
	b.Evidence = nil
	for field, set := range map[string]bool{"mechanism": true, "key": b.Key != "", "value": b.Value != "", "file": b.File != "", "line": b.Line != 0, "arg": b.Arg != 0} {
		if set {
			b.Evidence.Add(field, from...)
		}
	}
	return &b
}
