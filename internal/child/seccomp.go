package child

import (
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// lastKnown is the highest system call that was looked at for this filter; later ones do not exist for a confined child. On amd64 this also
// shuts out the x32 calls, whose numbers begin at 0x40000000.
const lastKnown = unix.SYS_REMOVEXATTRAT

// refused are the calls that change something outside the process, or would lead around the filter.
func refused() []uint32 {
	return append(refusedHere(),
		// other processes
		unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV, unix.SYS_PROCESS_MADVISE, unix.SYS_PROCESS_MRELEASE,
		unix.SYS_KCMP, unix.SYS_PIDFD_OPEN, unix.SYS_PIDFD_GETFD, unix.SYS_PIDFD_SEND_SIGNAL,
		unix.SYS_TKILL, unix.SYS_RT_SIGQUEUEINFO, unix.SYS_RT_TGSIGQUEUEINFO,
		unix.SYS_SETPRIORITY, unix.SYS_IOPRIO_SET, unix.SYS_SCHED_SETAFFINITY, unix.SYS_SCHED_SETATTR, unix.SYS_SCHED_SETPARAM,
		unix.SYS_SCHED_SETSCHEDULER, unix.SYS_MIGRATE_PAGES, unix.SYS_MOVE_PAGES,
		// programs, namespaces, mounts
		unix.SYS_EXECVE, unix.SYS_EXECVEAT, unix.SYS_SETNS, unix.SYS_UNSHARE, unix.SYS_CHROOT, unix.SYS_PIVOT_ROOT, unix.SYS_MOUNT, unix.SYS_UMOUNT2,
		unix.SYS_MOVE_MOUNT, unix.SYS_OPEN_TREE, unix.SYS_FSOPEN, unix.SYS_FSCONFIG, unix.SYS_FSMOUNT, unix.SYS_FSPICK, unix.SYS_MOUNT_SETATTR,
		// the network and IPC
		unix.SYS_SOCKET, unix.SYS_SOCKETPAIR, unix.SYS_BIND, unix.SYS_LISTEN, unix.SYS_CONNECT, unix.SYS_ACCEPT, unix.SYS_ACCEPT4,
		unix.SYS_SHMGET, unix.SYS_SHMAT, unix.SYS_SHMCTL, unix.SYS_SEMGET, unix.SYS_SEMOP, unix.SYS_SEMCTL, unix.SYS_SEMTIMEDOP,
		unix.SYS_MSGGET, unix.SYS_MSGSND, unix.SYS_MSGRCV, unix.SYS_MSGCTL, unix.SYS_MQ_OPEN, unix.SYS_MQ_UNLINK,
		// files; opening for writing is judged by its flags
		unix.SYS_MKNODAT, unix.SYS_MKDIRAT, unix.SYS_UNLINKAT, unix.SYS_RENAMEAT2, unix.SYS_LINKAT, unix.SYS_SYMLINKAT,
		unix.SYS_TRUNCATE, unix.SYS_FTRUNCATE, unix.SYS_FALLOCATE, unix.SYS_COPY_FILE_RANGE, unix.SYS_MEMFD_CREATE, unix.SYS_MEMFD_SECRET,
		unix.SYS_FCHMOD, unix.SYS_FCHMODAT, unix.SYS_FCHMODAT2, unix.SYS_FCHOWN, unix.SYS_FCHOWNAT, unix.SYS_UTIMENSAT,
		unix.SYS_SETXATTR, unix.SYS_LSETXATTR, unix.SYS_FSETXATTR, unix.SYS_SETXATTRAT,
		unix.SYS_REMOVEXATTR, unix.SYS_LREMOVEXATTR, unix.SYS_FREMOVEXATTR, unix.SYS_REMOVEXATTRAT,
		unix.SYS_FLOCK, unix.SYS_IOCTL, unix.SYS_SYNC, unix.SYS_SYNCFS, unix.SYS_OPEN_BY_HANDLE_AT, unix.SYS_FANOTIFY_INIT,
		unix.SYS_QUOTACTL, unix.SYS_QUOTACTL_FD, unix.SYS_SWAPON, unix.SYS_SWAPOFF,
		// the machine
		unix.SYS_REBOOT, unix.SYS_SETHOSTNAME, unix.SYS_SETDOMAINNAME, unix.SYS_SETTIMEOFDAY, unix.SYS_CLOCK_SETTIME,
		unix.SYS_ADJTIMEX, unix.SYS_CLOCK_ADJTIME, unix.SYS_INIT_MODULE, unix.SYS_FINIT_MODULE, unix.SYS_DELETE_MODULE,
		unix.SYS_KEXEC_LOAD, unix.SYS_ACCT, unix.SYS_SYSLOG, unix.SYS_VHANGUP, unix.SYS_PERSONALITY,
		unix.SYS_BPF, unix.SYS_PERF_EVENT_OPEN, unix.SYS_USERFAULTFD, unix.SYS_KEYCTL, unix.SYS_ADD_KEY, unix.SYS_REQUEST_KEY,
		unix.SYS_IO_URING_SETUP, unix.SYS_IO_URING_ENTER, unix.SYS_IO_URING_REGISTER,
	)
}

// absent answer ENOSYS, upon which callers use an older call: their flags lie in memory, where a filter cannot look.
func absent() []uint32 { return []uint32{unix.SYS_OPENAT2, unix.SYS_CLONE3} }

// filter is the program (seccomp(2)) for a child with this PID.
func filter(pid uint32) []bpf.Instruction {
	f := []bpf.Instruction{
		bpf.LoadAbsolute{Off: 4, Size: 4}, // seccomp_data.arch
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: auditArch, SkipTrue: 1},
		bpf.RetConstant{Val: unix.SECCOMP_RET_KILL_PROCESS},
		bpf.LoadAbsolute{Off: 0, Size: 4}, // seccomp_data.nr
		bpf.JumpIf{Cond: bpf.JumpLessOrEqual, Val: lastKnown, SkipTrue: 1},
		errno(unix.ENOSYS),
	}
	for _, nr := range absent() {
		f = append(f, bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: nr, SkipTrue: 1}, errno(unix.ENOSYS))
	}
	for _, nr := range refused() {
		f = append(f, bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: nr, SkipTrue: 1}, errno(unix.EPERM))
	}
	const (
		writes     = unix.O_WRONLY | unix.O_RDWR | unix.O_CREAT | unix.O_TRUNC | 0o20000000 // __O_TMPFILE
		namespaces = unix.CLONE_NEWNS | unix.CLONE_NEWCGROUP | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNET
	)
	for _, o := range opens() {
		f = append(f, judge(o.nr, o.flags, bitsClear(writes))...)
	}
	f = append(f, judge(unix.SYS_CLONE, 0, bitsClear(namespaces), bitsSet(unix.CLONE_THREAD))...)
	f = append(f, judge(unix.SYS_KILL, 0, oneOf(pid))...)
	f = append(f, judge(unix.SYS_TGKILL, 0, oneOf(pid))...) // Go's runtime preempts its own threads by signal
	f = append(f, judge(unix.SYS_PRLIMIT64, 0, oneOf(0, pid))...)
	f = append(f, judge(unix.SYS_FCNTL, 1, oneOf(unix.F_DUPFD, unix.F_GETFD, unix.F_SETFD, unix.F_GETFL, unix.F_SETFL, unix.F_DUPFD_CLOEXEC))...)
	return append(f, bpf.RetConstant{Val: unix.SECCOMP_RET_ALLOW})
}

