package parse

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// maxLibertyFiles bounds how many files a configuration includes, in any depth.
const maxLibertyFiles = 300

var errLibertyElsewhere = errors.New("lies on another machine: not read")

// LibertyHost is where a Liberty server reads its configuration from.
type LibertyHost interface {
	Read(name string) ([]byte, error)
	// Folder lists a folder, folders with a slash behind their names.
	Folder(what, dir string) []string
	IsDir(name string) bool
	// Clean makes a path plain, Abs makes one that the process was given absolute.
	Clean(name string) string
	Abs(name string) string
	Getenv(name string) (string, bool)
	// Unread notes what cannot be read or understood; what does not exist is nothing to note.
	Unread(what, name string, err error)
	// Missing notes a file that must exist.
	Missing(what, name string)
}

// LibertyPlace is where a server lies.
type LibertyPlace struct{ Install, User, Name, Dir, Output, Version string }

// LibertyServer is a server's configuration.
type LibertyServer struct {
	LibertyPlace
	Boot      map[string]LibertyValue // bootstrap.properties
	Parts     []*LibertyPart          // of all files, in order; then merged
	Files     []string                // of the configuration as they were read: what a later one says counts more
	host      LibertyHost
	command   *JavaCommand
	variables map[string]libertyVariable
	files     int // read so far
	stored    libertyStored
}

// LibertyValue is a value with where it stands, and what it takes the place of.
type LibertyValue struct {
	Name, Text string // Name of an attribute as it is written
	File       string
	Line       int
	Over       []LibertyValue
}

// maxLibertyOver bounds how many values are kept that another one takes the place of.
const maxLibertyOver = 20

// Below is v over an older value; there is none where that has no place.
func (v LibertyValue) Below(old LibertyValue) LibertyValue {
	if old.File == "" {
		return v
	}
	over := old.Over
	old.Over = nil
	v.Over = append(append(slices.Clip(v.Over), old), over...)
	v.Over = v.Over[:min(len(v.Over), maxLibertyOver)]
	return v
}

// below puts each attribute over the older one.
func below(now, old map[string]LibertyValue) {
	for name, o := range old {
		if v, ok := now[name]; ok {
			now[name] = v.Below(o)
		}
	}
}

// ReadLibertyServer reads bootstrap.properties, then the configuration: configDropins/defaults, server.xml, configDropins/overrides.
func ReadLibertyServer(h LibertyHost, place LibertyPlace, command *JavaCommand) *LibertyServer {
	l := &LibertyServer{LibertyPlace: place, host: h, command: command, Boot: map[string]LibertyValue{}, variables: map[string]libertyVariable{}}
	l.bootstrap(path.Join(l.Dir, "bootstrap.properties"), 5)
	l.store()
	l.folder(path.Join(l.Dir, "configDropins/defaults"), libertyMerge, nil)
	main := path.Join(l.Dir, "server.xml")
	if !l.file(main, libertyMerge, nil) {
		l.host.Missing("server.xml", main)
	}
	l.folder(path.Join(l.Dir, "configDropins/overrides"), libertyMerge, nil)
	l.merge()
	return l
}

// read reads a file that need not be there.
func (l *LibertyServer) read(what, name string) ([]byte, bool) {
	data, err := l.host.Read(name)
	l.host.Unread(what, name, err)
	return data, err == nil
}

// bootstrap reads bootstrap.properties and what bootstrap.include names; the file that includes counts more.
func (l *LibertyServer) bootstrap(name string, deep int) {
	data, ok := l.read("bootstrap.properties", name)
	if !ok {
		return
	}
	settings, err := ReadProperties(data)
	l.host.Unread("bootstrap.properties", name, err)
	for _, s := range settings {
		if s.Key == "bootstrap.include" && deep > 0 {
			l.bootstrap(l.Near(name, ExpandLiberty(s.Value, l.Lookup)), deep-1)
		}
	}
	for _, s := range settings {
		v := LibertyValue{Text: s.Value, File: name, Line: s.Line}
		l.Boot[s.Key] = v.Below(l.Boot[s.Key])
	}
}

// Near is a name relative to the folder of the file that holds it.
func (l *LibertyServer) Near(file, name string) string {
	if path.IsAbs(name) {
		return l.host.Clean(name)
	}
	return l.host.Clean(path.Dir(file) + "/" + name)
}

