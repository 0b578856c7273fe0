package detect

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// maxLibertyVariables bounds how many variables lie in files, with the folders that hold them. All these files together may be as large as one file of
// the configuration.
const maxLibertyVariables = 2000

var (
	errLibertyVariables = fmt.Errorf("more than %d variables and folders of them: the rest is not read", maxLibertyVariables)
	errLibertyBytes     = fmt.Errorf("more than %d bytes in all files of variables together", configLimit)
)

// libertyStored are the variables that files hold, by name. One whose line is 0 is not read: many are secrets that no port asks for.
type libertyStored struct {
	byName map[string]libertyValue
	folder int            // folders listed
	bytes  int            // read
	used   []model.Source // see sources
}

// lookup resolves a variable: what counts most first (openliberty.io: "Variable substitution precedence").
func (l *liberty) lookup(name string) (string, bool) {
	if v, ok := l.builtIn(name); ok {
		return v, true
	}
	if v, ok := l.argument(name); ok {
		return v, true
	}
	variable := l.variables[name]
	if variable.set {
		return variable.value, true
	}
	if v, ok := l.fileVariable(name); ok {
		return v, true
	}
	if p, ok := l.cmd.Property(name); ok {
		return p.Value, true
	}
	if v, ok := l.boot[name]; ok {
		return v.text, true
	}
	plain := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, name)
	for _, key := range []string{strings.TrimPrefix(name, "env."), plain, strings.ToUpper(plain)} {
		if v, ok := l.env.Get(key); ok {
			return v, true
		}
	}
	return variable.fallback, variable.hasDefault
}

// argument is a variable of the command line: `server run shop -- --http.port=8080`.
func (l *liberty) argument(name string) (string, bool) {
	for _, a := range slices.Backward(l.cmd.Program) {
		if v, ok := strings.CutPrefix(a.Value, "--"+name+"="); ok {
			return v, true
		}
	}
	return "", false
}

func (l *liberty) builtIn(name string) (string, bool) {
	switch name {
	case "wlp.install.dir":
		return l.install, true
	case "wlp.user.dir":
		return l.user, true
	case "wlp.server.name":
		return l.name, true
	case "server.config.dir":
		return l.dir, true
	case "server.output.dir":
		return l.output, true
	case "shared.app.dir":
		return path.Join(l.user, "shared/apps"), true
	case "shared.config.dir":
		return path.Join(l.user, "shared/config"), true
	case "shared.resource.dir":
		return path.Join(l.user, "shared/resources"), true
	}
	return "", false
}

// variableDirs are the folders whose files are variables: those of VARIABLE_SOURCE_DIRS, which bootstrap.properties or the environment names, else
// "variables" of the server (com.ibm.ws.kernel.boot.BootstrapConfig).
func (l *liberty) variableDirs() []string {
	text, set := l.boot["VARIABLE_SOURCE_DIRS"].text, true
	if text == "" {
		text, set = l.env.Get("VARIABLE_SOURCE_DIRS")
	}
	if !set {
		return []string{path.Join(l.dir, "variables")}
	}
	var dirs []string
	for dir := range strings.SplitSeq(text, ":") {
		if dir != "" && len(dirs) < maxLibertyFiles {
			dirs = append(dirs, l.abs(dir))
		}
	}
	return dirs
}

// store finds the variables that are files. NAME of a folder holds the value of one in its first line, as does NAME of a folder in it for FOLDER/NAME; a
// *.properties holds several. What a later folder has counts more (com.ibm.ws.config.xml.internal.variables.ConfigVariableRegistry).
func (l *liberty) store() {
	l.stored.byName = map[string]libertyValue{}
	for _, dir := range l.variableDirs() {
		for _, e := range l.variableFolder(dir) {
			name := path.Join(dir, e.Name)
			switch {
			case e.Type == host.Dir || e.Type == host.Symlink && l.isDir(name):
				l.storeFolder(e.Name, name)
			case strings.HasSuffix(e.Name, ".properties"):
				l.storeProperties(name)
			default:
				l.keep(e.Name, libertyValue{file: name})
			}
		}
	}
}

// variableFolder lists a folder of variables.
func (l *liberty) variableFolder(dir string) []host.Entry {
	if l.stored.folder+len(l.stored.byName) >= maxLibertyVariables {
		l.missing("Liberty's variables", dir, errLibertyVariables)
		return nil
	}
	l.stored.folder++
	return l.list("Liberty's variables", dir)
}

func (l *liberty) keep(name string, v libertyValue) {
	if l.stored.folder+len(l.stored.byName) >= maxLibertyVariables {
		l.missing("Liberty's variables", path.Dir(v.file), errLibertyVariables)
		return
	}
	l.stored.byName[name] = v
}

// storeFolder finds the variables of a folder in a folder of variables; what is deeper is none.
func (l *liberty) storeFolder(base, dir string) {
	for _, e := range l.variableFolder(dir) {
		if e.Type != host.Dir {
			l.keep(base+"/"+e.Name, libertyValue{file: path.Join(dir, e.Name)})
		}
	}
}

func (l *liberty) storeProperties(name string) {
	data, ok := l.variableFile(name)
	if !ok {
		return
	}
	settings, err := parse.ReadProperties(data)
	l.unread("Liberty's variables", name, err)
	for _, s := range settings {
		l.keep(s.Key, libertyValue{s.Value, name, s.Line})
	}
}

// variableFile reads a file of variables.
func (l *liberty) variableFile(name string) ([]byte, bool) {
	var data []byte
	err := errLibertyBytes
	if l.stored.bytes < configLimit {
		data, err = l.read(name)
	}
	if l.stored.bytes += len(data); errors.Is(err, host.ErrTooLarge) {
		l.stored.bytes += configLimit
	}
	l.unread("Liberty's variables", name, err)
	return data, err == nil
}

// fileVariable is the value of a variable that a file holds: its first line, none of an empty file or of one that is not UTF-8.
func (l *liberty) fileVariable(name string) (string, bool) {
	v, known := l.stored.byName[name]
	if !known {
		return "", false
	}
	if v.line == 0 {
		data, ok := l.variableFile(v.file)
		if !ok || len(data) == 0 || !utf8.Valid(data) {
			delete(l.stored.byName, name) // asked for once
			return "", false
		}
		if i := bytes.IndexAny(data, "\r\n"); i >= 0 {
			data = data[:i]
		}
		v.text, v.line = string(data), 1
		l.stored.byName[name] = v
	}
	if from := v.source(); l.stored.used != nil && !slices.Contains(l.stored.used, from) {
		l.stored.used = append(l.stored.used, from)
	}
	return v.text, true
}

// value is an attribute as it works, with where it stands; ok is false when it is not set.
func (l *liberty) value(e *libertyElement, attr string) (text string, raw libertyValue, ok bool) {
	raw, ok = e.attrs[strings.ToLower(attr)]
	return parse.ExpandLiberty(raw.text, l.lookup), raw, ok
}

// sources are where an attribute stands, and the files of the variables in it.
func (l *liberty) sources(raw libertyValue) []model.Source {
	l.stored.used = []model.Source{raw.source()}
	defer func() { l.stored.used = nil }()
	parse.ExpandLiberty(raw.text, l.lookup)
	return l.stored.used
}
