package host

import (
	"strconv"

	"a2c/model"
	"a2c/parse"
)

// Cgroups reads /proc/PID/cgroup (cgroups(7)): version 1, 2 or hybrid.
func (p *Process) Cgroups() ([]parse.Cgroup, error) {
	data, err := p.read("cgroup", smallFile)
	if err != nil {
		return nil, err
	}
	list, err := parse.Cgroups(data)
	return list, wrap("read", p.path("cgroup"), err)
}

// Unit is the systemd service or scope that the process runs in, by its cgroup, with the line that says so; "" when there is none.
func (p *Process) Unit() (string, model.Source, error) {
	list, err := p.Cgroups()
	if err != nil {
		return "", "", err
	}
	unit, line := parse.SystemdUnit(list)
	if unit == "" {
		return "", "", nil
	}
	return unit, model.FromProc(p.PID, "cgroup:"+strconv.Itoa(line)), nil
}
