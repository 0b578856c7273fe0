package detect

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"a2c/inventory/host"
	"a2c/parse"
)

// maxLibertyFiles bounds how many files a configuration includes, in any depth.
const maxLibertyFiles = 300

var errLibertyElsewhere = errors.New("lies on another machine: not read")

// configure reads bootstrap.properties, then the configuration: configDropins/defaults, server.xml, configDropins/overrides.
func (l *liberty) configure() {
	l.bootstrap(path.Join(l.dir, "bootstrap.properties"), 5)
	l.store()
	l.folder(path.Join(l.dir, "configDropins/defaults"), libertyMerge, nil)
	main := path.Join(l.dir, "server.xml")
	if !l.file(main, libertyMerge, nil) {
		l.missing("server.xml", main, unix.ENOENT)
	}
	l.folder(path.Join(l.dir, "configDropins/overrides"), libertyMerge, nil)
	l.merge()
}

// bootstrap reads bootstrap.properties and what bootstrap.include names; the file that includes counts more.
func (l *liberty) bootstrap(name string, deep int) {
	data, err := l.read(name)
	if err != nil {
		l.unread("bootstrap.properties", name, err)
		return
	}
	settings, err := parse.ReadProperties(data)
	l.unread("bootstrap.properties", name, err)
	for _, s := range settings {
		if s.Key == "bootstrap.include" && deep > 0 {
			l.bootstrap(l.near(name, parse.ExpandLiberty(s.Value, l.lookup)), deep-1)
		}
	}
	for _, s := range settings {
		l.boot[s.Key] = libertyValue{s.Value, name, s.Line}
	}
}

// near is a name relative to the folder of the file that holds it.
func (l *liberty) near(file, name string) string {
	if path.IsAbs(name) {
		return l.clean(name)
	}
	return l.clean(path.Dir(file) + "/" + name)
}

// folder reads the configuration files of a folder, in the order of their names, but not those of its folders.
func (l *liberty) folder(dir, conflict string, within []libertyInclude) {
	var names []string
	for _, e := range l.list("Liberty's configuration", dir) {
		if strings.HasSuffix(strings.ToLower(e.Name), ".xml") {
			names = append(names, e.Name)
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
func (l *liberty) file(name, conflict string, within []libertyInclude) bool {
	if slices.ContainsFunc(within, func(i libertyInclude) bool { return i.file == name }) {
		return true
	}
	if l.files++; l.files > maxLibertyFiles {
		l.missing("Liberty's configuration", name, errLibertyFiles)
		return true
	}
	data, err := l.read(name)
	if err != nil {
		l.unread("Liberty's configuration", name, err)
		return !host.Vanished(err)
	}
	elements, err := parse.ReadLiberty(data)
	l.unread("Liberty's configuration", name, err)
	within = append(slices.Clip(within), libertyInclude{name, conflict})
	for _, e := range elements {
		switch {
		case e.Name == "include":
			l.include(e, within)
		case e.Name == "variable":
			l.variable(e, conflict)
		case len(l.elements) >= maxLibertyElements:
			l.missing("Liberty's configuration", name, errLibertyElements)
			return true
		default:
			id, _ := e.Attr("id")
			l.elements = append(l.elements, newLibertyElement(e, id.Value, within))
		}
	}
	return true
}

// include reads a file, or the files of a folder, named by a path relative to the file that includes it (openliberty.io, "Include processing"). Without
// onConflict that of the include around it counts.
func (l *liberty) include(e parse.LibertyElement, within []libertyInclude) {
	file := within[len(within)-1]
	conflict := file.conflict
	if v, ok := e.Attr("onConflict"); ok {
		if conflict = strings.ToLower(v.Value); conflict != libertyReplace && conflict != libertyIgnore {
			conflict = libertyMerge
		}
	}
	location, _ := e.Attr("location")
	optional, _ := e.Attr("optional")
	name := strings.TrimSpace(parse.ExpandLiberty(location.Value, l.lookup))
	if strings.Contains(name, "://") && !strings.HasPrefix(name, "file:") {
		l.missing("included configuration", name, errLibertyElsewhere)
		return
	}
	uri, isURI := strings.CutPrefix(name, "file:")
	folder := strings.HasSuffix(name, "/")
	if isURI {
		name = "/" + strings.TrimLeft(uri, "/")
	}
	name = l.near(file.file, name)
	switch isDir := l.isDir(name); {
	case isDir && (isURI || !folder):
		l.missing("included configuration", name, errLibertyFolder)
	case isDir && l.before(23, 0, 0, 10):
		l.missing("included configuration", name, errLibertyOld)
	case isDir:
		l.folder(name, conflict, within)
	case !l.file(name, conflict, within) && !strings.EqualFold(optional.Value, "true"):
		l.missing("included configuration", name, unix.ENOENT)
	}
}

var (
	errLibertyFolder = errors.New("is a folder, and is not written with a slash at its end: Liberty does not read it")
	errLibertyOld    = errors.New("is a folder, which Liberty reads from 23.0.0.10 on")
)

// before reports whether the version of Liberty is known to be an earlier one.
func (l *liberty) before(version ...int) bool {
	for i, part := range strings.Split(l.product.Version, ".") {
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
