package detect

import (
	"context"
	"slices"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// javaJBoss is WildFly, JBoss EAP or JBoss AS 7. A standalone server is one application. In domain mode each server of the host is one, and the process
// controller and host controller together are another, which serves the management interface: servers could run without them.
type javaJBoss struct{ onJVM }

var _ Detector = javaJBoss{}

// The modules that JBoss Modules starts.
const (
	jbossStandalone = parse.JBossStandalone
	jbossProcess    = parse.JBossProcess
	jbossHost       = parse.JBossHost
	jbossServer     = parse.JBossServerMain
)

// Name is App2Container's application type.
func (javaJBoss) Name() string { return "java-jboss" }

// Detect wants JBoss Modules with a module that is a server or a controller: the command line interface and the like have others.
func (d javaJBoss) Detect(_ context.Context, h *host.Host, g host.Group) ([]model.App, error) {
	b := d.jboss(h, g.Main)
	switch {
	case b == nil:
		return nil, ErrNotMine
	case b.module.Value == jbossStandalone:
		return []model.App{b.standalone().app(d.Name(), g, b.why()...)}, nil
	}
	return d.domain(h, g), nil
}

// jboss is a process that is part of a WildFly, nil for any other.
func (d javaJBoss) jboss(h *host.Host, p *host.Process) *jboss {
	if p == nil || !mayBeJVM(p) {
		return nil
	}
	j := d.seen.of(h, p).jvm()
	if j == nil {
		return nil
	}
	return newJBoss(j)
}

// domain parts a group's processes into the servers and the controllers. A process that is neither belongs to what started it.
func (d javaJBoss) domain(h *host.Host, g host.Group) []model.App {
	var units []*jbossUnit
	owner := map[int]*jbossUnit{}
	control := &jbossUnit{}
	for _, p := range topDown(g) {
		b := d.jboss(h, p)
		unit := owner[p.PPID]
		switch {
		case b == nil && unit == nil:
			unit = control
		case b == nil:
		case b.module.Value == jbossServer:
			unit = &jbossUnit{main: b}
			units = append(units, unit)
		default:
			if unit = control; unit.main == nil || b.module.Value == jbossHost {
				unit.main = b
			}
		}
		owner[p.PID] = unit
		unit.members = append(unit.members, p)
	}
	if control.main != nil {
		units = append([]*jbossUnit{control}, units...)
	}
	var apps []model.App
	for _, u := range units {
		s := d.domainOf(h, u.main).serves(u.main)
		apps = append(apps, s.app(d.Name(), u.group(g), u.main.why()...))
	}
	return apps
}

// jbossUnit is one application of a domain: its main process and all that belongs to it.
type jbossUnit struct {
	main    *jboss
	members []*host.Process
}

// group is the unit as a group of its own; what launched the whole is part of the unit that has the group's main process.
func (u *jbossUnit) group(whole host.Group) host.Group {
	g := host.Group{Main: u.main.Process}
	for _, p := range u.members {
		if p.PID != g.Main.PID {
			g.Children = append(g.Children, p)
		}
		if p.PID == whole.Main.PID {
			g.Launchers = whole.Launchers
		}
	}
	return g
}

// topDown lists a group's processes, parents first.
func topDown(g host.Group) []*host.Process {
	list := []*host.Process{g.Main}
	rest := slices.Clone(g.Children)
	for i := 0; i < len(list); i++ {
		rest = slices.DeleteFunc(rest, func(p *host.Process) bool {
			below := p.PPID == list[i].PID
			if below {
				list = append(list, p)
			}
			return below
		})
	}
	return append(list, rest...)
}
