// Package graph draws who talks to whom: the applications of one or several hosts, with what they depend on.
package graph

import (
	"cmp"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"a2c/model"
)

// kindApplication is the kind of what the inventory lists.
const kindApplication = "application"

// Graph is what is drawn, and what `a2c graph -o json` prints.
type Graph struct {
	Nodes []Node `json:"nodes"` // sorted by ID
	Edges []Edge `json:"edges"` // sorted
}

// Node is an application, or something that one depends on.
type Node struct {
	ID    string `json:"id"`             // the application's ID, with "HOST/" before it where several hosts are drawn; "database db.example:5432"
	Kind  string `json:"kind"`           // "application", "process", or the kind of the dependency
	Label string `json:"label"`          // for people
	Host  string `json:"host,omitempty"` // the host that an application runs on
	// Addresses and Ports are where an application can be reached; what others of its host reach by the loopback address has Ports alone.
	Addresses []string `json:"addresses,omitempty"`
	Ports     []int    `json:"ports,omitempty"`
	// Internal is set for what runs inside of an application, Alone for an application of the inventory that was not analyzed.
	Internal bool `json:"internal,omitempty"`
	Alone    bool `json:"notAnalyzed,omitempty"`
}

// Edge leads from who opens the connection to who accepts it.
type Edge struct {
	From     string `json:"from"`
	To       string `json:"to"`
	Protocol string `json:"protocol"`
	Port     int    `json:"port,omitempty"`
	Seen     bool   `json:"seen"` // a connection was seen; false: it is only configured
	Both     bool   `json:"both,omitempty"`
	Resource string `json:"resource,omitempty"`
	// Address is where it leads, for joining the graphs of several hosts.
	Address    []string       `json:"addresses,omitempty"`
	Configured []model.Source `json:"configured,omitempty"`
}

// Host is what is known of one host: of its inventory or its analyses there may be only one.
type Host struct {
	Name      string // for people; "" when only one is drawn
	Inventory model.Inventory
	Analyses  map[string]model.Analysis // by application ID
}

// Build draws hosts and joins what was drawn before.
func Build(hosts []Host, drawn ...Graph) Graph {
	b := builder{nodes: map[string]Node{}}
	for _, h := range hosts {
		b.host(h)
	}
	for _, g := range drawn {
		for _, n := range g.Nodes {
			b.nodes[n.ID] = n
		}
		b.edges = append(b.edges, g.Edges...)
	}
	b.join()
	return b.graph()
}

type builder struct {
	nodes map[string]Node
	edges []Edge
}

func (b *builder) host(h Host) {
	prefix := ""
	if h.Name != "" {
		prefix = h.Name + "/"
	}
	for id, a := range h.Inventory {
		b.nodes[prefix+id] = application(prefix+id, h.Name, a, nil, true)
	}
	for id, a := range h.Analyses {
		i := a.AnalysisInfo
		b.nodes[prefix+id] = application(prefix+id, h.Name, i.App, i.Addresses, false)
	}
	for id, a := range h.Analyses {
		for _, d := range a.AnalysisInfo.Dependencies {
			b.dependency(prefix, id, h, d)
		}
	}
}

func application(id, host string, a model.App, addresses []string, alone bool) Node {
	n := Node{ID: id, Kind: kindApplication, Label: cmp.Or(a.Name, id), Host: host, Alone: alone, Addresses: addresses}
	if a.Platform.Name != "" {
		n.Label += " (" + a.Platform.Name + ")"
	}
	for _, l := range a.Listeners {
		if !slices.Contains(n.Ports, l.Port) {
			n.Ports = append(n.Ports, l.Port)
		}
		if addr, err := netip.ParseAddr(l.Address); err == nil && !addr.IsLoopback() && !addr.IsUnspecified() && !slices.Contains(n.Addresses, l.Address) {
			n.Addresses = append(slices.Clone(n.Addresses), l.Address)
		}
	}
	return n
}

// dependency adds an edge, and the node at its end where that is no application.
func (b *builder) dependency(prefix, id string, h Host, d model.Dependency) {
	e := Edge{From: prefix + id, Protocol: d.Protocol, Port: d.Port, Seen: d.Alive, Both: d.Direction == "both", Resource: d.Resource, Address: reachable(d.Addresses)}
	for _, c := range d.Configured {
		e.Configured = append(e.Configured, c.Source)
	}
	_, known := b.nodes[prefix+d.AppID]
	switch {
	case d.AppID != "" && known:
		e.To = prefix + d.AppID
	case d.Internal:
		e.To = prefix + id + " " + d.Name
		b.nodes[e.To] = Node{ID: e.To, Kind: string(d.Kind), Label: d.Name, Host: h.Name, Internal: true}
	default:
		n := outside(prefix, d)
		n.Host = ""
		if local(d) {
			n.Host = h.Name
		}
		e.To = n.ID
		if _, have := b.nodes[n.ID]; !have {
			b.nodes[n.ID] = n
		}
	}
	b.edges = append(b.edges, e)
}

