// Package subject is what the analysis looks at: one application's processes, read once, and the file system as they see it.
package subject

import (
	"maps"
	"path"
	"slices"
	"strings"

	"a2c/analyze/observe"
	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// Subject is one application at one moment.
type Subject struct {
	ID   string
	App  model.App
	Host *host.Host
	// Root is the file system as the application sees it: the machine's own, or the root of a chroot or a container.
	Root  host.Tree
	near  host.Tree // the same, for one look after the other in a folder; nil until it is asked for
	Main  *Proc
	Procs []*Proc // the main one first, then ascending PID
	Skips []model.Skip
	// Opened is what was opened while the application was watched, sorted by name.
	Opened []Opened
}

// Opened is one file that was opened under observation, in this run or an earlier one.
type Opened struct {
	Name   string // in Root
	Wrote  bool   // a descriptor that may write was closed
	Exec   bool   // it was executed, in this run
	Reason string // "observe: opened by process 412"
}

// Proc is one process, as /proc shows it, its paths as names in Root. Arguments and environment are raw: what enters the model is redacted there.
type Proc struct {
	*host.Process
	Exe string
	Cwd string
	// CwdDeleted says that the folder is not there any more, whatever lies at that path now.
	CwdDeleted bool
	Env        host.Environ
	FDs        []FD
	Maps       []parse.Map // each file once
	Status     parse.ProcStatus
	// Unread names what of /proc/PID could not be read, so that an empty list is not taken for "none": "fd", "maps", "environ", "status".
	Unread map[string]string
}

// FD is one open descriptor.
type FD struct {
	host.FD
	Info parse.FDInfo
	// Name is the file's name in Root, "" when it is none or has none any more: then Old is the one that it had.
	Name, Old string
}

// Writes reports whether the descriptor may write.
func (f FD) Writes() bool { return f.Info.Writes() }

// Appends reports whether it was opened with O_APPEND, as log files are.
func (f FD) Appends() bool { return f.Info.Appends() }

// Getenv finds a variable; the first of that name counts, as in getenv(3).
func (p *Proc) Getenv(name string) (string, bool) {
	return p.Env.Get(name)
}

// Abs makes a path of the process absolute: a relative one is meant from its working folder.
func (p *Proc) Abs(name string) string {
	if name == "" {
		return ""
	}
	if !strings.HasPrefix(name, "/") {
		name = p.Cwd + "/" + name
	}
	return path.Clean(name)
}

// Skip notes what could not be read.
func (s *Subject) Skip(k model.Skip) { s.Skips = append(s.Skips, k) }

// Observe takes what was opened under observation, with names as in the application's own root, and what earlier runs saw.
func (s *Subject) Observe(files map[string]*observe.File, earlier []observe.Earlier) {
	root, err := s.Main.Root()
	if err != nil {
		root = "/" // Load has said so
	}
	now := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f := files[name]
		o := Opened{Name: inRoot(name, root), Wrote: f.Wrote, Exec: f.Exec, Reason: f.Reason()}
		now[o.Name] = true
		s.Opened = append(s.Opened, o)
	}
	for _, e := range earlier {
		if !now[string(e.Path)] {
			s.Opened = append(s.Opened, Opened{Name: string(e.Path), Wrote: e.Wrote, Reason: e.Reason})
		}
	}
}

// Kind is the detector's name.
func (s *Subject) Kind() string { return s.App.ApplicationType }

// Java reports whether a JVM runs the application.
func (s *Subject) Java() bool {
	return strings.HasPrefix(s.App.ApplicationType, "java") && s.App.Runtime.Kind != "native"
}

// Dotnet reports whether it is a .NET application on Microsoft's runtime; Mono has other configuration and libraries.
func (s *Subject) Dotnet() bool {
	return strings.HasPrefix(s.App.ApplicationType, "dotnet") && s.App.Runtime.Kind != "mono"
}

// Under reports whether name is folder dir or lies below it. An empty dir holds nothing.
func Under(name, dir string) bool {
	if dir == "" {
		return false
	}
	if dir == "/" || name == dir {
		return true
	}
	return strings.HasPrefix(name, strings.TrimSuffix(dir, "/")+"/")
}
