package host

import "a2c/parse"

// Maps reads /proc/PID/maps (proc_pid_maps(5)). parse.MappedFiles gives each file once.
func (p *Process) Maps() ([]parse.Map, error) {
	data, err := p.read("maps", largeFile)
	if err != nil {
		return nil, err
	}
	maps, err := parse.Maps(data)
	for i := range maps {
		maps[i].Path = p.inside(maps[i].Path)
	}
	return maps, wrap("read", p.path("maps"), err)
}
