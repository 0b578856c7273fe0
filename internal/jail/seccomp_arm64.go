package jail

import (
	syscalls "github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/sys/unix"
)

const auditArch = unix.AUDIT_ARCH_AARCH64

func foreignCalls() []unix.SockFilter { return nil }

func deniedHere() []uint32 { return []uint32{unix.SYS_KEXEC_FILE_LOAD, unix.SYS_NFSSERVCTL} }

// deviceCalls make device nodes; the value is the index of their mode argument.
func deviceCalls() map[uint32]uint32 { return map[uint32]uint32{unix.SYS_MKNODAT: 2} }

// native are the tables of system calls that programs of this machine use: 32-bit ones, too.
func native() []*syscalls.Info { return []*syscalls.Info{syscalls.AARCH64, syscalls.ARM} }

// lookupCallsHere has fstatat, whose name differs.
func lookupCallsHere() []lookupCall {
	return []lookupCall{{name: "newfstatat", nr: unix.SYS_FSTATAT, path: 1, flags: 3, kind: atFlags}}
}
