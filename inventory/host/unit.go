package host

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"a2c/model"
	"a2c/parse"
)

// Unit is a unit of systemd as its files describe it (systemd.unit(5)); nothing is asked of systemd.
type Unit struct {
	Name string // "shop@blue.service"
	// Template is "shop@.service" and Instance "blue" for an instance of a template; both "" otherwise.
	Template, Instance string
	File               string        // "" when there is none: a transient unit of a manager that keeps it in memory, or one that was removed
	DropIns            []string      // in the order in which they work
	Settings           []UnitSetting // of File, then of DropIns; specifiers as written
}

// UnitSetting is one assignment.
type UnitSetting struct {
	parse.Setting        // Key is "Service.LimitNOFILE"
	File          string // where it stands
}

// Source is the line.
func (s UnitSetting) Source() model.Source { return model.FromFile(model.Path(s.File), s.Line) }

// Bounds of a unit: a user's manager reads what the user wrote.
const (
	maxUnit         = 1 << 20 // bytes of one file
	maxDropIns      = 200
	maxUnitBytes    = 4 << 20 // of what all files set
	maxUnitSettings = 20_000
)

var errUnitTooLarge = fmt.Errorf("more than %d drop-ins, %d settings or %d bytes of one unit: this and what follows is not read", maxDropIns, maxUnitSettings, maxUnitBytes)

// SystemUnits is the load path of the system's manager, first wins (systemd.unit(5), "Unit File Load Path"; path-lookup.c). /lib stands
// for systems whose /lib is no link to usr/lib.
func SystemUnits() []string {
	return []string{
		"/etc/systemd/system.control", "/run/systemd/system.control", "/run/systemd/transient", "/run/systemd/generator.early",
		"/etc/systemd/system", "/etc/systemd/system.attached", "/run/systemd/system", "/run/systemd/system.attached", "/run/systemd/generator",
		"/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system", "/run/systemd/generator.late",
	}
}

// UserUnits is the load path of a user's manager.
func UserUnits(home, runtime string) []string {
	return []string{
		path.Join(home, ".config/systemd/user.control"), path.Join(runtime, "systemd/user.control"), path.Join(runtime, "systemd/transient"),
		path.Join(home, ".config/systemd/user"), "/etc/systemd/user", path.Join(runtime, "systemd/user"), "/run/systemd/user", path.Join(runtime, "systemd/generator"),
		path.Join(home, ".local/share/systemd/user"), "/usr/local/lib/systemd/user", "/usr/lib/systemd/user", "/lib/systemd/user",
	}
}

// ReadUnit reads a unit and its drop-ins from the folders of a load path. A unit without files is no error: File is "". A file that is
// there and cannot be read is left out, and a part of the error, which wraps each.
func ReadUnit(t Tree, dirs []string, name string) (*Unit, error) {
	u := &Unit{Name: name}
	names := []string{name}
	if at := strings.IndexByte(name, '@'); at > 0 {
		ext := path.Ext(name)
		u.Template, u.Instance = name[:at+1]+ext, strings.TrimSuffix(name[at+1:], ext)
		names = append(names, u.Template)
	}
	var problems error
	for _, n := range names {
		for _, dir := range dirs {
			if u.File != "" {
				break
			}
			problems = errors.Join(problems, u.add(t, path.Join(dir, n), func(file string) { u.File = file }))
		}
	}
	files, err := dropIns(t, dirs, names)
	problems = errors.Join(problems, err)
	for i, file := range files {
		if i >= maxDropIns || u.large() {
			return u, errors.Join(problems, wrap("read", file, errUnitTooLarge))
		}
		problems = errors.Join(problems, u.add(t, file, func(file string) { u.DropIns = append(u.DropIns, file) }))
	}
	return u, problems
}

// large reports a unit that sets more than any does.
func (u *Unit) large() bool {
	size := 0
	for _, s := range u.Settings {
		size += len(s.Key) + len(s.Value)
	}
	return len(u.Settings) > maxUnitSettings || size > maxUnitBytes
}

