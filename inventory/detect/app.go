package detect

import (
	"path"
	"slices"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// app is a new application of the group with all that does not depend on its kind. why is what made the detector sure.
func (v *view) app(kind string, g host.Group, why ...model.Source) model.App {
	a := model.App{ProcessID: v.PID, ApplicationType: kind, Cmdline: parse.Cmdline(v.Args())}
	a.Evidence.Add("processId", model.FromProc(v.PID, "stat"))
	a.Evidence.Add("cmdline", model.FromProc(v.PID, "cmdline"))
	a.Evidence.Add("applicationType", why...)
	claimed := v.claims(v.helps(&a, g))
	for _, p := range claimed {
		a.Processes = append(a.Processes, p.PID)
		a.Evidence.Add("processes", model.FromProc(p.PID, "stat"))
	}
	a.Evidence.Add("processes", v.wrapperFile(g)...)
	user, err := v.User()
	v.skip("status", err)
	a.User = user
	listeners, err := v.h.Listeners(claimed...)
	v.skip("fd", err)
	a.Listeners = append([]model.Listener{}, listeners...) // never null
	if a.StartedAt, err = v.StartTime(); err == nil {
		a.Evidence.Add("startedAt", model.FromProc(v.PID, "stat"), "/proc/stat")
		a.StartMark = host.StartMark(v.h.Tree, v.Start)
	} else {
		v.skip("stat", err)
	}
	v.namespace(&a)
	return a
}

// claims are the processes of the application, ascending: the main one, what it started, and what only started it. A launcher that
// also started something else, or is somebody's interactive shell, is no part of the application.
func (v *view) claims(g host.Group) []*host.Process {
	claimed := append([]*host.Process{g.Main}, g.Children...)
	for _, l := range g.Launchers {
		if len(v.h.ChildrenOf(l.PID)) > 1 || len(l.Args()) < 2 {
			break
		}
		claimed = append(claimed, l)
	}
	slices.SortFunc(claimed, func(a, b *host.Process) int { return a.PID - b.PID })
	return claimed
}

func (v *view) namespace(a *model.App) {
	own, err := v.h.OwnNamespace("net")
	v.skip("ns/net", err)
	theirs, err2 := v.Namespace("net")
	v.skip("ns/net", err2)
	if err != nil || err2 != nil {
		return
	}
	a.NetNamespace, a.Foreign = theirs, theirs != own
	a.Evidence.Add("netNamespace", model.FromProc(v.PID, "ns/net"))
	if a.Foreign {
		a.Evidence.Add("foreignNamespace", model.FromProc(v.PID, "ns/net"), "/proc/1/ns/net")
	}
}

// named sets name, artifact and base, all from the same sources.
func named(a *model.App, name, artifact, base string, from ...model.Source) {
	a.Name, a.Artifact, a.Base = name, model.Path(artifact), model.Path(base)
	for field, value := range map[string]string{"name": name, "artifact": artifact, "base": base} {
		if value != "" {
			a.Evidence.Add(field, from...)
		}
	}
}

// setField sets a string field of the model with its evidence, unless there is nothing to set.
func setField[S ~string](field *S, e *model.Evidence, name, value string, from ...model.Source) {
	if value == "" {
		return
	}
	*field = S(value)
	e.Add(name, from...)
}

// stem is a file's name without folder and extension.
func stem(name string) string {
	base := path.Base(name)
	return base[:len(base)-len(path.Ext(base))]
}
