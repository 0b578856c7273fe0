package model

import (
	"fmt"
	"slices"
	"strconv"
)

// Source names one place on the host that a fact was read from, short enough to be checked by a person:
//
//	argv[3] of 412           one argument of /proc/412/cmdline
//	/proc/412/status:9       a line of a kernel file
//	/proc/412/fd/5           a descriptor
//	socket:[777]             a socket inode (as in /proc/PID/fd and /proc/net/tcp)
//	env JAVA_HOME of 412     a name in /proc/412/environ, never its value
//	/etc/app.yml:12          a line of a file
//	/opt/a.jar!/META-INF/MANIFEST.MF:3   a line of an archive's entry
//	resolver                 what the host's resolver answered
//	derived: <rule>          a conclusion from other fields, the rule named
type Source string

// Evidence says for each set field of the object that holds it, by the field's JSON name, where the value came from.
type Evidence map[string][]Source

// Add appends sources to a field, without repeating one. A nil map is made on first use.
func (e *Evidence) Add(field string, sources ...Source) {
	if *e == nil {
		*e = Evidence{}
	}
	for _, s := range sources {
		if !slices.Contains((*e)[field], s) {
			(*e)[field] = append((*e)[field], s)
		}
	}
}

// FromArg is argument i (0 is the program) of a process.
func FromArg(pid, i int) Source {
	return Source("argv[" + strconv.Itoa(i) + "] of " + strconv.Itoa(pid))
}

// FromEnv is a variable of a process's environment; the value is not part of the source.
func FromEnv(pid int, name string) Source { return Source("env " + name + " of " + strconv.Itoa(pid)) }

// FromProc is a file below /proc/PID, such as "exe", "fd/5" or "status:9".
func FromProc(pid int, name string) Source { return Source("/proc/" + strconv.Itoa(pid) + "/" + name) }

// FromFile is a line (1-based; 0: the whole file) of a file or of an archive's entry ("a.jar!/entry").
func FromFile(path Path, line int) Source {
	if line == 0 {
		return Source(path.String())
	}
	return Source(fmt.Sprintf("%s:%d", path, line))
}

// FromSocket is a socket inode.
func FromSocket(inode uint64) Source { return Source("socket:[" + strconv.FormatUint(inode, 10) + "]") }

// FromResolver is what the host's resolver answered.
func FromResolver() Source { return "resolver" }

// Derived is a conclusion; rule says which, in a few words.
func Derived(rule string) Source { return Source("derived: " + rule) }
