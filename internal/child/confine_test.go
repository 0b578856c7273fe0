package child

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// target is what the attempts aim at: a world-writable folder with a file and a FIFO, and a process of the child's own user, so that
// nothing but the confinement stands in the way.
type target struct {
	Dir string
	PID int
}

// attempts tries to change the host in every way it can think of and returns what each try said; "" is a success.
func attempts(_ context.Context, c *Conn) (any, error) {
	var t target
	if err := c.Request(&t); err != nil {
		return nil, err
	}
	file, fifo, fresh := t.Dir+"/file", t.Dir+"/fifo", t.Dir+"/new"
	openat := func(name string, flags int) func() error {
		return func() error { _, err := unix.Openat(unix.AT_FDCWD, name, flags, 0o600); return err }
	}
	socket := func(domain, kind int) func() error {
		return func() error { _, err := unix.Socket(domain, kind, 0); return err }
	}
	ro, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	fd := int(ro.Fd())
	word := make([]byte, 8)
	local := []unix.Iovec{{Base: &word[0], Len: 8}}
	remote := []unix.RemoteIovec{{Base: uintptr(unsafe.Pointer(&word[0])), Len: 8}}
	tries := map[string]func() error{
		"open_write":      openat(file, unix.O_WRONLY),
		"open_read_write": openat(file, unix.O_RDWR),
		"open_truncate":   openat(file, unix.O_RDONLY|unix.O_TRUNC),
		"open_create":     openat(fresh, unix.O_RDONLY|unix.O_CREAT),
		"open_tmpfile":    openat(t.Dir, unix.O_TMPFILE|unix.O_RDWR),
		"open_fifo":       openat(fifo, unix.O_WRONLY|unix.O_NONBLOCK),
		"open_dev_null":   openat("/dev/null", unix.O_WRONLY),
		"open_sysctl":     openat("/proc/sys/kernel/hostname", unix.O_WRONLY),
		"open_reopen":     openat(fmt.Sprintf("/proc/self/fd/%d", fd), unix.O_WRONLY),
		"openat2": func() error {
			_, err := unix.Openat2(unix.AT_FDCWD, file, &unix.OpenHow{Flags: unix.O_WRONLY})
			return err
		},
		"write_read_only":   func() error { _, err := unix.Write(fd, word); return err },
		"map_shared":        func() error { _, err := unix.Mmap(fd, 0, 4096, unix.PROT_WRITE, unix.MAP_SHARED); return err },
		"mkdir":             func() error { return unix.Mkdir(fresh, 0o700) },
		"mknod":             func() error { return unix.Mknod(fresh, unix.S_IFIFO|0o600, 0) },
		"rename":            func() error { return unix.Rename(file, fresh) },
		"unlink":            func() error { return unix.Unlink(file) },
		"link":              func() error { return unix.Link(file, fresh) },
		"symlink":           func() error { return unix.Symlink(file, fresh) },
		"truncate":          func() error { return unix.Truncate(file, 0) },
		"chmod":             func() error { return unix.Chmod(file, 0o777) },
		"fchmod":            func() error { return unix.Fchmod(fd, 0o777) },
		"chown":             func() error { return unix.Chown(file, 0, 0) },
		"utimes":            func() error { return unix.UtimesNano(file, make([]unix.Timespec, 2)) },
		"setxattr":          func() error { return unix.Setxattr(file, "user.x", word, 0) },
		"flock":             func() error { return unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) },
		"lock":              func() error { return unix.FcntlFlock(uintptr(fd), unix.F_SETLK, &unix.Flock_t{Type: unix.F_RDLCK}) },
		"lease":             func() error { _, err := unix.FcntlInt(uintptr(fd), unix.F_SETLEASE, unix.F_RDLCK); return err },
		"signal_by_fcntl":   func() error { _, err := unix.FcntlInt(uintptr(fd), unix.F_SETOWN, t.PID); return err },
		"kill":              func() error { return unix.Kill(t.PID, unix.SIGTERM) },
		"kill_nothing":      func() error { return unix.Kill(t.PID, 0) },
		"kill_all":          func() error { return unix.Kill(-1, unix.SIGURG) },
		"tgkill":            func() error { return unix.Tgkill(t.PID, t.PID, unix.SIGTERM) },
		"pidfd":             func() error { _, err := unix.PidfdOpen(t.PID, 0); return err },
		"priority":          func() error { return unix.Setpriority(unix.PRIO_PROCESS, t.PID, 19) },
		"affinity":          func() error { return unix.SchedSetaffinity(t.PID, &unix.CPUSet{1}) },
		"rlimit":            func() error { return unix.Prlimit(t.PID, unix.RLIMIT_NOFILE, &unix.Rlimit{}, nil) },
		"ptrace":            func() error { return unix.PtraceAttach(t.PID) },
		"ptrace_seize":      func() error { return unix.PtraceSeize(t.PID) },
		"process_vm_writev": func() error { _, err := unix.ProcessVMWritev(t.PID, local, remote, 0); return err },
		"process_vm_readv":  func() error { _, err := unix.ProcessVMReadv(t.PID, local, remote, 0); return err },
		"proc_mem":          openat(fmt.Sprintf("/proc/%d/mem", t.PID), unix.O_RDWR),
		"proc_oom":          openat(fmt.Sprintf("/proc/%d/oom_score_adj", t.PID), unix.O_WRONLY),
		"mount":             func() error { return unix.Mount("none", t.Dir, "tmpfs", 0, "") },
		"umount":            func() error { return unix.Unmount("/proc", unix.MNT_DETACH) },
		"unshare":           func() error { return unix.Unshare(unix.CLONE_NEWUSER) },
		"setns":             func() error { return unix.Setns(fd, 0) },
		"chroot":            func() error { return unix.Chroot("/") },
		"exec":              func() error { return unix.Exec("/bin/true", []string{"true"}, nil) },
		"fork": func() error {
			_, _, e := unix.RawSyscall6(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
			if e == 0 {
				return nil
			}
			return e
		},
		"tcp":         socket(unix.AF_INET, unix.SOCK_STREAM),
		"udp":         socket(unix.AF_INET6, unix.SOCK_DGRAM),
		"unix_socket": socket(unix.AF_UNIX, unix.SOCK_STREAM),
		"netlink":     socket(unix.AF_NETLINK, unix.SOCK_RAW),
		"packet":      socket(unix.AF_PACKET, unix.SOCK_RAW),
		"hostname":    func() error { return unix.Sethostname([]byte("x")) },
		"setuid":      func() error { return unix.Setresuid(0, 0, 0) },
	}
	said := map[string]string{}
	for name, try := range machineTries(t, fd) {
		if err := try(); !byFilter(err) {
			said[name+" (the filter)"] = "" // let through, whatever the kernel then said
		} else {
			said[name] = err.Error()
		}
	}
	maps.Copy(tries, rights())
	for name, try := range tries {
		if err := try(); err != nil {
			said[name] = err.Error()
		} else {
			said[name] = ""
		}
	}
	return said, nil
}

