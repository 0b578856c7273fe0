package model

import "slices"

// How often a check is asked, how long it may take, and how many failures in a row make a container unhealthy: in an image and in a task definition.
const (
	HealthIntervalSeconds = 30
	HealthTimeoutSeconds  = 5
	HealthRetries         = 3
)

// Served are the listeners that others are meant to reach, each port once: main, the port that the user names, first, then those of HTTP, then the rest, each
// by number. Those for operators (shutdown, JMX, debug, AJP, management) are none unless one is main.
func Served(ports []Listener, main int) []Listener {
	var out []Listener
	for _, l := range ports {
		known := slices.ContainsFunc(out, func(o Listener) bool { return o.Port == l.Port && o.Protocol == l.Protocol })
		if !known && !l.Loopback() && !l.Operators(main) {
			out = append(out, l)
		}
	}
	rank := func(l Listener) int {
		switch {
		case l.Port == main:
			return 0
		case l.Protocol != "udp" && (l.Purpose == "http" || l.Purpose == "https"):
			return l.Port
		}
		return l.Port + 1<<16
	}
	slices.SortStableFunc(out, func(a, b Listener) int { return rank(a) - rank(b) })
	return out
}

// Operators reports whether a port is for those who run the application, and not main.
func (l Listener) Operators(main int) bool {
	return l.Port != main && slices.Contains([]string{"shutdown", "jmx", "debug", "ajp", "management"}, l.Purpose)
}

// StartSeconds is how long a start may take where none was measured.
func (r Runtime) StartSeconds() int {
	if r.Kind == "jvm" {
		return 120
	}
	return 60
}
