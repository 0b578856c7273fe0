package host

import "a2c/parse"

// Limits reads /proc/PID/limits (proc_pid_limits(5)).
func (p *Process) Limits() ([]parse.Limit, error) {
	data, err := p.read("limits", smallFile)
	if err != nil {
		return nil, err
	}
	limits, err := parse.Limits(data)
	return limits, wrap("read", p.path("limits"), err)
}
