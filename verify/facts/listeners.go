package facts

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/netip"
	"slices"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// listeners compares the addresses that take connections: those of the live application with all that are open in the image's own network, as the kernel's
// tables have them (proc_pid_net(5)).
func listeners(p *pair) error {
	open, err := p.twin.open()
	if err != nil {
		p.unknown("listeners", err)
		return nil
	}
	known := map[string]bool{}
	for _, l := range p.o.Analysis.AnalysisInfo.App.Listeners {
		name := fmt.Sprintf("listener %s/%d", l.Protocol, l.Port)
		live := p.of(l.Protocol, l.Port)
		if known[name] {
			continue
		}
		known[name] = true
		if l.Ephemeral && len(open[name]) == 0 {
			p.add(model.FactExplained, name, live, "", "the kernel chose the port for this start; the image's is another")
			continue
		}
		p.listener(name, live, places(open[name]), p.opened(l))
	}
	for _, name := range slices.Sorted(maps.Keys(open)) {
		if !known[name] {
			p.extra(name, open[name])
		}
	}
	return nil
}

// listener judges one port; reason is why it was opened in the image, "" when it was not.
func (p *pair) listener(name, live, image, reason string) {
	switch {
	case image == "":
		p.add(model.FactDifferent, name, live, image, "nothing listens there in the image")
	case image == "loopback" && reason != "":
		p.add(model.FactDifferent, name, live, image, "containerize opened it, and yet it is open on loopback alone: nobody outside the container reaches it")
	default:
		p.judge(name, live, image, reason, "the image listens on another address")
	}
}

// of are the places of a port on which the live application listens.
func (p *pair) of(protocol string, port int) string {
	var list []netip.Addr
	for _, l := range p.o.Analysis.AnalysisInfo.App.Listeners {
		if a, err := netip.ParseAddr(l.Address); err == nil && l.Protocol == protocol && l.Port == port {
			list = append(list, a)
		}
	}
	return places(list)
}

// opened is the reason why a listener has another address in the image: a change that names its port, or one that opened several at once, as image.json says of them.
func (p *pair) opened(l model.Listener) string {
	if why := p.changed(func(c model.Change) bool { return c.Kind == "listener" && c.Port == l.Port }); why != "" {
		return why
	}
	on := func(n model.Listener) bool {
		return n.Port == l.Port && n.Protocol == l.Protocol && n.Address != l.Address
	}
	if !slices.ContainsFunc(p.o.Image.Needs.Ports, on) {
		return ""
	}
	return p.changed(func(c model.Change) bool { return c.Kind == "listener" })
}

// extra is an address that the image alone listens on.
func (p *pair) extra(name string, list []netip.Addr) {
	var port int
	if _, err := fmt.Sscanf(name, "listener tcp/%d", &port); err != nil {
		return // a UDP socket that is bound need not take what others send
	}
	ephemeral := slices.ContainsFunc(p.o.Analysis.AnalysisInfo.App.Listeners, func(l model.Listener) bool { return l.Ephemeral })
	const lowest = 32768 // ip_local_port_range of ip(7), by default
	switch {
	case ephemeral && port >= lowest:
		p.add(model.FactExplained, name, "", places(list), "the kernel chose the port, as it did for the live application")
	case port >= lowest:
		p.add(model.FactUnknown, name, "", places(list), "a port that the kernel may have chosen; the live application listened on none such when it was analyzed")
	default:
		p.add(model.FactDifferent, name, "", places(list), "the live application did not listen there when it was analyzed")
	}
}

// places are the addresses in a few words, for they cannot be the same: all addresses of either family are "any", since a container may have one family alone,
// and the machine's own is as good as the container's.
func places(list []netip.Addr) string {
	var words []string
	for _, a := range list {
		switch a = a.Unmap(); {
		case a.IsUnspecified():
			words = append(words, "any")
		case a.IsLoopback():
			words = append(words, "loopback")
		case a.IsMulticast():
			words = append(words, a.String())
		default:
			words = append(words, "own address")
		}
	}
	slices.Sort(words)
	words = slices.Compact(words)
	if slices.Contains(words, "any") {
		return "any"
	}
	return shorten(words, ", ")
}

// open are the listeners in the process's network namespace.
func (s *side) open() (map[string][]netip.Addr, error) {
	open := map[string][]netip.Addr{}
	for _, family := range []string{"tcp", "tcp6", "udp", "udp6"} {
		data, err := host.ReadFile(s.h.Tree, fmt.Sprintf("/proc/%d/net/%s", s.PID, family), 64<<20)
		if errors.Is(err, fs.ErrNotExist) {
			continue // no IPv6
		}
		if err != nil {
			return nil, err
		}
		list, err := parse.InetSockets(data, family)
		if err != nil {
			return nil, err
		}
		for _, x := range list {
			if family[:3] == "tcp" && x.State != parse.Listen || family[:3] == "udp" && (x.State != parse.Close || x.Remote.Port() != 0) {
				continue
			}
			name := fmt.Sprintf("listener %s/%d", family[:3], x.Local.Port())
			open[name] = append(open[name], x.Local.Addr())
		}
	}
	return open, nil
}
