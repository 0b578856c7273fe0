package parse

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Cgroup is one line of /proc/PID/cgroup (cgroups(7)):
//
//	4:memory:/system.slice/tomcat10.service
//	1:name=systemd:/system.slice/tomcat10.service
//	0::/system.slice/tomcat10.service
type Cgroup struct {
	Hierarchy   int      // 0: version 2
	Controllers []string // nil in version 2; "name=systemd" for a named one
	Path        string   // raw; may hold colons
	Line        int
}

// Cgroups reads the whole file.
func Cgroups(data []byte) ([]Cgroup, error) {
	var list []Cgroup
	n := 0
	for line := range strings.Lines(string(data)) {
		n++
		f := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		if len(f) < 3 {
			return nil, fmt.Errorf("cgroup line %d: %q has not three fields", n, line)
		}
		id, err := strconv.Atoi(f[0])
		if err != nil {
			return nil, fmt.Errorf("cgroup line %d: %w", n, err)
		}
		c := Cgroup{Hierarchy: id, Path: f[2], Line: n}
		if f[1] != "" {
			c.Controllers = strings.Split(f[1], ",")
		}
		list = append(list, c)
	}
	return list, nil
}

// SystemdUnit returns the service or scope that systemd made the process part of, and the line that says so; "" and 0 when there is none.
// Login sessions (session-3.scope) and user managers (user@1000.service) are no units of an application.
func SystemdUnit(list []Cgroup) (unit string, line int) {
	for _, c := range list {
		systemd := c.Hierarchy == 0 || slices.Equal(c.Controllers, []string{"name=systemd"})
		if u := unitOf(c.Path); systemd && u != "" {
			return u, c.Line
		}
	}
	return "", 0
}

func unitOf(path string) string {
	parts := strings.Split(path, "/")
	for _, p := range slices.Backward(parts) {
		if strings.HasPrefix(p, "session-") || strings.HasPrefix(p, "user@") || p == "init.scope" {
			return ""
		}
		if strings.HasSuffix(p, ".service") || strings.HasSuffix(p, ".scope") {
			return p
		}
	}
	return ""
}
