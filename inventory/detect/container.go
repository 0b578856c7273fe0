package detect

import (
	"a2c/model"
)

// ContainerRemedy stands in each skip of what runs in a container.
const ContainerRemedy = "a2c inventory --include-containers lists it"

// inContainer says which container the application runs in, and whether it is left out for that: it has an image already. It is known, so
// nothing is incomplete.
func (f *finder) inContainer(a *model.App) bool {
	p := f.h.Process(a.ProcessID)
	c, err := p.Container()
	f.seen.of(f.h, p).skip("cgroup", err)
	if c == nil {
		return false
	}
	a.Container = c
	a.Evidence.Add("container", c.Evidence["engine"]...)
	if f.o.Containers {
		return false
	}
	s := model.Skip{What: "application in a container (" + c.Engine + ")", Reason: "it runs from an image already", Remedy: ContainerRemedy}
	if c.Engine == "unknown" {
		s.What, s.Reason = "application in a container (unknown engine)", "it has a root folder, mounts and process numbers of its own"
	}
	f.h.Skip(s)
	return true
}