func errno(e unix.Errno) bpf.Instruction {
	return bpf.RetConstant{Val: unix.SECCOMP_RET_ERRNO | uint32(e)}
}

// open is a call that opens a file, with the index of its flags.
type open struct {
	nr    uint32
	flags int
}

// judge lets call nr pass when all conditions on its argument arg hold, and refuses it otherwise. Only the lower half of the argument is looked
// at: all these arguments are ints in the kernel, which ignores the upper half.
func judge(nr uint32, arg int, conditions ...[]bpf.Instruction) []bpf.Instruction {
	body := []bpf.Instruction{bpf.LoadAbsolute{Off: uint32(16 + 8*arg), Size: 4}} // little-endian: amd64, arm64
	for _, c := range conditions {
		body = append(append(body, c...), errno(unix.EPERM))
	}
	body = append(body, bpf.RetConstant{Val: unix.SECCOMP_RET_ALLOW})
	return append([]bpf.Instruction{bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: nr, SkipTrue: uint8(len(body))}}, body...)
}

// A condition skips the instruction behind it when it holds.
func bitsClear(mask uint32) []bpf.Instruction {
	return []bpf.Instruction{bpf.JumpIf{Cond: bpf.JumpBitsNotSet, Val: mask, SkipTrue: 1}}
}

func bitsSet(mask uint32) []bpf.Instruction {
	return []bpf.Instruction{bpf.JumpIf{Cond: bpf.JumpBitsSet, Val: mask, SkipTrue: 1}}
}

func oneOf(values ...uint32) []bpf.Instruction {
	var c []bpf.Instruction
	for i, v := range values {
		c = append(c, bpf.JumpIf{Cond: bpf.JumpEqual, Val: v, SkipTrue: uint8(len(values) - i)})
	}
	return c
}

// InstallFilter puts a seccomp filter on every thread of the process (SECCOMP_FILTER_FLAG_TSYNC, Linux 3.17).
func InstallFilter(program []bpf.Instruction) error {
	raw, err := bpf.Assemble(program)
	if err != nil {
		return fmt.Errorf("assemble seccomp filter: %w", err)
	}
	code := make([]unix.SockFilter, len(raw))
	for i, r := range raw {
		code[i] = unix.SockFilter{Code: r.Op, Jt: r.Jt, Jf: r.Jf, K: r.K}
	}
	prog := unix.SockFprog{Len: uint16(len(code)), Filter: &code[0]}
	tid, _, e := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&prog)))
	runtime.KeepAlive(code)
	switch {
	case e != 0:
		return fmt.Errorf("seccomp: %w", e)
	case tid != 0:
		return fmt.Errorf("seccomp: thread %d cannot take the filter", tid)
	}
	return nil
}
