package proof

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"a2c/inventory/host"
	"a2c/parse"
	"a2c/proof/servers"
)

// needPorts ends the test when something listens on a port of the layouts: their server could not start, or it would answer in its place.
func needPorts(t *testing.T, list []servers.Server) {
	t.Helper()
	tree, err := host.Machine("/")
	if err != nil {
		t.Fatal(err)
	}
	h, err := host.Read(t.Context(), tree)
	if err != nil {
		t.Fatal(err)
	}
	own, err := h.OwnNamespace("net")
	if err != nil {
		t.Fatal(err)
	}
	var taken []string
	for _, p := range h.Processes {
		if ns, err := p.Namespace("net"); err != nil || ns != own {
			continue // it ended, or has ports of its own
		}
		if ports := portsOf(p, list); len(ports) > 0 {
			taken = append(taken, fmt.Sprintf("  process %d (%.200s) listens on %s", p.PID, fmt.Sprintf("%q", strings.Join(p.Args(), " ")), strings.Join(ports, ", ")))
		}
	}
	if len(taken) > 0 {
		t.Fatalf("ports that belong to the proof's servers are taken:\n%s\nend these processes, or choose other servers (SERVERS='regular expression of names'), then run the proof again", strings.Join(taken, "\n"))
	}
}

// portsOf lists the layouts' ports on which the process listens: "127.0.0.1:18300 of tomcat-base".
func portsOf(p *host.Process, list []servers.Server) []string {
	sockets, err := p.Sockets()
	if err != nil {
		return nil // it ended
	}
	var ports []string
	for _, s := range sockets {
		at := slices.IndexFunc(list, func(l servers.Server) bool { return l.Owns(int(s.Local.Port())) })
		if at >= 0 && s.State == parse.Listen {
			ports = append(ports, fmt.Sprintf("%s of %s", s.Local, list[at].Name))
		}
	}
	slices.Sort(ports)
	return ports
}
