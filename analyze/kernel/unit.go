package kernel

import (
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// unitSetting is one assignment of the main process's systemd unit or of a drop-in.
type unitSetting struct {
	parse.Setting
	file string
}

func (u unitSetting) source() model.Source { return model.FromFile(model.Path(u.file), u.Line) }

// maxUnit bounds a unit file.
const maxUnit = 1 << 20

// readUnit reads the unit and its drop-ins as files (systemd.unit(5), "Unit File Load Path"); nothing is asked of systemd. nil: it runs in no
// service.
func (l *looker) readUnit() []unitSetting {
	unit, _, err := l.s.Main.Unit()
	if err != nil || !strings.HasSuffix(unit, ".service") {
		return nil
	}
	names := []string{unit}
	if i := strings.IndexByte(unit, '@'); i > 0 {
		names = append(names, unit[:i+1]+path.Ext(unit)) // the template
	}
	dirs := []string{"/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"}
	var out []unitSetting
	for _, name := range names {
		if found := l.firstUnit(dirs, name); found != nil {
			out = append(out, found...)
			break
		}
	}
	for _, f := range l.dropIns(dirs, names) {
		out = append(out, l.unitFile(f)...)
	}
	return out
}

// dropIns lists NAME.d/*.conf in the order in which they work: by file name; of equal ones the folder that comes first wins.
func (l *looker) dropIns(dirs, names []string) []string {
	byName := map[string]string{}
	for _, name := range slices.Backward(append(names, "service")) {
		for _, dir := range slices.Backward(dirs) {
			list, err := l.s.Host.Tree.ReadDir(path.Join(dir, name+".d"))
			if err != nil {
				continue // most units have none
			}
			for _, e := range list {
				if strings.HasSuffix(e.Name, ".conf") {
					byName[e.Name] = path.Join(dir, name+".d", e.Name)
				}
			}
		}
	}
	var files []string
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		files = append(files, byName[name])
	}
	return files
}

func (l *looker) firstUnit(dirs []string, name string) []unitSetting {
	for _, dir := range dirs {
		if found := l.unitFile(path.Join(dir, name)); found != nil {
			return found
		}
	}
	return nil
}

func (l *looker) unitFile(name string) []unitSetting {
	data, err := host.ReadFile(l.s.Host.Tree, name, maxUnit)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			l.s.Skip(model.Skip{What: "systemd unit", Path: model.Path(name), Reason: host.Reason(err), Incomplete: true})
		}
		return nil
	}
	out := []unitSetting{}
	for _, v := range parse.Unit(data) {
		out = append(out, unitSetting{v, name})
	}
	return out
}

// unitValues are the assignments of one key of [Service] that are in force: an empty one clears those before it.
func (l *looker) unitValues(key string) []unitSetting {
	var out []unitSetting
	for _, v := range l.unit {
		if v.Key != "Service."+key {
			continue
		}
		if v.Value == "" {
			out = nil
			continue
		}
		out = append(out, v)
	}
	return out
}
