package parse

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxLibertyStored bounds how many variables lie in files, with the folders that hold them. All these files together may be as large as maxLibertyBytes.
const (
	maxLibertyStored = 2000
	maxLibertyBytes  = 4 << 20
)

var (
	errLibertyStored = fmt.Errorf("more than %d variables and folders of them: the rest is not read", maxLibertyStored)
	errLibertyBytes  = fmt.Errorf("more than %d bytes in all files of variables together", maxLibertyBytes)
)

// libertyStored are the variables that files hold, by name. One whose line is 0 is not read: many are secrets that no port asks for.
type libertyStored struct {
	byName map[string]LibertyValue
	folder int            // folders listed
	bytes  int            // read
	used   []LibertyValue // see Sources
	noted  bool
}

// Lookup resolves a variable: what counts most first (openliberty.io: "Variable substitution precedence").
func (l *LibertyServer) Lookup(name string) (string, bool) {
	if v, ok := l.builtIn(name); ok {
		return v, true
	}
	if v, ok := l.argument(name); ok {
		return v, true
	}
	variable := l.variables[name]
	if variable.value.File != "" {
		return variable.value.Text, true
	}
	if v, ok := l.fileVariable(name); ok {
		return v, true
	}
	if p, ok := l.command.Property(name); ok {
		return p.Value, true
	}
	if v, ok := l.Boot[name]; ok {
		return v.Text, true
	}
	for _, key := range LibertyVariables(name) {
		if v, ok := l.host.Getenv(key); ok {
			return v, true
		}
	}
	return variable.fallback.Text, variable.fallback.File != ""
}

// LibertyVariables are the variables of the environment that stand for a name, the first one first.
func LibertyVariables(name string) []string {
	plain := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, name)
	return []string{strings.TrimPrefix(name, "env."), plain, strings.ToUpper(plain)}
}

// Variables are those that the configuration sets, their defaults, and those of files, by name.
func (l *LibertyServer) Variables() (set, defaults, stored map[string]LibertyValue) {
	set, defaults, stored = map[string]LibertyValue{}, map[string]LibertyValue{}, map[string]LibertyValue{}
	for name, v := range l.variables {
		if v.value.File != "" {
			set[name] = v.value
		}
		if v.fallback.File != "" {
			defaults[name] = v.fallback
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.stored.byName)) {
		if _, ok := l.fileVariable(name); ok {
			stored[name] = l.stored.byName[name]
		}
	}
	return set, defaults, stored
}

// argument is a variable of the command line: `server run shop -- --http.port=8080`.
func (l *LibertyServer) argument(name string) (string, bool) {
	for _, a := range slices.Backward(l.command.Program) {
		if v, ok := strings.CutPrefix(a.Value, "--"+name+"="); ok {
			return v, true
		}
	}
	return "", false
}

// builtIn are the places that Liberty knows by itself; folders end with a slash.
func (l *LibertyServer) builtIn(name string) (string, bool) {
	switch name {
	case "wlp.install.dir":
		return l.Install + "/", true
	case "wlp.user.dir":
		return l.User + "/", true
	case "wlp.server.name":
		return l.Name, true
	case "server.config.dir":
		return l.Dir + "/", true
	case "server.output.dir":
		return l.Output + "/", true
	case "shared.app.dir":
		return path.Join(l.User, "shared/apps") + "/", true
	case "shared.config.dir":
		return path.Join(l.User, "shared/config") + "/", true
	case "shared.resource.dir":
		return path.Join(l.User, "shared/resources") + "/", true
	}
	return "", false
}

// variableDirs are the folders whose files are variables: those of VARIABLE_SOURCE_DIRS, which bootstrap.properties or the environment names, else
// "variables" of the server (com.ibm.ws.kernel.boot.BootstrapConfig).
func (l *LibertyServer) variableDirs() []string {
	text, set := l.Boot["VARIABLE_SOURCE_DIRS"].Text, true
	if text == "" {
		text, set = l.host.Getenv("VARIABLE_SOURCE_DIRS")
	}
	if !set {
		return []string{path.Join(l.Dir, "variables")}
	}
	var dirs []string
	for dir := range strings.SplitSeq(text, ":") {
		if dir != "" && len(dirs) < maxLibertyFiles {
			dirs = append(dirs, l.host.Abs(dir))
		}
	}
	return dirs
}

