package inforce

import (
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// Bounds of the files of variables of a unit.
const (
	maxVariableFiles = 100
	maxVariableFile  = 1 << 20
)

// assigned is a variable as the unit of systemd sets it.
type assigned struct {
	text   string
	place  model.Place
	source model.Source
}

// unitVariables are the variables that the unit sets which started the application; of equal names the last counts, those of EnvironmentFile= after those
// of Environment= (systemd.exec(5)). The files may be newer than the process: who asks compares the values.
func (r *reader) unitVariables() map[string]assigned {
	start, out := r.s.App.Start, map[string]assigned{}
	if start.Mechanism != "systemd" {
		return out
	}
	u, err := host.ReadUnit(r.s.Host.Tree, host.SystemUnits(), start.Name)
	host.Apart(err, func(name string, err error) { r.unread(name, err) })
	set := func(name, text, file string, line int) {
		out[name] = assigned{text, model.Place{Kind: "env", Key: name, Path: model.Path(file), Line: line}, model.FromFile(model.Path(file), line)}
	}
	for _, s := range u.Values("Service.Environment") {
		for _, w := range parse.UnitWords(u.Expand(s.Value)) {
			name, text, _ := strings.Cut(w, "=")
			set(name, text, s.File, s.Line)
		}
	}
	for _, s := range u.Values("Service.EnvironmentFile") {
		name := strings.TrimPrefix(u.Expand(s.Value), "-")
		for _, file := range host.Glob(r.s.Host.Tree, name, maxVariableFiles, r.unread) {
			data, err := host.ReadFile(r.s.Host.Tree, file, maxVariableFile)
			if err != nil {
				r.unread(file, err)
				continue
			}
			variables, err := parse.EnvironmentFile(data)
			if err != nil {
				r.unread(file, err)
			}
			for _, v := range variables {
				set(v.Key, v.Value, file, v.Line)
			}
		}
	}
	return out
}
