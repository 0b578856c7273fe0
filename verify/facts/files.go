package facts

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
)

// files compares what the live process has loaded: native libraries, archives of classes, assemblies and data that it has mapped or holds open. Each has to be
// in the image, and as long as on the machine; that the image's process has not loaded it yet is no fault.
func files(p *pair) error {
	list, err := p.live.loaded()
	if err != nil {
		p.unknown("loaded files", err)
		return nil
	}
	others, err := p.twin.loaded()
	if err != nil {
		p.unknown("loaded files", err)
		return nil
	}
	equal := map[string]int{}
	for _, name := range list {
		if p.passing(name) {
			continue
		}
		if p.file(name, others) {
			equal[kind(name)]++
		}
	}
	for _, k := range []string{"library", "archive", "assembly", "data file"} {
		if n := count(equal[k], k); equal[k] > 0 {
			p.add(model.FactEqual, plural(k), n, n, "")
		}
	}
	p.onlyTwin(list, others)
	return nil
}

func plural(k string) string { return strings.TrimPrefix(count(2, k), "2 ") }

// kind of a loaded file, by its name.
func kind(name string) string {
	base := path.Base(name)
	switch {
	case strings.HasSuffix(base, ".so") || strings.Contains(base, ".so."):
		return "library"
	case slices.Contains([]string{".jar", ".war", ".ear", ".zip", ".jsa", ".jmod"}, path.Ext(base)):
		return "archive"
	case slices.Contains([]string{".dll", ".exe"}, path.Ext(base)):
		return "assembly"
	}
	return "data file"
}

// loaded are the files that the process has mapped, or open for reading, sorted. What it writes is none of them, nor what was deleted since.
func (s *side) loaded() ([]string, error) {
	var list []string
	for _, m := range s.files {
		if written := strings.Contains(m.Perms, "w") && strings.Contains(m.Perms, "s"); !m.Deleted && !written {
			list = append(list, m.Path)
		}
	}
	fds, err := s.FDs()
	if err != nil {
		return nil, err
	}
	for _, f := range fds {
		if f.Path() == "" || f.Deleted || kind(f.Path()) == "data file" {
			continue
		}
		if i, err := f.Info(); err == nil && !i.Writes() {
			list = append(list, f.Path())
		}
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

// passing are files that belong to this start of the process or to this machine: an image has others, or none.
func (p *pair) passing(name string) bool {
	a := p.o.Analysis.AnalysisInfo
	under := func(dir model.Path) bool {
		return name == string(dir) || strings.HasPrefix(name, strings.TrimSuffix(string(dir), "/")+"/")
	}
	of := append([]model.Path{"/tmp", "/var/tmp", "/run", "/var/run", "/dev", "/proc", "/sys", "/var/cache/nscd", "/var/lib/sss"}, p.o.Image.Needs.Writable...)
	if slices.ContainsFunc(of, under) {
		return true
	}
	return slices.ContainsFunc(a.State, func(d model.StateDir) bool { return under(d.Path) }) || slices.ContainsFunc(a.Logs, func(l model.LogFile) bool { return under(l.Path) })
}

// file compares one, and reports whether it is equal; what is not gets a row.
func (p *pair) file(name string, others []string) bool {
	row := kind(name) + " " + name
	live, err := host.Stat(p.live.tree, name)
	if err != nil { // replaced or covered since it was loaded
		p.add(model.FactUnknown, row, "", "", "the machine has no such file any more, or not under that name: "+host.Reason(err))
		return false
	}
	twin, err := host.Stat(p.twin.tree, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		p.missing(name, row, others)
		return false
	case err != nil:
		p.unknown(row, err)
		return false
	case live.Size == twin.Size:
		return true
	}
	reason := p.edited(name)
	if reason == "" {
		reason = p.baseReason()
	}
	p.judge(row, size(live.Size), size(twin.Size), reason, "the image has another version of the file: it was changed on the machine since, or in the image")
	return false
}

func size(n int64) string { return fmt.Sprintf("%d bytes", n) }

// missing judges a file that the image does not have.
func (p *pair) missing(name, row string, others []string) {
	reason := p.edited(name)
	same := slices.IndexFunc(others, func(o string) bool { return stem(o) == stem(name) })
	switch {
	case reason != "":
	case same >= 0 && p.onBase():
		reason = "the image's process has loaded " + others[same] + " in its place, of the base image"
	case strings.HasPrefix(path.Base(name), "libnss_"):
		reason = "a module of the name service that asks a daemon of the machine: the C library goes on without"
	}
	p.judge(row, "loaded", "missing", reason, "the live application has loaded it, and it is not in the image")
}

var version = regexp.MustCompile(`[-.]?[0-9][-.0-9_]*`)

// stem is the name of a library without its version: libz.so.1.2.13 and libz.so.1.3 are the same one.
func stem(name string) string { return version.ReplaceAllString(path.Base(name), "") }

// edited is the reason why containerize changed a file, or left it out; "" when it did not.
func (p *pair) edited(name string) string {
	for _, pattern := range p.o.Analysis.ContainerParameters.AppExcludedFiles {
		if host.Covers(string(pattern), name) {
			return "containerParameters.appExcludedFiles names it"
		}
	}
	return p.changed(func(c model.Change) bool {
		return strings.HasPrefix(c.Target, "/") && (name == c.Target || strings.HasPrefix(name, strings.TrimSuffix(c.Target, "/")+"/"))
	})
}

// onlyTwin names the native libraries that the image's process alone has loaded and the machine does not have.
func (p *pair) onlyTwin(list, others []string) {
	for _, name := range minus(others, list) {
		if kind(name) != "library" || p.passing(name) || p.onBase() {
			continue
		}
		if there, err := host.Exists(p.live.tree, name); err != nil || there {
			continue // the live application has not loaded it yet, or not now
		}
		p.add(model.FactDifferent, "library "+name, "missing", "loaded", "the machine has no such file")
	}
}