// store finds the variables that are files. NAME of a folder holds the value of one in its first line, as does NAME of a folder in it for FOLDER/NAME; a
// *.properties holds several. What a later folder has counts more (com.ibm.ws.config.xml.internal.variables.ConfigVariableRegistry).
func (l *LibertyServer) store() {
	l.stored.byName = map[string]LibertyValue{}
	for _, dir := range l.variableDirs() {
		for _, base := range l.variableFolder(dir) {
			name := path.Join(dir, base)
			switch {
			case strings.HasSuffix(base, "/"):
				l.storeFolder(strings.TrimSuffix(base, "/"), name)
			case strings.HasSuffix(base, ".properties"):
				l.storeProperties(name)
			default:
				l.keep(base, LibertyValue{File: name})
			}
		}
	}
}

// variableFolder lists a folder of variables.
func (l *LibertyServer) variableFolder(dir string) []string {
	if l.stored.folder+len(l.stored.byName) >= maxLibertyStored {
		l.host.Unread("Liberty's variables", dir, errLibertyStored)
		return nil
	}
	l.stored.folder++
	return l.host.Folder("Liberty's variables", dir)
}

func (l *LibertyServer) keep(name string, v LibertyValue) {
	if l.stored.folder+len(l.stored.byName) >= maxLibertyStored {
		l.host.Unread("Liberty's variables", path.Dir(v.File), errLibertyStored)
		return
	}
	l.stored.byName[name] = v.Below(l.stored.byName[name])
}

// storeFolder finds the variables of a folder in a folder of variables; what is deeper is none.
func (l *LibertyServer) storeFolder(base, dir string) {
	for _, name := range l.variableFolder(dir) {
		if !strings.HasSuffix(name, "/") {
			l.keep(base+"/"+name, LibertyValue{File: path.Join(dir, name)})
		}
	}
}

func (l *LibertyServer) storeProperties(name string) {
	data, ok := l.variableFile(name)
	if !ok {
		return
	}
	settings, err := ReadProperties(data)
	l.host.Unread("Liberty's variables", name, err)
	for _, s := range settings {
		l.keep(s.Key, LibertyValue{Text: s.Value, File: name, Line: s.Line})
	}
}

// variableFile reads a file of variables.
func (l *LibertyServer) variableFile(name string) ([]byte, bool) {
	var data []byte
	err := errLibertyBytes
	if l.stored.bytes < maxLibertyBytes {
		data, err = l.host.Read(name)
	}
	if l.stored.bytes += len(data); errors.Is(err, ErrTooLarge) {
		l.stored.bytes += maxLibertyBytes
	}
	l.host.Unread("Liberty's variables", name, err)
	return data, err == nil
}

// fileVariable is the value of a variable that a file holds: its first line, none of an empty file or of one that is not UTF-8.
func (l *LibertyServer) fileVariable(name string) (string, bool) {
	v, known := l.stored.byName[name]
	if !known {
		return "", false
	}
	if v.Line == 0 {
		data, ok := l.variableFile(v.File)
		if !ok || len(data) == 0 || !utf8.Valid(data) {
			delete(l.stored.byName, name) // asked for once
			return "", false
		}
		if i := bytes.IndexAny(data, "\r\n"); i >= 0 {
			data = data[:i]
		}
		v.Text, v.Line = string(data), 1
		l.stored.byName[name] = v
	}
	if l.stored.noted && !slices.ContainsFunc(l.stored.used, func(u LibertyValue) bool { return u.File == v.File && u.Line == v.Line }) {
		l.stored.used = append(l.stored.used, v)
	}
	return v.Text, true
}

// Value is an attribute as it works, with where it stands; ok is false when it is not set.
func (l *LibertyServer) Value(e *LibertyPart, attr string) (text string, raw LibertyValue, ok bool) {
	raw, ok = e.Attrs[strings.ToLower(attr)]
	return ExpandLiberty(raw.Text, l.Lookup), raw, ok
}

// Sources are where an attribute stands, and the files of the variables in it.
func (l *LibertyServer) Sources(raw LibertyValue) []LibertyValue {
	l.stored.used, l.stored.noted = []LibertyValue{raw}, true
	defer func() { l.stored.noted = false }()
	ExpandLiberty(raw.Text, l.Lookup)
	return l.stored.used
}
