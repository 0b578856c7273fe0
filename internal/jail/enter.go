package jail

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// Child is the inner side of a jail.
type Child struct {
	Plan      Plan
	mu        sync.Mutex
	out       *json.Encoder
	contained bool // the root is that of a container
}

// ErrNotStarted is returned to a program that was not started by Start.
var ErrNotStarted = errors.New("this program is started by a2c alone")

// Join reads what Start sent. gone is called when the starter has ended.
func Join(gone func()) (*Child, error) {
	in, out := os.NewFile(requestFD, "request"), os.NewFile(messageFD, "messages")
	if os.Getpid() != 1 || !isPipe(requestFD) || !isPipe(messageFD) {
		return nil, ErrNotStarted
	}
	unix.CloseOnExec(requestFD)
	unix.CloseOnExec(messageFD)
	c := &Child{out: json.NewEncoder(out)}
	return c, c.listen(in, gone)
}

// listen reads the plan, and calls gone when nobody can send any more.
func (c *Child) listen(in io.Reader, gone func()) error {
	if err := json.NewDecoder(bufio.NewReader(in)).Decode(&c.Plan); err != nil {
		return fmt.Errorf("read request: %w", err)
	}
	go func() {
		_, _ = io.Copy(io.Discard, in)
		gone()
	}()
	return nil
}

func isPipe(fd int) bool {
	var st unix.Stat_t
	return unix.Fstat(fd, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFIFO
}

// Send hands one message to the starter. It may be called from several goroutines.
func (c *Child) Send(v any) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.out.Encode(v)
}

// Enter makes the private root and gives up everything that the child does not need. When it returns nil, this process sees the empty
// root, and nothing else.
func (c *Child) Enter() error {
	if c.contained {
		return c.enterContainer()
	}
	quiet()
	steps := []struct {
		what string
		do   func() error
	}{
		{"make mounts private", func() error { return unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "") }},
		{"bind folders", c.bind},
		{"change root", func() error { return pivot(c.Plan.Root) }},
		{"mount /proc", mountProc},
		{"make /dev", mountDev},
		{"name the host", func() error { return unix.Sethostname([]byte("a2c-build")) }},
		{"check that the root is the empty one", c.prove},
		{"give up capabilities", confine},
	}
	for _, s := range steps {
		if err := s.do(); err != nil {
			return fmt.Errorf("private root: %s: %w", s.what, err)
		}
	}
	return nil
}

// quiet puts the child behind everything else on the machine, and makes it the first to go when memory runs out. Machines that refuse
// lose only politeness.
func quiet() {
	_ = unix.Setpriority(unix.PRIO_PROCESS, 0, 19)
	const who, idle = 1, 3 << 13 // IOPRIO_WHO_PROCESS, IOPRIO_CLASS_IDLE (ioprio_set(2))
	_, _, _ = unix.Syscall(unix.SYS_IOPRIO_SET, who, 0, idle)
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0)
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
}

// bind lays the new root on itself (pivot_root wants a mount point), the work folder and the read-only ones into it.
func (c *Child) bind() error {
	p := c.Plan
	if err := c.root(); err != nil {
		return err
	}
	inside := filepath.Join(p.Root, p.Inside())
	if err := os.Mkdir(inside, 0o700); err != nil {
		return err
	}
	if err := bind(p.Work, inside, 0); err != nil {
		return err
	}
	for name, from := range p.ReadOnly {
		if err := bind(from, filepath.Join(inside, name), unix.MS_RDONLY); err != nil {
			return err
		}
	}
	return nil
}

// root makes the root folder a mount point.
func (c *Child) root() error {
	p := &c.Plan
	if p.Memory == 0 {
		return bind(p.Root, p.Root, 0)
	}
	if err := unix.Mount("tmpfs", p.Root, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, fmt.Sprintf("mode=755,size=%d", p.Memory)); err != nil {
		return fmt.Errorf("mount a root in memory: %w", err)
	}
	var st unix.Stat_t
	if err := unix.Stat(p.Root, &st); err != nil {
		return err
	}
	p.Dev, p.Ino = st.Dev, st.Ino
	return nil
}

