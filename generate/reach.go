package generate

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"a2c/internal/term"
	"a2c/model"
)

// reaches lists what the application talks to, and what its role may need.
func (p *proposer) reaches() {
	p.d.Reaches, p.d.RoleActions = []model.Reach{}, []model.RoleActions{}
	for _, d := range p.analysis.AnalysisInfo.Dependencies {
		if !d.Remote() {
			continue
		}
		p.d.Reaches = append(p.d.Reaches, reach(d))
	}
	if len(p.d.Reaches) > 0 {
		p.because("reaches", "analysis.json: dependencies, by configuration and by connections; what is used seldom may be missing")
	}
	for _, s := range p.analysis.AnalysisInfo.AWSServices {
		if len(s.Actions) == 0 {
			continue
		}
		a := model.RoleActions{Service: s.Service, Actions: slices.Clone(s.Actions)}
		var why []string
		for _, from := range s.Evidence["service"] {
			why = append(why, string(from))
		}
		if s.Note != "" {
			why = append(why, s.Note)
		}
		a.Reason = strings.Join(why, "; ")
		p.d.RoleActions = append(p.d.RoleActions, a)
	}
	if len(p.d.RoleActions) > 0 {
		p.because("roleActions", "analysis.json: awsServices, by libraries, endpoints and connections: a proposal, to be held against what the application does")
	}
}

// reach is the far end of a dependency that is no part of the application.
func reach(d model.Dependency) model.Reach {
	r := model.Reach{Name: d.Name, Host: d.Host, Port: d.Port, Protocol: "tcp", Seen: d.Alive, Process: d.Process, Local: d.AppID != "" || d.Process != "", ApplicationID: d.AppID}
	if d.Protocol == "udp" {
		r.Protocol = "udp"
	}
	if r.Host == "" {
		r.Host = d.Addresses[0]
	}
	if len(d.Configured) > 0 {
		r.From = d.Configured[0].Key + " in " + string(d.Configured[0].Source)
	}
	r.Local = r.Local || loopback(r.Host) || slices.ContainsFunc(d.Addresses, loopback)
	return r
}

func loopback(host string) bool {
	a, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && a.Unmap().IsLoopback() || strings.EqualFold(host, "localhost")
}

// localReaches notes what a container does not find where the configuration says.
func (n *names) localReaches(d model.Deployment) {
	for _, r := range d.Reaches {
		if !r.Local {
			continue
		}
		who := "nothing was seen to answer there"
		if r.Process != "" {
			who = "there answers " + r.Process
		}
		seen := "it was connected when it was analyzed"
		if !r.Seen {
			seen = "it was not connected when it was analyzed, so that it may first fail later"
		}
		from := ""
		if r.From != "" {
			from = ", set by " + r.From
		}
		n.notes = append(n.notes, fmt.Sprintf("%s on the machine itself (%s%s): %s; %s. In a container that address is the container's own: run it beside, or give another address.",
			term.Safe(r.Name), term.Safe(r.Host), term.Safe(from), term.Safe(who), seen))
	}
}

// ends are the ports that have to be let out, with who is behind each: sorted by protocol and port.
func ends(d model.Deployment) []end {
	var list []end
	for _, r := range d.Reaches {
		if r.Local || r.Port == 0 {
			continue
		}
		e := end{protocol: cmp.Or(r.Protocol, "tcp"), port: r.Port, cidr: "0.0.0.0/0"}
		if a, err := netip.ParseAddr(r.Host); err == nil && a.Zone() == "" {
			e.cidr = netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()).String()
		}
		if !slices.Contains(list, e) {
			list = append(list, e)
		}
	}
	slices.SortFunc(list, func(a, b end) int {
		return cmp.Or(cmp.Compare(a.protocol, b.protocol), a.port-b.port, cmp.Compare(a.cidr, b.cidr))
	})
	return list
}

// end is the far end of connections. Of a name the addresses change: any is meant.
type end struct {
	protocol, cidr string
	port           int
}

// rolePolicy is the proposal for the task role: one statement for each service. Which resources are meant nobody knows here.
func rolePolicy(d model.Deployment) (policy, bool) {
	var list []statement
	ids := statementIDs(d)
	for i, a := range d.RoleActions {
		list = append(list, statement{Sid: ids[i], Effect: "Allow", Action: a.Actions, Resource: "*"})
	}
	return newPolicy(list...), len(list) > 0
}

// encode writes the policy, with nothing in it that a terminal would act on.
func (p policy) encode() ([]byte, error) {
	b, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write a policy: %w", err)
	}
	return append(term.EscapeJSON(b), '\n'), nil
}
