// Package dependency finds what an application talks to, or is configured to talk to: other ends by their addresses in the configuration, joined with
// the connections that were seen. It asks no name server, unless its caller does so for it.
package dependency

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"a2c/analyze/config"
	"a2c/analyze/files"
	"a2c/analyze/subject"
	"a2c/analyze/traffic"
	"a2c/internal/resolver"
	"a2c/model"
	"a2c/parse"
)

// Input is what is known of the application.
type Input struct {
	Subject *subject.Subject
	Config  *config.Config
	Peers   []traffic.Peer
	Others  []files.Other // the other applications of this machine
	Mounts  []model.KernelUse
	InForce model.Configuration // what overrides what
	// Resolve asks the resolver for names, in their order; nil: nobody is asked.
	Resolve func(names []string) []resolver.Answer
}

// Find lists the dependencies, sorted.
func Find(in Input) []model.Dependency {
	f := &finder{Input: in, names: hosts(in.Subject), force: readInForce(in.InForce), index: map[place]*found{}, answers: map[string][]string{}}
	f.settings()
	f.arguments()
	f.split()
	f.absorb()
	f.mounts()
	f.resolve()
	f.embedded()
	f.connections()
	f.listening()
	out := []model.Dependency{}
	for _, c := range f.list {
		if c.weak && !c.doc.Alive {
			continue
		}
		out = append(out, c.document())
	}
	slices.SortStableFunc(out, func(a, b model.Dependency) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Protocol, b.Protocol))
	})
	return out
}

// finder collects.
type finder struct {
	Input
	names   map[string][]string // of /etc/hosts
	answers map[string][]string // of the resolver
	list    []*found
	index   map[place]*found // of what settings name
	force   inForce
}

// place is what makes two endpoints one dependency.
type place struct {
	host, protocol, resource string
	port                     int
	internal                 bool
}

// found is a dependency in the making.
type found struct {
	doc   model.Dependency
	weak  bool                    // named by keys that do not tell what it is: kept only when a connection shows that it is an other end
	asked bool                    // its addresses are the resolver's
	from  map[string]model.Source // of single fields, where not the configuration tells
}

// most bounds the list: a hostile configuration names as many as it likes.
const most = 10_000

// put adds an endpoint that a setting names.
func (f *finder) put(e parse.Endpoint, key string, from model.Source, weak bool) *found {
	f.alias(&e)
	at := model.Configured{Key: parse.RedactText(key), Source: from}
	is := place{e.Host, e.Protocol, e.Resource, e.Port, e.Internal}
	if c := f.index[is]; c != nil {
		if !slices.Contains(c.doc.Configured, at) {
			c.doc.Configured = append(c.doc.Configured, at)
		}
		c.weak = c.weak && weak
		c.doc.Product = cmp.Or(c.doc.Product, e.Product)
		return c
	}
	if len(f.list) >= most {
		return nil
	}
	c := &found{weak: weak, from: map[string]model.Source{}}
	c.doc.Kind, c.doc.Product, c.doc.Protocol, c.doc.Host, c.doc.Port, c.doc.Resource, c.doc.Internal = e.Kind, e.Product, e.Protocol, e.Host, e.Port, e.Resource, e.Internal
	c.doc.Direction = "out"
	if e.Both {
		c.doc.Direction = "both"
	}
	c.doc.Configured = []model.Configured{at}
	c.doc.Addresses = f.addresses(e.Host)
	f.list = append(f.list, c)
	f.index[is] = c
	return c
}

// alias words equal things equally.
func (f *finder) alias(e *parse.Endpoint) {
	if !e.Internal {
		e.Host = strings.ToLower(e.Host)
		if strings.HasPrefix(e.Host, "${") {
			e.Host = strings.TrimSpace(e.Host)
		}
	}
}

// settings reads the values that name other ends by their form.
func (f *finder) settings() {
	for _, v := range f.Config.Settings {
		if f.unrelated(v) {
			continue
		}
		for _, e := range parse.Endpoints(v.Key, f.Config.Expand(v.Value)) {
			if !f.own(e) {
				f.put(e, v.Key, v.Source, false)
			}
		}
	}
}

// arguments reads the command line's words that are no settings.
func (f *finder) arguments() {
	for i, a := range f.Subject.Main.Args() {
		if i == 0 || strings.HasPrefix(a, "-") {
			continue
		}
		for _, e := range parse.Endpoints("", a) {
			if !f.own(e) {
				f.put(e, "argument", model.FromArg(f.Subject.Main.PID, i), false)
			}
		}
	}
}