// folder reads the configuration files of a folder, in the order of their names, but not those of its folders.
func (l *LibertyServer) folder(dir, conflict string, within []libertyInclude) {
	var names []string
	for _, name := range l.host.Folder("Liberty's configuration", dir) {
		if name = strings.TrimSuffix(name, "/"); strings.HasSuffix(strings.ToLower(name), ".xml") {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	for _, name := range names {
		l.file(path.Join(dir, name), conflict, within)
	}
}

var (
	errLibertyFiles    = fmt.Errorf("more than %d files: the rest is not read", maxLibertyFiles)
	errLibertyElements = fmt.Errorf("more than %d elements in all files together", maxLibertyElements)
)

// maxLibertyElements bounds what all files of a configuration say.
const maxLibertyElements = 20_000

// file reads one configuration file, which within includes, and reports whether it is there. One that includes itself is left out the second time.
func (l *LibertyServer) file(name, conflict string, within []libertyInclude) bool {
	if slices.ContainsFunc(within, func(i libertyInclude) bool { return i.file == name }) {
		return true
	}
	if l.files++; l.files > maxLibertyFiles {
		l.host.Unread("Liberty's configuration", name, errLibertyFiles)
		return true
	}
	data, err := l.host.Read(name)
	if err != nil {
		l.host.Unread("Liberty's configuration", name, err)
		return !errors.Is(err, fs.ErrNotExist)
	}
	l.Files = append(l.Files, name)
	elements, err := ReadLiberty(data)
	l.host.Unread("Liberty's configuration", name, err)
	within = append(slices.Clip(within), libertyInclude{name, conflict})
	for _, e := range elements {
		switch {
		case e.Name == "include":
			l.include(e, within)
		case e.Name == "variable":
			l.variable(e, name, conflict)
		case len(l.Parts) >= maxLibertyElements:
			l.host.Unread("Liberty's configuration", name, errLibertyElements)
			return true
		default:
			id, _ := e.Attr("id")
			l.Parts = append(l.Parts, newLibertyPart(e, id.Value, within))
		}
	}
	return true
}

// include reads a file, or the files of a folder, named by a path relative to the file that includes it (openliberty.io, "Include processing"). Without
// onConflict that of the include around it counts.
func (l *LibertyServer) include(e LibertyElement, within []libertyInclude) {
	file := within[len(within)-1]
	conflict := file.conflict
	if v, ok := e.Attr("onConflict"); ok {
		if conflict = strings.ToLower(v.Value); conflict != libertyReplace && conflict != libertyIgnore {
			conflict = libertyMerge
		}
	}
	location, _ := e.Attr("location")
	optional, _ := e.Attr("optional")
	name := strings.TrimSpace(ExpandLiberty(location.Value, l.Lookup))
	if strings.Contains(name, "://") && !strings.HasPrefix(name, "file:") {
		l.host.Unread("included configuration", name, errLibertyElsewhere)
		return
	}
	uri, isURI := strings.CutPrefix(name, "file:")
	folder := strings.HasSuffix(name, "/")
	if isURI {
		name = "/" + strings.TrimLeft(uri, "/")
	}
	name = l.Near(file.file, name)
	switch isDir := l.host.IsDir(name); {
	case isDir && (isURI || !folder):
		l.host.Unread("included configuration", name, errLibertyFolder)
	case isDir && l.before(23, 0, 0, 10):
		l.host.Unread("included configuration", name, errLibertyOld)
	case isDir:
		l.folder(name, conflict, within)
	case !l.file(name, conflict, within) && !strings.EqualFold(optional.Value, "true"):
		l.host.Missing("included configuration", name)
	}
}

var (
	errLibertyFolder = errors.New("is a folder, and is not written with a slash at its end: Liberty does not read it")
	errLibertyOld    = errors.New("is a folder, which Liberty reads from 23.0.0.10 on")
)

// before reports whether the version of Liberty is known to be an earlier one.
func (l *LibertyServer) before(version ...int) bool {
	for i, part := range strings.Split(l.Version, ".") {
		n, err := strconv.Atoi(part)
		if err != nil || i >= len(version) || n > version[i] {
			return false
		}
		if n < version[i] {
			return true
		}
	}
	return false
}