// add reads one file. A link to /dev/null masks the unit or the drop-in: it counts, and says nothing.
func (u *Unit) add(t Tree, file string, take func(string)) error {
	data, err := ReadFile(t, file, maxUnit)
	switch {
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ENOTDIR):
		return nil
	case errors.Is(err, ErrNotRegular):
		if Masked(t, file) {
			return nil
		}
		return err // a FIFO, a folder: systemd could not read it either
	case err != nil:
		return err
	}
	take(file)
	settings, err := parse.Unit(data)
	for _, s := range settings {
		u.Settings = append(u.Settings, UnitSetting{s, file})
	}
	return wrap("read", file, err)
}

// Masked reports a link to /dev/null, by which a unit or a drop-in is said not to count (systemd.unit(5)).
func Masked(t Tree, file string) bool {
	real, _, err := Resolve(t, file)
	return err == nil && real == "/dev/null"
}

// dropIns lists NAME.d/*.conf in the order in which they work: by file name. Of equal names the folder of the load path that comes first wins,
// there the unit's own folder before the template's and those of its prefixes ("a-b.service": a-b.service.d, a-.service.d); what
// stands in service.d for all of the type comes after all of them (dropin.c).
func dropIns(t Tree, dirs, names []string) (files []string, problems error) {
	byName := map[string]string{}
	look := func(dir string) {
		list, err := t.ReadDir(dir)
		if err != nil && !Vanished(err) && !errors.Is(err, unix.ENOTDIR) { // most units have none
			problems = errors.Join(problems, wrap("list", dir, err))
		}
		for _, e := range list {
			if strings.HasSuffix(e.Name, ".conf") && byName[e.Name] == "" {
				byName[e.Name] = path.Join(dir, e.Name)
			}
		}
	}
	for _, dir := range dirs {
		for _, name := range names {
			for _, n := range append([]string{name}, prefixes(name)...) {
				look(path.Join(dir, n+".d"))
			}
		}
	}
	for _, dir := range dirs {
		look(path.Join(dir, strings.TrimPrefix(path.Ext(names[0]), ".")+".d"))
	}
	order := make([]string, 0, len(byName))
	for name := range byName {
		order = append(order, name)
	}
	slices.Sort(order)
	for i, name := range order {
		order[i] = byName[name]
	}
	return order, problems
}

// prefixes of "a-b-c.service" are "a-b-.service" and "a-.service"; of a template's instance those before the "@".
func prefixes(name string) []string {
	ext := path.Ext(name)
	stem, _, _ := strings.Cut(strings.TrimSuffix(name, ext), "@")
	var list []string
	for i := len(stem) - 2; i > 0; i-- { // a dash at the very end begins no prefix of its own
		if stem[i] == '-' {
			list = append(list, stem[:i+1]+ext)
		}
	}
	return list
}

// Values are the assignments of a key ("Service.ReadWritePaths") that are in force: an empty one clears those before it. For settings that hold one
// value the last counts.
func (u *Unit) Values(key string) []UnitSetting {
	if u == nil {
		return nil
	}
	var out []UnitSetting
	for _, s := range u.Settings {
		switch {
		case s.Key != key:
		case s.Value == "":
			out = nil
		default:
			out = append(out, s)
		}
	}
	return out
}

// Expand replaces the specifiers that follow from the unit's name (systemd.unit(5), "Specifiers"); others stay as written.
func (u *Unit) Expand(text string) string {
	if !strings.Contains(text, "%") {
		return text
	}
	ext := path.Ext(u.Name)
	full := strings.TrimSuffix(u.Name, ext)
	prefix, _, _ := strings.Cut(full, "@")
	last := prefix[strings.LastIndexByte(prefix, '-')+1:]
	return strings.NewReplacer("%%", "%", "%i", u.Instance, "%I", unescapeUnit(u.Instance), "%n", u.Name, "%N", full,
		"%p", prefix, "%P", unescapeUnit(prefix), "%j", last, "%J", unescapeUnit(last)).Replace(text)
}

// unescapeUnit undoes systemd-escape(1): "-" is a slash, \xNN a byte.
func unescapeUnit(s string) string {
	p := model.Path("")
	if err := p.UnmarshalText([]byte(strings.ReplaceAll(s, "-", "/"))); err != nil {
		return s
	}
	return string(p)
}