func TestNothingCanBeChanged(t *testing.T) {
	dir := t.TempDir()
	for _, err := range []error{
		os.Chmod(filepath.Dir(dir), 0o755), os.Chmod(dir, 0o777),
		os.WriteFile(dir+"/file", make([]byte, 4096), 0o666), os.Chmod(dir+"/file", 0o666),
		unix.Mkfifo(dir+"/fifo", 0o666), os.Chmod(dir+"/fifo", 0o666),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	victim := start(t, nobody)
	before := picture(t, dir)
	var said map[string]string
	if _, err := (Call{Role: "attempts", Request: target{dir, victim}}).Run(t.Context(), &said); err != nil {
		t.Fatal(err)
	}
	if len(said) < 110 {
		t.Errorf("only %d attempts came back", len(said))
	}
	for _, name := range slices.Sorted(maps.Keys(said)) {
		if _, own := rights()[name]; (own || name == "setuid") && os.Geteuid() == 0 && !planFor(0).nobody {
			continue
		}
		if said[name] == "" {
			t.Errorf("%s was not refused", name)
		}
	}
	if d := cmp.Diff(before, picture(t, dir)); d != "" {
		t.Errorf("the folder changed (-before +after)\n%s", d)
	}
	if stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", victim)); err != nil || strings.Contains(string(stat), ") Z ") || strings.Contains(string(stat), ") t ") {
		t.Errorf("the other process does not run on: %s, %v", stat, err)
	}
}

