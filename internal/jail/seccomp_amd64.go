package jail

import (
	syscalls "github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/sys/unix"
)

const auditArch = unix.AUDIT_ARCH_X86_64

// foreignCalls refuses the x32 numbers, which share the architecture.
func foreignCalls() []unix.SockFilter {
	const x32 = 0x40000000
	return []unix.SockFilter{jump(unix.BPF_JGE, x32, 0, 1), ret(retNoSys)}
}

func deniedHere() []uint32 {
	return []uint32{
		unix.SYS__SYSCTL, unix.SYS_IOPL, unix.SYS_IOPERM, unix.SYS_MODIFY_LDT, unix.SYS_KEXEC_FILE_LOAD, unix.SYS_CREATE_MODULE,
		unix.SYS_QUERY_MODULE, unix.SYS_GET_KERNEL_SYMS, unix.SYS_NFSSERVCTL, unix.SYS_UMOUNT2, unix.SYS_USTAT, unix.SYS_USELIB,
	}
}

// deviceCalls make device nodes; the value is the index of their mode argument.
func deviceCalls() map[uint32]uint32 {
	return map[uint32]uint32{unix.SYS_MKNOD: 1, unix.SYS_MKNODAT: 2}
}

// native are the tables of system calls that programs of this machine use: 32-bit ones, too.
func native() []*syscalls.Info { return []*syscalls.Info{syscalls.X86_64, syscalls.I386} }

// lookupCallsHere are the calls that newer machines do without.
func lookupCallsHere() []lookupCall {
	return []lookupCall{
		{name: "open", nr: unix.SYS_OPEN, dir: -1, flags: 1, kind: openFlags},
		{name: "stat", nr: unix.SYS_STAT, dir: -1},
		{name: "lstat", nr: unix.SYS_LSTAT, dir: -1, link: true},
		{name: "newfstatat", nr: unix.SYS_NEWFSTATAT, path: 1, flags: 3, kind: atFlags},
		{name: "access", nr: unix.SYS_ACCESS, dir: -1},
		{name: "readlink", nr: unix.SYS_READLINK, dir: -1, link: true},
	}
}
