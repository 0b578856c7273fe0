package verify

import (
	"fmt"
	"slices"

	"a2c/model"
)

// target is one TCP port that is compared.
type target struct {
	port     int
	inside   bool           // open on loopback only, on purpose
	live     model.Listener // the original
	known    bool           // there is an original
	scheme   string         // "http", "https"; "": it is only connected to
	requests []Request
	upgrades []Request // to WebSockets
	name     string    // what the application calls its host; "": it answers to its address
}

// ports are the image's; before there is one, the live application's.
func (r *run) ports() []model.Listener {
	if r.o.Image.Digest == "" && len(r.o.Image.Needs.Ports) == 0 {
		return r.live.app.Listeners
	}
	return r.o.Image.Needs.Ports
}

// asked reports whether the port is sent requests.
func (t target) asked() bool { return t.scheme != "" && t.known }

// targets are the image's TCP ports, the main one first, with what each is asked. Skips name what is not compared.
func (r *run) targets() (list []target, skips []model.Skip, err error) {
	asked := map[int]bool{}
	for _, q := range r.o.Requests {
		asked[q.Port] = true
	}
	for _, p := range r.ports() {
		if p.Protocol != "tcp" {
			skips = append(skips, model.Skip{What: fmt.Sprintf("port %d/%s", p.Port, p.Protocol), Reason: "only TCP ports are compared"})
			continue
		}
		if slices.ContainsFunc(list, func(t target) bool { return t.port == p.Port }) {
			continue // the same port on another address or family
		}
		t := target{port: p.Port, inside: p.Loopback()}
		t.live, t.known = r.live.listener(p.Port)
		t.scheme = scheme(t.live.Purpose)
		if t.scheme == "" && asked[p.Port] {
			t.scheme = "http"
		}
		list = append(list, t)
	}
	for _, l := range r.live.app.Listeners {
		if l.Ephemeral && !slices.ContainsFunc(r.ports(), func(p model.Listener) bool { return p.Port == l.Port && p.Protocol == l.Protocol }) {
			skips = append(skips, model.Skip{What: fmt.Sprintf("port %d/%s", l.Port, l.Protocol), Reason: "the kernel chose it for this start of the live application; the image's is another"})
		}
	}
	main := r.mainPort(list)
	slices.SortStableFunc(list, func(a, b target) int {
		switch {
		case a.port == b.port:
			return 0
		case a.port == main:
			return -1
		case b.port == main:
			return 1
		}
		return a.port - b.port
	})
	if err := assign(list, r.o.Requests, main); err != nil {
		return nil, nil, err
	}
	return list, skips, nil
}

// mainPort is the one the user names (--port, applicationPort), else the first that speaks HTTP, else the first.
func (r *run) mainPort(list []target) int {
	if r.o.Port != 0 {
		return r.o.Port
	}
	if p := r.o.Analysis.ContainerParameters.ApplicationPort; p != 0 {
		return p
	}
	for _, purpose := range []string{"http", "https", "management"} {
		for _, t := range list {
			if t.live.Purpose == purpose {
				return t.port
			}
		}
	}
	if len(list) > 0 {
		return list[0].port
	}
	return 0
}

// assign gives each request to its port.
func assign(list []target, requests []Request, main int) error {
	for _, q := range requests {
		if q.Port == 0 {
			q.Port = main
		}
		i := slices.IndexFunc(list, func(t target) bool { return t.port == q.Port })
		if i < 0 {
			return fmt.Errorf("path %s: the image has no TCP port %d", model.Path(q.Path), q.Port)
		}
		if list[i].scheme == "" {
			list[i].scheme = "http"
		}
		if q.WebSocket {
			list[i].upgrades = append(list[i].upgrades, q)
			continue
		}
		list[i].requests = append(list[i].requests, q)
	}
	for i, t := range list {
		if t.port == main && t.scheme == "" && (t.live.Purpose == "" || !t.known) {
			list[i].scheme = "http" // the application's own port: what else would a user name?
		}
	}
	return nil
}

// scheme of a listener's purpose (model.Listener). Nothing is sent to a port of another purpose, or of none.
func scheme(purpose string) string {
	switch purpose {
	case "http", "management":
		return "http"
	case "https":
		return "https"
	}
	return ""
}
