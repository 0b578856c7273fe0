// Package subject is what the analysis looks at: one application's processes, read once, and the file system as they see it.
package subject

import (
	"path"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
)

// Subject is one application at one moment.
type Subject struct {
	ID   string
	App  model.App
	Host *host.Host
	// Machine is the whole machine, with its /proc; Root is the file system as the application sees it: the same, or the root of a
	// chroot or a container.
	Machine host.Tree
	Root    host.Tree
	Main    *Proc
	Procs   []*Proc // the main one first, then ascending PID
	Skips   []model.Skip
}

// Proc is one process, as /proc shows it. Arguments and environment are raw: what enters the model is redacted there.
type Proc struct {
	PID    int
	Args   []string
	Exe    string
	Cwd    string
	Env    []Var
	FDs    []FD
	Maps   []Map
	Status Status
	Start  uint64
}

// Var is one NAME=value of the environment, in the process's order.
type Var struct{ Name, Value string }

// FD is one open file descriptor.
type FD struct {
	Num    int
	Target string // as readlink says: a path, "socket:[777]", "anon_inode:[eventpoll]", "/opt/x (deleted)"
	Flags  uint64 // O_* of /proc/PID/fdinfo/N
	Inode  uint64 // of a socket
}

// Map is one file-backed mapping.
type Map struct {
	Path    string // without " (deleted)"
	Deleted bool
	Perms   string // "r-xp"
	Line    int    // of /proc/PID/maps, 1-based: the first mapping of this file
}

// Status is what is kept of /proc/PID/status.
type Status struct {
	UID, GID model.ProcIDs
	Groups   []int
	Umask    int
	CapEff   uint64
	CapAmb   uint64
	CapBnd   uint64
	Threads  int
	RSS      int64 // bytes
	PeakRSS  int64
	Swap     int64
	Lines    map[string]int // line of each field, for evidence
}

// Path is the file that the descriptor is open on, "" when it is none or has been deleted.
func (f FD) Path() string {
	if !strings.HasPrefix(f.Target, "/") || f.Deleted() {
		return ""
	}
	return f.Target
}

// Deleted reports whether the file has no name any more.
func (f FD) Deleted() bool { return strings.HasSuffix(f.Target, " (deleted)") }

// Flags of open(2), as /proc/PID/fdinfo writes them (octal; the generic values, the same on x86-64 and arm64).
const (
	oAccMode = 0o3
	oAppend  = 0o2000
)

// Writes reports whether the descriptor may write.
func (f FD) Writes() bool { return f.Flags&oAccMode != 0 }

// Appends reports whether it was opened with O_APPEND, as log files are.
func (f FD) Appends() bool { return f.Flags&oAppend != 0 }

// Getenv finds a variable; the first of that name counts, as in getenv(3).
func (p *Proc) Getenv(name string) (string, bool) {
	for _, v := range p.Env {
		if v.Name == name {
			return v.Value, true
		}
	}
	return "", false
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

// Kind is the detector's name.
func (s *Subject) Kind() string { return s.App.ApplicationType }

// Java reports whether a JVM runs the application.
func (s *Subject) Java() bool { return strings.HasPrefix(s.App.ApplicationType, "java") }

// Dotnet reports whether it is a .NET application.
func (s *Subject) Dotnet() bool { return strings.HasPrefix(s.App.ApplicationType, "dotnet") }

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
