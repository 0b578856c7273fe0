package host

import (
	"strconv"
	"strings"
)

// Label reads /proc/PID/attr/current (proc_pid_attr(5)): what the security module calls the process. "" where there is no module.
//
//	system_u:system_r:tomcat_t:s0
//	/usr/sbin/shop (enforce)
func (p *Process) Label() (string, error) {
	data, err := p.read("attr/current", smallFile)
	if err != nil {
		return "", err
	}
	return strings.TrimRight(string(data), "\x00\n"), nil
}

// OOMScoreAdj reads /proc/PID/oom_score_adj (proc_pid_oom_score_adj(5)).
func (p *Process) OOMScoreAdj() (int, error) {
	data, err := p.read("oom_score_adj", smallFile)
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(data)))
	return n, wrap("read", p.path("oom_score_adj"), err)
}
