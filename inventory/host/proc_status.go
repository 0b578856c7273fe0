package host

import "a2c/parse"

// Status reads /proc/PID/status (proc_pid_status(5)): IDs, groups, memory, capabilities, umask.
func (p *Process) Status() (parse.ProcStatus, error) {
	data, err := p.read("status", statusLimit)
	if err != nil {
		return parse.ProcStatus{}, err
	}
	s, err := parse.Status(data)
	return s, wrap("read", p.path("status"), err)
}