// parts are a host, a port and a name that stand in keys of their own.
type parts struct {
	host             config.Setting
	port, name       string
	portFrom, nameAt *config.Setting
}

// split joins keys that hold one part of an address each.
func (f *finder) split() {
	groups := map[string]*parts{}
	var order []string
	of := func(stem string, v config.Setting) *parts {
		stem = v.File + "\x00" + stem
		if groups[stem] == nil {
			groups[stem] = &parts{}
			order = append(order, stem)
		}
		return groups[stem]
	}
	for _, v := range f.Config.Settings {
		stem, part := parse.KeyPart(v.Key)
		if part == "" || f.unrelated(v) || shippedDefault(v) {
			continue
		}
		switch p, value := of(stem, v), strings.TrimSpace(f.Config.Expand(v.Value)); part {
		case "host":
			p.host = v
			p.host.Value = value
		case "port":
			p.port, p.portFrom = value, &v
		case "name":
			p.name, p.nameAt = value, &v
		}
	}
	for _, stem := range order {
		f.join(groups[stem])
	}
}

func (f *finder) join(p *parts) {
	if p.host.Value == "" {
		return
	}
	port, err := strconv.Atoi(p.port)
	if err != nil || port < 0 || port > 65535 {
		port = 0
	}
	e, ok := parse.HostEndpoint(p.host.Key, p.host.Value, port, p.name)
	if !ok || f.own(e) {
		return
	}
	c := f.put(e, p.host.Key, p.host.Source, e.Kind == model.DependsOther)
	for _, v := range []*config.Setting{p.portFrom, p.nameAt} {
		if c != nil && v != nil {
			if at := (model.Configured{Key: parse.RedactText(v.Key), Source: v.Source}); !slices.Contains(c.doc.Configured, at) {
				c.doc.Configured = append(c.doc.Configured, at)
			}
		}
	}
}

// mounts are the servers of file systems that the application's files lie on.
func (f *finder) mounts() {
	for _, m := range f.Mounts {
		fs, source, _ := strings.Cut(m.Detail, " ")
		e, ok := parse.MountEndpoint(fs, source)
		if !ok {
			continue
		}
		from := model.Derived("mount")
		if list := m.Evidence["name"]; len(list) > 0 {
			from = list[0]
		}
		if c := f.put(e, "mount "+m.Name, from, false); c != nil {
			c.doc.Alive = true
			c.from["alive"] = from
		}
	}
}

// document names it and says where each field comes from.
func (c *found) document() model.Dependency {
	d := c.doc
	d.Name = Name(d)
	d.Evidence = nil
	if d.Configured == nil {
		d.Configured = []model.Configured{}
	}
	var at []model.Source
	for _, v := range d.Configured {
		at = append(at, v.Source)
	}
	for field, set := range map[string]bool{
		"name": true, "kind": true, "product": d.Product != "", "protocol": true, "direction": true, "host": d.Host != "", "port": d.Port != 0, "resource": d.Resource != "",
		"internal": d.Internal, "addresses": len(d.Addresses) > 0, "configured": len(d.Configured) > 0, "alive": d.Alive, "process": d.Process != "", "applicationId": d.AppID != "",
	} {
		if !set {
			continue
		}
		if field == "addresses" && c.asked {
			d.Evidence.Add(field, model.FromResolver())
		}
		if from := c.from[field]; from != "" {
			d.Evidence.Add(field, from)
		} else if len(at) > 0 {
			d.Evidence.Add(field, at...)
		} else {
			d.Evidence.Add(field, c.from["alive"])
		}
	}
	return d
}

// Name is what people call it.
func Name(d model.Dependency) string {
	what := cmp.Or(d.Product, strings.ToUpper(d.Protocol))
	if d.Resource != "" {
		what += " " + d.Resource
	}
	host := d.Host
	if host == "" && len(d.Addresses) > 0 {
		host = d.Addresses[0]
	}
	switch {
	case d.Internal:
		return what + ", embedded"
	case host == "":
		return what
	case d.Port == 0:
		return what + " at " + host
	case strings.Contains(host, ":"):
		return what + " at [" + host + "]:" + strconv.Itoa(d.Port)
	}
	return what + " at " + host + ":" + strconv.Itoa(d.Port)
}
