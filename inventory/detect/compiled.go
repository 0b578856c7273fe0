package detect

import (
	"fmt"

	"a2c/inventory/host"
	"a2c/parse"
)

// minCompiledThreads is how few threads a program compiled ahead of time can have: nothing compiles, so beside the main one there is that of reference
// handlers (GraalVM) or of finalizers (.NET) alone.
const minCompiledThreads = 2

// mayBeCompiled is the cheap look for programs that native-image or .NET's NativeAOT made.
func mayBeCompiled(p *host.Process) bool { return p.Threads >= minCompiledThreads }

// onCompiled is what the detectors of programs compiled ahead of time have in common.
type onCompiled struct {
	seen views
	last *looked
}

// looked is the program that was looked at last: the detectors ask for one process after the other.
type looked struct {
	process  *host.Process
	sections []string
}

// sectionsOf are the sections of a process's executable, which is opened once for all detectors.
func (o onCompiled) sectionsOf(h *host.Host, p *host.Process) []string {
	if o.last.process != p {
		*o.last = looked{p, sections(h, p)}
	}
	return o.last.sections
}

// sections are the names of the sections of a process's executable, none when they cannot be read: the kernel runs a program with a damaged table,
// too, but neither compiler writes one, and a program that may not be looked at is counted with the others.
func sections(h *host.Host, p *host.Process) []string {
	exe, err := h.Tree.Open(fmt.Sprintf("/proc/%d/exe", p.PID)) // the file that runs, also when it was replaced
	if err != nil {
		return nil
	}
	defer exe.Close()
	names, err := parse.ELFSections(exe)
	if err != nil {
		return nil
	}
	return names
}