// outside is the node of what is no application: one for each address and port, so that two applications that use the same database lead to one.
func outside(prefix string, d model.Dependency) Node {
	at := d.Host
	if len(d.Addresses) > 0 {
		at = d.Addresses[0]
	}
	if local(d) {
		at = "127.0.0.1"
	}
	if at == "" {
		at = d.Resource
	}
	if d.Port != 0 {
		at += ":" + strconv.Itoa(d.Port)
	}
	what := cmp.Or(d.Product, strings.ToUpper(d.Protocol))
	name := cmp.Or(d.Host, at)
	if d.Port != 0 && d.Host != "" {
		name += ":" + strconv.Itoa(d.Port)
	}
	n := Node{ID: string(d.Kind) + " " + at, Kind: string(d.Kind), Label: what + " " + name}
	if local(d) {
		n.ID = prefix + n.ID
		if d.Port != 0 {
			n.Ports = []int{d.Port}
		}
	}
	if d.Process != "" {
		comm, _, _ := strings.Cut(d.Process, " (")
		n.Label = what + " " + name + " (" + comm + ")"
	}
	return n
}

// local reports whether a dependency is reached by the loopback address alone.
func local(d model.Dependency) bool {
	return len(d.Addresses) > 0 && !slices.ContainsFunc(d.Addresses, func(s string) bool {
		a, err := netip.ParseAddr(s)
		return err != nil || !a.IsLoopback()
	})
}

// reachable are the addresses that mean the same on every host.
func reachable(list []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool {
		a, err := netip.ParseAddr(s)
		return err != nil || a.IsLoopback() || a.IsLinkLocalUnicast()
	})
}

// join leads edges to addresses of a host to its applications, and to what these reach there by the loopback address, a database on the same host: it listens for
// others, too, when they are connected to that port. The nodes that stood for them are dropped.
func (b *builder) join() {
	at := map[string]string{} // "10.0.0.5:8080": node
	for _, id := range slices.Sorted(maps.Keys(b.nodes)) {
		n := b.nodes[id]
		if n.Kind != kindApplication {
			continue
		}
		for _, a := range n.Addresses {
			for _, p := range n.Ports {
				at[net.JoinHostPort(a, strconv.Itoa(p))] = id
			}
		}
	}
	b.listeners(at)
	used := map[string]bool{}
	for i := range b.edges {
		e := &b.edges[i]
		for _, a := range e.Address {
			id, ok := at[net.JoinHostPort(a, strconv.Itoa(e.Port))]
			if ok && id != e.From {
				e.To = id
			}
		}
		used[e.To] = true
	}
	for id, n := range b.nodes {
		if n.Kind != kindApplication && !used[id] {
			delete(b.nodes, id)
		}
	}
}

// listeners adds what is no application and listens on a host whose addresses its applications tell.
func (b *builder) listeners(at map[string]string) {
	hosts := map[string][]string{}
	for _, n := range b.nodes {
		if n.Kind == kindApplication {
			hosts[n.Host] = append(hosts[n.Host], n.Addresses...)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(b.nodes)) {
		n := b.nodes[id]
		if !n.loopback() {
			continue
		}
		for _, p := range n.Ports {
			for _, a := range hosts[n.Host] {
				if to := net.JoinHostPort(a, strconv.Itoa(p)); at[to] == "" {
					at[to] = id
				}
			}
		}
	}
}

// loopback reports whether a node is no application and reached by the loopback address.
func (n Node) loopback() bool {
	return n.Kind != kindApplication && !n.Internal && strings.HasPrefix(strings.TrimPrefix(n.ID, n.Host+"/"), n.Kind+" 127.0.0.1")
}

// graph sorts, and makes one edge of equal ones.
func (b *builder) graph() Graph {
	g := Graph{Nodes: []Node{}, Edges: []Edge{}}
	for _, id := range slices.Sorted(maps.Keys(b.nodes)) {
		n := b.nodes[id]
		slices.Sort(n.Ports)
		slices.Sort(n.Addresses)
		g.Nodes = append(g.Nodes, n)
	}
	slices.SortStableFunc(b.edges, func(x, y Edge) int {
		return cmp.Or(cmp.Compare(x.From, y.From), cmp.Compare(x.To, y.To), cmp.Compare(x.Protocol, y.Protocol), x.Port-y.Port, cmp.Compare(x.Resource, y.Resource))
	})
	for _, e := range b.edges {
		if n := len(g.Edges); n > 0 && equal(g.Edges[n-1], e) {
			last := &g.Edges[n-1]
			last.Seen = last.Seen || e.Seen
			last.Configured = slices.Compact(slices.Sorted(slices.Values(slices.Concat(last.Configured, e.Configured))))
			continue
		}
		g.Edges = append(g.Edges, e)
	}
	return g
}

func equal(a, b Edge) bool {
	return a.From == b.From && a.To == b.To && a.Protocol == b.Protocol && a.Port == b.Port && a.Resource == b.Resource
}

// On gives what was drawn for one host the host's name, so that it can be joined with others. What several hosts may share keeps its ID.
func (g Graph) On(name string) Graph {
	renamed := map[string]string{}
	out := Graph{Nodes: slices.Clone(g.Nodes), Edges: slices.Clone(g.Edges)}
	for i := range out.Nodes {
		n := &out.Nodes[i]
		if n.Host != "" || n.Kind != kindApplication && !n.Internal && !n.loopback() {
			continue
		}
		id := name + "/" + n.ID
		renamed[n.ID] = id
		n.ID, n.Host = id, name
	}
	for i := range out.Edges {
		e := &out.Edges[i]
		e.From, e.To = cmp.Or(renamed[e.From], e.From), cmp.Or(renamed[e.To], e.To)
	}
	return out
}