func picture(t *testing.T, dir string) map[string]string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	p := map[string]string{}
	for _, e := range entries {
		i, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		p[e.Name()] = fmt.Sprint(i.Mode(), i.Size(), i.ModTime(), i.Sys().(*syscall.Stat_t).Uid)
	}
	return p
}

// start runs a process that does nothing: as root under the given user, else under the own one.
func start(t *testing.T, uid uint32) int {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "/bin/sleep", "600")
	cmd.Env = []string{"A2C_TEST_VARIABLE=1"}
	if os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // killed
	})
	return cmd.Process.Pid
}

// numbers makes every refused call with no arguments worth anything, and returns those that were not refused as they should be.
func numbers(context.Context, *Conn) (any, error) {
	wrong := map[string]string{}
	check := func(nr uint32, want unix.Errno) {
		if _, _, e := unix.RawSyscall6(uintptr(nr), ^uintptr(0), ^uintptr(0), ^uintptr(0), ^uintptr(0), 0, 0); e != want {
			wrong[fmt.Sprint(nr)] = e.Error()
		}
	}
	for _, nr := range refused() {
		check(nr, unix.EPERM)
	}
	for _, nr := range append(absent(), lastKnown+1, 1000, 0x40000000) {
		check(nr, unix.ENOSYS)
	}
	return wrong, nil
}

func TestEveryRefusedCall(t *testing.T) {
	var wrong map[string]string
	if _, err := (Call{Role: "numbers"}).Run(t.Context(), &wrong); err != nil {
		t.Fatal(err)
	}
	if len(wrong) > 0 {
		t.Errorf("not refused: %v", wrong)
	}
}

func TestFilterAssembles(t *testing.T) {
	f := filter(1)
	if _, err := bpf.Assemble(f); err != nil {
		t.Fatal(err)
	}
	if len(f) > 1000 {
		t.Errorf("%d instructions: each system call pays for them", len(f))
	}
}

// identity returns the lines of /proc/self/status that matter, and the network.
func identity(context.Context, *Conn) (any, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return nil, err
	}
	said := map[string]string{}
	for l := range strings.Lines(string(status)) {
		k, v, _ := strings.Cut(l, ":")
		if slices.Contains([]string{"Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp"}, k) {
			said[k] = strings.Join(strings.Fields(v), " ")
		}
	}
	for k, name := range map[string]string{"oom": "/proc/self/oom_score_adj", "core": "/proc/self/limits", "net": "/proc/self/net/dev", "stat": "/proc/self/stat"} {
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		said[k] = string(b)
	}
	said["nice"] = strings.Fields(said["stat"][strings.LastIndex(said["stat"], ")")+1:])[16]
	delete(said, "stat")
	said["core"] = strings.Join(strings.Fields(strings.Split(said["core"], "\n")[5]), " ")
	said["net"] = fmt.Sprint(strings.Count(said["net"], "\n") - 2)
	said["oom"] = strings.TrimSpace(said["oom"])
	said["procs"] = os.Getenv("GOMAXPROCS")
	said["env"] = fmt.Sprint(len(os.Environ()))
	return said, nil
}

