// Command attack is what a hostile Dockerfile runs as root in a build. It tries to reach or change the machine that the build runs on, in
// ways that do no harm if they work, prints what worked, and fails when anything did.
package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "wait" {
		time.Sleep(time.Hour)
	}
	if len(os.Args) > 1 && os.Args[1] == "link" {
		link(os.Args[2], os.Args[3])
		return
	}
	worked := 0
	for name, try := range attempts() {
		if err := try(); err != nil {
			fmt.Printf("refused: %s: %v\n", name, err)
			continue
		}
		fmt.Printf("WORKED: %s\n", name)
		worked++
	}
	if worked > 0 {
		os.Exit(1)
	}
	// What was made shows that the program ran.
	if err := os.WriteFile("/attacked", nil, 0o600); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func attempts() map[string]func() error {
	return map[string]func() error{
		"sysctl":                  func() error { return rewrite("/proc/sys/kernel/panic") },
		"sysctl of the namespace": func() error { return rewrite("/proc/sys/kernel/msgmax") },
		"core pattern":            func() error { return rewrite("/proc/sys/kernel/core_pattern") },
		"remount /proc/sys":       func() error { return unix.Mount("", "/proc/sys", "", unix.MS_REMOUNT|unix.MS_BIND, "") },
		"sysrq":                   func() error { return os.WriteFile("/proc/sysrq-trigger", []byte("h"), 0) }, // prints help to the kernel log
		"block device":            func() error { return unix.Mknod("/disk", unix.S_IFBLK|0o600, int(unix.Mkdev(254, 0))) },
		"character device":        func() error { return unix.Mknodat(unix.AT_FDCWD, "/mem", unix.S_IFCHR|0o600, int(unix.Mkdev(1, 1))) },
		"mount":                   func() error { return unix.Mount("tmpfs", "/tmp", "tmpfs", 0, "") },
		"new mount API":           func() error { fd, err := unix.Fsopen("tmpfs", 0); unix.Close(fd); return err },
		"unmount /proc":           func() error { return unix.Unmount("/proc", unix.MNT_DETACH) },
		"mount namespace":         func() error { return unix.Unshare(unix.CLONE_NEWNS) },
		"user namespace":          func() error { return unix.Unshare(unix.CLONE_NEWUSER) },
		"clone":                   cloneUser,
		"host name":               func() error { return unix.Sethostname([]byte("attacked")) },
		"ptrace":                  func() error { return unix.PtraceAttach(1) },
		"bpf":                     func() error { return syscall3(unix.SYS_BPF) },
		"perf":                    func() error { return syscall3(unix.SYS_PERF_EVENT_OPEN) },
		"key ring":                func() error { _, err := unix.KeyctlGetKeyringID(unix.KEY_SPEC_SESSION_KEYRING, true); return err },
		"io_uring":                func() error { return syscall3(unix.SYS_IO_URING_SETUP) },
		"kernel log":              func() error { _, err := unix.Klogctl(10, nil); return err }, // SYSLOG_ACTION_SIZE_BUFFER
		"clock":                   sameClock,
		"swap":                    func() error { return syscall3(unix.SYS_SWAPOFF) },
		"vsock":                   func() error { return socket(unix.AF_VSOCK) },
		"packet socket":           func() error { return socket(unix.AF_PACKET) },
		"raw socket": func() error {
			fd, err := unix.Socket(unix.AF_INET, unix.SOCK_RAW, unix.IPPROTO_ICMP)
			unix.Close(fd)
			return err
		},
		"abstract socket":         func() error { return dial("unix", "@"+os.Getenv("ATTACK_ABSTRACT")) },
		"host loopback":           func() error { return dial("tcp", os.Getenv("ATTACK_TCP")) },
		"host file":               func() error { _, err := os.Stat(os.Getenv("ATTACK_FILE")); return err },
		"host file through PID 1": func() error { _, err := os.Stat("/proc/1/root" + os.Getenv("ATTACK_FILE")); return err },
		"write the context":       writeContext,
		"second process":          seeOthers,
		"chroot":                  func() error { return unix.Chroot("/proc") },
		"file handle":             func() error { _, _, err := unix.NameToHandleAt(unix.AT_FDCWD, "/", 0); return err },
		"nice":                    func() error { return unix.Setpriority(unix.PRIO_PROCESS, 0, -5) },
		"kernel threads' cgroup":  func() error { _, err := os.Stat("/sys/fs/cgroup"); return err },
	}
}

// rewrite writes what stands there already: if it works, nothing has changed.
func rewrite(name string) error {
	have, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	return os.WriteFile(name, have, 0)
}

func syscall3(nr uintptr) error {
	_, _, e := unix.Syscall(nr, 0, 0, 0)
	if e == unix.EPERM || e == unix.ENOSYS {
		return e
	}
	return nil // the kernel looked at the arguments
}

func cloneUser() error {
	pid, _, e := unix.RawSyscall(unix.SYS_CLONE, uintptr(unix.CLONE_NEWUSER|unix.SIGCHLD), 0, 0)
	if e != 0 {
		return e
	}
	if pid == 0 {
		unix.RawSyscall(unix.SYS_EXIT, 0, 0, 0)
	}
	return nil
}

func sameClock() error {
	var now unix.Timeval
	if err := unix.Gettimeofday(&now); err != nil {
		return err
	}
	return unix.Settimeofday(&now)
}

func socket(family int) error {
	fd, err := unix.Socket(family, unix.SOCK_DGRAM, 0)
	unix.Close(fd)
	return err
}

func dial(network, address string) error {
	c, err := net.DialTimeout(network, address, time.Second)
	if err != nil {
		return err
	}
	return c.Close()
}

func inside() string {
	names, _ := filepath.Glob("/.a2c-*")
	return strings.Join(names, " ")
}

func writeContext() error {
	return os.WriteFile(filepath.Join(inside(), "context", "attacked"), nil, 0o600)
}

// seeOthers looks for a process that is neither the builder (1) nor we.
func seeOthers() error {
	pids, err := filepath.Glob("/proc/[0-9]*")
	if err != nil || len(pids) <= 2 {
		return fmt.Errorf("%d processes", len(pids))
	}
	return nil
}

// link puts links to a file of the host where the builder leaves its layers, or makes that whole folder a link to the file's.
func link(how, target string) {
	out := filepath.Join(inside(), "out")
	if how == "folder" {
		fmt.Println(os.Rename(out, out+"-gone"), os.Symlink(filepath.Dir(target), out))
		return
	}
	for _, name := range []string{"0.tar", "1.tar"} {
		fmt.Println(os.Symlink(target, filepath.Join(out, name)))
	}
}
