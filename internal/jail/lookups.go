package jail

import (
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// Lookup is a path that a process looks up by a system call, as it was named there.
type Lookup struct {
	Call string // "openat", "execve"
	PID  int    // of the thread, as the host counts
	// Dir is the folder that a relative path begins in, as the process sees it; "" where that is not known, and for absolute ones.
	Dir  string
	Path string
	// Link says that a link at the end is not followed, Create that the call makes the file if there is none, Open that it opens what it finds.
	Link, Create, Open bool
}

// flagKind says what an argument of flags means.
type flagKind int

const (
	noFlags   flagKind = iota
	openFlags          // open(2)
	howFlags           // a pointer to struct open_how, openat2(2)
	atFlags            // AT_… of stat(2), access(2) and execveat(2)
)

// lookupCall is a system call that looks a path up, with the indexes of its arguments.
type lookupCall struct {
	name  string
	nr    uint32
	dir   int // descriptor of the folder that a relative path begins in; -1: there is none, it is the working folder
	path  int
	flags int
	kind  flagKind
	link  bool // it never follows a link at the end
}

// lookupCalls are those of this machine's own programs: 32-bit ones are not looked at.
func lookupCalls() []lookupCall {
	return append([]lookupCall{
		{name: "openat", nr: unix.SYS_OPENAT, path: 1, flags: 2, kind: openFlags},
		{name: "openat2", nr: unix.SYS_OPENAT2, path: 1, flags: 2, kind: howFlags},
		{name: "execve", nr: unix.SYS_EXECVE, dir: -1},
		{name: "execveat", nr: unix.SYS_EXECVEAT, path: 1, flags: 4, kind: atFlags},
		{name: "statx", nr: unix.SYS_STATX, path: 1, flags: 2, kind: atFlags},
		{name: "faccessat", nr: unix.SYS_FACCESSAT, path: 1},
		{name: "faccessat2", nr: unix.SYS_FACCESSAT2, path: 1, flags: 3, kind: atFlags},
		{name: "readlinkat", nr: unix.SYS_READLINKAT, path: 1, link: true},
	}, lookupCallsHere()...)
}

// lookupFilter hands these calls to a listener, and lets all others be. What has no path but a descriptor alone (AT_EMPTY_PATH, which is how C libraries write
// fstat) looks nothing up.
func lookupFilter() []bpf.Instruction {
	const listener = unix.SECCOMP_RET_USER_NOTIF
	p := []bpf.Instruction{
		bpf.LoadAbsolute{Off: offArch, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: auditArch, SkipTrue: 1},
		bpf.RetConstant{Val: retAllow},
		bpf.LoadAbsolute{Off: offNr, Size: 4},
	}
	for _, c := range lookupCalls() {
		body := []bpf.Instruction{bpf.RetConstant{Val: listener}}
		if c.kind == atFlags {
			body = []bpf.Instruction{
				bpf.LoadAbsolute{Off: arg(uint32(c.flags)), Size: 4},
				bpf.JumpIf{Cond: bpf.JumpBitsSet, Val: unix.AT_EMPTY_PATH, SkipTrue: 1},
				bpf.RetConstant{Val: listener},
				bpf.RetConstant{Val: retAllow},
			}
		}
		p = append(append(p, bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: c.nr, SkipTrue: uint8(len(body))}), body...)
	}
	return append(p, bpf.RetConstant{Val: retAllow})
}
