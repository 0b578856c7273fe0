package parse

import (
	"slices"
	"strconv"
	"strings"
)

// UserUnit returns the unit of a user's own manager that the process is part of (systemd --user), and whose:
//
//	0::/user.slice/user-1000.slice/user@1000.service/app.slice/shop.service   // shop.service, 1000
func UserUnit(list []Cgroup) (unit string, uid, line int) {
	for _, c := range list {
		if c.Hierarchy != 0 && !slices.Equal(c.Controllers, []string{"name=systemd"}) {
			continue
		}
		parts := strings.Split(c.Path, "/")
		manager := slices.IndexFunc(parts, func(p string) bool { return strings.HasPrefix(p, "user@") && strings.HasSuffix(p, ".service") })
		if manager < 0 {
			continue
		}
		id, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(parts[manager], "user@"), ".service"))
		if err != nil {
			continue
		}
		for _, p := range slices.Backward(parts[manager+1:]) {
			if p == "init.scope" {
				break
			}
			if strings.HasSuffix(p, ".service") || strings.HasSuffix(p, ".scope") {
				return p, id, c.Line
			}
		}
	}
	return "", 0, 0
}

// Session returns the login session that the process is part of: "session-3.scope".
func Session(list []Cgroup) (scope string, line int) {
	for _, c := range list {
		for p := range strings.SplitSeq(c.Path, "/") {
			if strings.HasPrefix(p, "session-") && strings.HasSuffix(p, ".scope") {
				return p, c.Line
			}
		}
	}
	return "", 0
}
