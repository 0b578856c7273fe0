package child

import (
	"errors"
	"unsafe"

	"golang.org/x/sys/unix"
)

// machineTries are the attempts on the machine as a whole and on ways around the filter. Each has to be refused by the filter itself (EPERM, ENOSYS):
// another error would mean that the kernel had begun to look at the arguments.
func machineTries(t target, fd int) map[string]func() error {
	call := func(nr uintptr, args ...uintptr) func() error {
		var a [6]uintptr
		copy(a[:], args)
		return func() error {
			if _, _, e := unix.RawSyscall6(nr, a[0], a[1], a[2], a[3], a[4], a[5]); e != 0 {
				return e
			}
			return nil
		}
	}
	text := func(s string) uintptr {
		b, err := unix.BytePtrFromString(s)
		if err != nil {
			return 0
		}
		return uintptr(unsafe.Pointer(b)) //nolint:govet // the string lives in the binary or on the heap, which does not move
	}
	none := ^uintptr(0)
	return map[string]func() error{
		"init_module":        call(unix.SYS_INIT_MODULE, 0, 0, 0),
		"finit_module":       call(unix.SYS_FINIT_MODULE, uintptr(fd), 0, 0),
		"delete_module":      call(unix.SYS_DELETE_MODULE, text("a2c_no_module"), 0),
		"reboot":             call(unix.SYS_REBOOT, 0, 0, 0), // the wrong magic numbers: nothing happens if it gets through
		"kexec_load":         call(unix.SYS_KEXEC_LOAD, 0, 0, 0, 0),
		"swapon":             call(unix.SYS_SWAPON, text(t.Dir+"/file"), 0),
		"swapoff":            call(unix.SYS_SWAPOFF, text(t.Dir+"/file")),
		"acct":               call(unix.SYS_ACCT, text(t.Dir+"/file")),
		"syslog":             call(unix.SYS_SYSLOG, 10, 0, 0),
		"domain_name":        call(unix.SYS_SETDOMAINNAME, text("x"), 1),
		"set_time":           call(unix.SYS_SETTIMEOFDAY, none, 0),
		"set_clock":          call(unix.SYS_CLOCK_SETTIME, 0, none),
		"adjust_clock":       call(unix.SYS_ADJTIMEX, none),
		"personality":        call(unix.SYS_PERSONALITY, 0xffffffff),
		"hang_up":            call(unix.SYS_VHANGUP),
		"quota":              call(unix.SYS_QUOTACTL, 0, 0, 0, 0),
		"bpf":                call(unix.SYS_BPF, 0, 0, 0),
		"perf_event":         call(unix.SYS_PERF_EVENT_OPEN, 0, 0, 0, none, 0),
		"userfaultfd":        call(unix.SYS_USERFAULTFD, 0),
		"io_uring":           call(unix.SYS_IO_URING_SETUP, 1, 0),
		"add_key":            call(unix.SYS_ADD_KEY, text("user"), text("a2c"), 0, 0, 0),
		"keyctl":             call(unix.SYS_KEYCTL, 0, 0),
		"fanotify":           call(unix.SYS_FANOTIFY_INIT, 0, 0),
		"open_by_handle":     call(unix.SYS_OPEN_BY_HANDLE_AT, uintptr(fd), 0, 0),
		"ioctl":              call(unix.SYS_IOCTL, uintptr(fd), unix.TIOCSTI, 0),
		"sync":               call(unix.SYS_SYNC),
		"memory_file":        call(unix.SYS_MEMFD_CREATE, text("a2c"), 0),
		"connect":            call(unix.SYS_CONNECT, uintptr(fd), 0, 0),
		"bind":               call(unix.SYS_BIND, uintptr(fd), 0, 0),
		"listen":             call(unix.SYS_LISTEN, uintptr(fd), 1),
		"accept":             call(unix.SYS_ACCEPT, uintptr(fd), 0, 0),
		"socket_pair":        call(unix.SYS_SOCKETPAIR, unix.AF_UNIX, unix.SOCK_STREAM, 0, none),
		"message_queue":      call(unix.SYS_MQ_OPEN, text("a2c"), unix.O_CREAT|unix.O_RDWR, 0o600, 0),
		"shared_memory":      call(unix.SYS_SHMGET, 0, 4096, unix.IPC_CREAT|0o600),
		"semaphore":          call(unix.SYS_SEMGET, 0, 1, unix.IPC_CREAT|0o600),
		"messages":           call(unix.SYS_MSGGET, 0, unix.IPC_CREAT|0o600),
		"exec_at":            call(unix.SYS_EXECVEAT, uintptr(fd), text(""), 0, 0, unix.AT_EMPTY_PATH),
		"clone3":             call(unix.SYS_CLONE3, 0, 0),
		"clone_namespace":    call(unix.SYS_CLONE, unix.CLONE_NEWUSER|uintptr(unix.SIGCHLD), 0, 0, 0, 0),
		"new_mount":          call(unix.SYS_FSOPEN, text("tmpfs"), 0),
		"copy_of_mount":      call(unix.SYS_OPEN_TREE, none, text("/"), 1),
		"pivot_root":         call(unix.SYS_PIVOT_ROOT, text("/"), text("/")),
		"pidfd_getfd":        call(unix.SYS_PIDFD_GETFD, uintptr(fd), 0, 0),
		"pidfd_signal":       call(unix.SYS_PIDFD_SEND_SIGNAL, uintptr(fd), uintptr(unix.SIGTERM), 0, 0),
		"queue_signal":       call(unix.SYS_RT_SIGQUEUEINFO, uintptr(t.PID), uintptr(unix.SIGTERM), 0),
		"process_madvise":    call(unix.SYS_PROCESS_MADVISE, uintptr(fd), 0, 0, 0, 0),
		"scheduler":          call(unix.SYS_SCHED_SETSCHEDULER, uintptr(t.PID), 0, 0),
		"io_priority":        call(unix.SYS_IOPRIO_SET, 1, uintptr(t.PID), 0),
		"move_pages":         call(unix.SYS_MOVE_PAGES, uintptr(t.PID), 0, 0, 0, 0, 0),
		"fallocate":          call(unix.SYS_FALLOCATE, uintptr(fd), 0, 0, 1),
		"copy_file_range":    call(unix.SYS_COPY_FILE_RANGE, uintptr(fd), 0, uintptr(fd), 0, 1, 0),
		"link_itself":        call(unix.SYS_LINKAT, uintptr(fd), text(""), none, text(t.Dir+"/new"), unix.AT_EMPTY_PATH),
		"remove_attribute":   call(unix.SYS_REMOVEXATTR, text(t.Dir+"/file"), text("user.x")),
		"raise_limit_of_all": call(unix.SYS_PRLIMIT64, uintptr(t.PID), unix.RLIMIT_NPROC, 0, 0),
	}
}

// byFilter reports whether an error is the filter's own.
func byFilter(err error) bool { return errors.Is(err, unix.EPERM) || errors.Is(err, unix.ENOSYS) }

// rights tries to get back what was given up. The kernel refuses these: they change the process alone, so the filter lets them through.
func rights() map[string]func() error {
	return map[string]func() error{
		"setgid":    func() error { return unix.Setresgid(0, 0, 0) },
		"setgroups": func() error { return unix.Setgroups([]int{0}) },
		"capset": func() error {
			h := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
			all := [2]unix.CapUserData{{Effective: ^uint32(0), Permitted: ^uint32(0)}, {}}
			return unix.Capset(&h, &all[0])
		},
		"ambient": func() error {
			return unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_RAISE, unix.CAP_SYS_ADMIN, 0, 0)
		},
		"no_new_privs": func() error { return unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0) },
	}
}
