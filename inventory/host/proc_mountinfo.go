package host

import "a2c/parse"

// Mountinfo reads /proc/PID/mountinfo (proc_pid_mountinfo(5)): the mounts of the process's own namespace.
func (p *Process) Mountinfo() ([]parse.Mount, error) {
	data, err := p.read("mountinfo", largeFile)
	if err != nil {
		return nil, err
	}
	mounts, err := parse.Mountinfo(data)
	return mounts, wrap("read", p.path("mountinfo"), err)
}