// bind mounts from at to. Flags of a bind mount take effect on a second call only (mount(2)).
func bind(from, to string, flags uintptr) error {
	if err := unix.Mount(from, to, "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("bind %s to %s: %w", from, to, err)
	}
	flags |= unix.MS_BIND | unix.MS_REMOUNT | unix.MS_NOSUID | unix.MS_NODEV
	if err := unix.Mount("", to, "", flags, ""); err != nil {
		return fmt.Errorf("remount %s: %w", to, err)
	}
	return nil
}

// pivot makes a mounted folder "/" and lets go of the old one, without needing a folder for it (pivot_root(2), NOTES).
func pivot(root string) error {
	old, err := unix.Open("/", unix.O_DIRECTORY|unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(old)
	if err := unix.Chdir(root); err != nil {
		return err
	}
	if err := unix.PivotRoot(".", "."); err != nil {
		return err
	}
	if err := unix.Fchdir(old); err != nil {
		return err
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return err
	}
	return unix.Chdir("/")
}

// mountProc gives a /proc of our PID namespace in which nothing of the kernel can be set or pressed.
func mountProc() error {
	if err := os.Mkdir("/proc", 0o555); err != nil {
		return err
	}
	if err := unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return err
	}
	for _, name := range []string{"sys", "sysrq-trigger", "irq", "bus", "fs", "acpi", "scsi", "kcore", "kmsg", "keys"} {
		name = "/proc/" + name
		if _, err := os.Lstat(name); err != nil {
			continue // not in this kernel
		}
		if err := bind(name, name, unix.MS_RDONLY|unix.MS_NOEXEC); err != nil {
			return err
		}
	}
	return nil
}

// mountDev makes the few devices that programs count on. The rest of the machine's devices do not exist here.
func mountDev() error {
	if err := os.Mkdir("/dev", 0o755); err != nil {
		return err
	}
	if err := unix.Mount("tmpfs", "/dev", "tmpfs", unix.MS_NOSUID|unix.MS_NOEXEC, "mode=755,size=64k"); err != nil {
		return err
	}
	for name, minor := range map[string]uint32{"null": 3, "zero": 5, "full": 7, "random": 8, "urandom": 9} { // major 1 (devices.txt)
		if err := device(name, unix.Mkdev(1, minor)); err != nil {
			return err
		}
	}
	if err := device("tty", unix.Mkdev(5, 0)); err != nil {
		return err
	}
	for name, target := range map[string]string{"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"} {
		if err := os.Symlink(target, "/dev/"+name); err != nil {
			return err
		}
	}
	return nil
}

func device(name string, dev uint64) error {
	if err := unix.Mknod("/dev/"+name, unix.S_IFCHR|0o666, int(dev)); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return os.Chmod("/dev/"+name, 0o666)
}

// errNotEmpty stops a build before it could touch anything.
var errNotEmpty = errors.New("this is not the empty root that a2c made")

// prove compares "/" with the folder that the starter looked at, and demands that it holds nothing but what was just made.
func (c *Child) prove() error {
	var st unix.Stat_t
	if err := unix.Stat("/", &st); err != nil {
		return err
	}
	if st.Dev != c.Plan.Dev || st.Ino != c.Plan.Ino {
		return errNotEmpty
	}
	nonce, err := os.ReadFile(filepath.Join(c.Plan.Inside(), nonceFile))
	if err != nil || string(nonce) != c.Plan.Nonce || c.Plan.Nonce == "" {
		return errNotEmpty
	}
	entries, err := os.ReadDir("/")
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() != "proc" && e.Name() != "dev" && e.Name() != strings.TrimPrefix(c.Plan.Inside(), "/") {
			return errNotEmpty
		}
	}
	return nil
}