// needRoot skips a test of what only root gets. For root, with CI=true, nothing may be skipped.
func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root: run as root to see it")
	}
	switch p := planFor(0); {
	case len(p.notices) == 0:
	case os.Getenv("CI") == "true":
		t.Fatalf("this machine does not allow the whole confinement: %v", p.notices)
	default:
		t.Skipf("this machine does not allow the whole confinement: %v", p.notices)
	}
}

func TestIdentity(t *testing.T) {
	needRoot(t)
	var got map[string]string
	if _, err := (Call{Role: "identity"}).Run(t.Context(), &got); err != nil {
		t.Fatal(err)
	}
	const two = "0000000000080004" // CAP_SYS_PTRACE 19, CAP_DAC_READ_SEARCH 2
	want := map[string]string{
		"Uid": "65534 65534 65534 65534", "Gid": "65534 65534 65534 65534", "Groups": "", "CapInh": two, "CapPrm": two, "CapEff": two,
		"CapBnd": two, "CapAmb": two, "NoNewPrivs": "1", "Seccomp": "2", "oom": "1000", "nice": "19", "net": "1",
		"core": "Max core file size 0 0 bytes", "procs": fmt.Sprint(Cores()), "env": "2",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// peek reads what the readers of the host need from another user's process.
func peek(_ context.Context, c *Conn) (any, error) {
	var pid int
	if err := c.Request(&pid); err != nil {
		return nil, err
	}
	dir := fmt.Sprintf("/proc/%d", pid)
	said := map[string]string{}
	for _, link := range []string{"exe", "cwd", "root", "fd/0", "ns/net"} {
		v, err := os.Readlink(filepath.Join(dir, link))
		if err != nil {
			return nil, err
		}
		said[link] = v
	}
	for _, name := range []string{"environ", "maps", "status", "limits", "net/tcp", "mountinfo", "cgroup"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		said[name] = string(b)
	}
	secret, err := os.ReadFile(filepath.Join(dir, "root/etc/shadow"))
	said["shadow"] = fmt.Sprint(len(secret) > 0, err)
	return said, nil
}

func TestOthersCanBeRead(t *testing.T) {
	needRoot(t)
	var got map[string]string
	if _, err := (Call{Role: "peek", Request: start(t, 1)}).Run(t.Context(), &got); err != nil {
		t.Fatal(err)
	}
	if got["environ"] != "A2C_TEST_VARIABLE=1\x00" || !strings.Contains(got["maps"], "[stack]") || got["exe"] == "" || got["shadow"] != "true <nil>" {
		t.Errorf("got %v", got)
	}
	if got["root"] != "/" || got["fd/0"] != "/dev/null" {
		t.Errorf("got %v", got)
	}
}

// each fallback of planWith is forced once.
func TestFallbacksStart(t *testing.T) {
	needRoot(t)
	for name, p := range map[string]plan{
		"old_kernel": planWith(0, effective(), false),
		"no_network": {drop: true, nobody: true},
		"plain":      {},
	} {
		t.Run(name, func(t *testing.T) {
			read, write, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer read.Close()
			var got map[string]string
			c := Call{Role: "identity"}
			_, done, err := c.start(t.Context(), p, []byte("null"), write, os.Stderr)
			write.Close()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.receive(t.Context(), read, &got); err != nil {
				t.Fatal(err)
			}
			if err := <-done; err != nil {
				t.Fatal(err)
			}
			if got["Seccomp"] != "2" || got["NoNewPrivs"] != "1" || p.drop && got["CapEff"] != "0000000000080004" {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestStartsFromPrivateProgram(t *testing.T) {
	needRoot(t)
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	private := filepath.Join(t.TempDir(), "a2c")
	if err := os.WriteFile(private, self, 0o700); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), private, "-test.run=^TestIdentity$", "-test.v").CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestIdentity") {
		t.Errorf("%v\n%s", err, out)
	}
}
