package check

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"

	"a2c/model"
)

func loopbackPeer() Rule {
	return Rule{
		ID:       "fargate.loopback-peer",
		Title:    "It needs no other service on the loopback address",
		Remedy:   "Run the other service in the same task (localhost works there), or as a service of its own and name its address in the configuration.",
		Source:   "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html",
		Targets:  []string{ECSFargate, EKSFargate},
		Severity: model.Breaks,
		Run: func(s *Subject, r Reporter) {
			info := s.App.AnalysisInfo
			found := false
			for _, p := range info.Peers {
				if !onLoopback(p.Address) || listensAt(info.App, p.Port, p.Protocol) {
					continue
				}
				found = true
				sources := at(p.Evidence)
				for _, d := range info.Dependencies {
					if d.Port == p.Port && d.Has(p.Address) {
						sources = append(sources, configured(d)...)
					}
				}
				r.Fail(fmt.Sprintf("it is connected to %s at %s of this host", cmp.Or(safe(p.Process), "a service"), endpoint(p.Address, p.Port)), sources...)
			}
			found = loopbackConfigured(info, r) || found
			if !found {
				unseen(s, r, "peers")
			}
		},
	}
}

// loopbackConfigured judges the services that the configuration names at the loopback address and that no connection leads to now.
func loopbackConfigured(info model.AnalysisInfo, r Reporter) bool {
	found := false
	for _, d := range info.Dependencies {
		local := len(d.Addresses) > 0 && !slices.ContainsFunc(d.Addresses, func(a string) bool { return !onLoopback(a) })
		if !local || d.Internal || d.Alive || len(d.Configured) == 0 || listensAt(info.App, d.Port, transport(d)) {
			continue
		}
		found = true
		if who := cmp.Or(d.Process, d.AppID); who != "" {
			r.Fail(fmt.Sprintf("its configuration names %s of this host, where %s listens; no connection was seen", safe(d.Name), safe(who)), configured(d)...)
			continue
		}
		r.CannotTell(fmt.Sprintf("its configuration names %s of this host, where nobody listened", safe(d.Name)), "whether that is in use: run a2c analyze while the other service runs, or take the setting out", configured(d)...)
	}
	return found
}

// configured are the places that name a dependency.
func configured(d model.Dependency) []model.Source {
	var list []model.Source
	for _, c := range d.Configured {
		list = append(list, c.Source)
	}
	return list
}

// transport is what carries a dependency's protocol.
func transport(d model.Dependency) string {
	if d.Protocol == "udp" {
		return "udp"
	}
	return "tcp"
}

func onLoopback(address string) bool {
	a, err := netip.ParseAddr(address)
	return err == nil && a.Unmap().IsLoopback()
}

// listensAt reports whether the application itself listens at a port.
func listensAt(a model.App, port int, protocol string) bool {
	return slices.ContainsFunc(a.Listeners, func(l model.Listener) bool { return l.Port == port && l.Protocol == protocol })
}
