package jail

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"github.com/moby/sys/user"
	"golang.org/x/sys/unix"
)

// Main plays the inner sides of boxes and ends the process; everywhere else it returns at once. It stands before child.Main.
func Main() {
	if len(os.Args) != 1 || os.Args[0] != boxName && os.Args[0] != unpackName {
		return
	}
	runtime.LockOSThread() // identity, capabilities and the execution belong to one thread
	if os.Args[0] == unpackName {
		if err := unpackInside(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if os.Getpid() != 1 || !isPipe(requestFD) || !isPipe(messageFD) {
		os.Exit(1)
	}
	for fd := requestFD; fd <= programFD; fd++ {
		unix.CloseOnExec(fd)
	}
	err := enterBox() // or this process is another program now
	m := boxMessage{Text: err.Error()}
	_, m.Image = errors.AsType[*BoxError](err)
	_ = json.NewEncoder(os.NewFile(messageFD, "message")).Encode(m)
	os.Exit(1)
}

// enterBox does what an OCI runtime does between clone and exec. It returns an error, or never.
func enterBox() error {
	var p BoxPlan
	if err := json.NewDecoder(os.NewFile(requestFD, "plan")).Decode(&p); err != nil {
		return fmt.Errorf("read the plan: %w", err)
	}
	quiet()
	if err := settle(p.Processors); err != nil {
		return fmt.Errorf("processors: %w", err)
	}
	// By now the parent has put this process into its groups: they become the root of what it sees. Kernels before 4.6 cannot.
	if err := unix.Unshare(unix.CLONE_NEWCGROUP); err != nil && !errors.Is(err, unix.EINVAL) {
		return fmt.Errorf("cgroup namespace: %w", err)
	}
	groups, err := os.ReadFile("/proc/self/cgroup")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	settings()
	b := &boxRoot{BoxPlan: p, groups: string(groups)}
	if err := b.make(); err != nil {
		return err
	}
	who, err := user.GetExecUserPath(p.User, &user.ExecUser{Home: "/"}, "/etc/passwd", "/etc/group")
	if err != nil {
		return &BoxError{"user of the image: " + err.Error()}
	}
	return become(p, who)
}

// settings of the network namespace that engines make, so that every user may listen below 1024 and ping. Where they cannot be set, that is left.
func settings() {
	_ = os.WriteFile("/proc/sys/net/ipv4/ip_unprivileged_port_start", []byte("0"), 0)
	_ = os.WriteFile("/proc/sys/net/ipv4/ping_group_range", []byte("0 2147483647"), 0)
}

// BoxCapabilities are what Docker gives a container by default, by number (capabilities(7)).
func BoxCapabilities() []uint {
	return []uint{
		unix.CAP_CHOWN, unix.CAP_DAC_OVERRIDE, unix.CAP_FSETID, unix.CAP_FOWNER, unix.CAP_MKNOD, unix.CAP_NET_RAW, unix.CAP_SETGID, unix.CAP_SETUID,
		unix.CAP_SETFCAP, unix.CAP_SETPCAP, unix.CAP_NET_BIND_SERVICE, unix.CAP_SYS_CHROOT, unix.CAP_KILL, unix.CAP_AUDIT_WRITE,
	}
}

// settle binds the calling thread, and all that it executes and starts, to some processors.
func settle(processors []int) error {
	if len(processors) == 0 {
		return nil
	}
	var set unix.CPUSet
	for _, n := range processors {
		set.Set(n)
	}
	return unix.SchedSetaffinity(0, &set)
}

// become gives up what a container has not, turns into the user, and executes the program.
func become(p BoxPlan, who *user.ExecUser) error {
	env := environ(p, who.Home)
	if err := output(who); err != nil {
		return err
	}
	if err := dockerFilter(); err != nil { // before CAP_SYS_ADMIN is gone
		return fmt.Errorf("profile of a container: %w", err)
	}
	if p.Watched {
		if err := handLookups(); err != nil {
			return fmt.Errorf("tell what it looks up: %w", err)
		}
	}
	if err := lower(p, who); err != nil {
		return err
	}
	unix.Umask(0o022)
	// A change of the user has cleared it. The parent's end shows in the pipe, should it have come before.
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
		return fmt.Errorf("end with a2c: %w", err)
	}
	poll := []unix.PollFd{{Fd: requestFD}}
	if n, err := unix.Poll(poll, 0); err == nil && n > 0 {
		return errors.New("a2c has ended")
	}
	if err := os.Chdir(p.Dir); err != nil {
		return &BoxError{"working directory: " + err.Error()}
	}
	if len(p.Args) == 0 {
		return &BoxError{"the image names no program"}
	}
	os.Clearenv()
	for _, e := range env {
		if name, value, ok := strings.Cut(e, "="); ok && name == "PATH" {
			if err := os.Setenv(name, value); err != nil {
				return &BoxError{err.Error()}
			}
		}
	}
	program, err := exec.LookPath(p.Args[0])
	if err != nil {
		return &BoxError{err.Error()}
	}
	return &BoxError{fmt.Sprintf("exec %q: %v", program, syscall.Exec(program, p.Args, env))}
}

// lower leaves the user with no more than the plan's capabilities.
func lower(p BoxPlan, who *user.ExecUser) error {
	if err := bound(p.Capabilities); err != nil {
		return err
	}
	if err := turn(who, p.Capabilities); err != nil || !p.NoNewPrivileges {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("no new privileges: %w", err)
	}
	return nil
}

// environ sets HOME as the user's, unless the image does; of a name that comes twice the last counts.
func environ(p BoxPlan, home string) []string {
	var env []string
	at := map[string]int{}
	for _, e := range append([]string{"HOME=" + home}, p.Env...) {
		name, _, _ := strings.Cut(e, "=")
		if i, ok := at[name]; ok {
			env[i] = e
			continue
		}
		at[name] = len(env)
		env = append(env, e)
	}
	return env
}

// output gives standard output to the user, as runtimes do: an application may open it by /dev/stdout.
func output(who *user.ExecUser) error {
	for _, fd := range []int{unix.Stdout, unix.Stderr} {
		if err := unix.Fchown(fd, who.Uid, who.Gid); err != nil {
			return fmt.Errorf("standard output: %w", err)
		}
	}
	return nil
}

// bound takes all capabilities but those out of the calling thread's bounding set: no program that it executes gets them.
func bound(keep []uint) error {
	for c := range uint(64) {
		if slices.Contains(keep, c) {
			continue
		}
		err := unix.Prctl(unix.PR_CAPBSET_DROP, uintptr(c), 0, 0, 0)
		if errors.Is(err, unix.EINVAL) {
			return nil // beyond the kernel's last capability
		}
		if err != nil {
			return fmt.Errorf("drop capability %d: %w", c, err)
		}
	}
	return nil
}

// turn makes the calling thread the user's. A user other than root loses all capabilities by that, as in Docker; root gets those of the bounding set when it
// executes the program.
func turn(who *user.ExecUser, capabilities []uint) error {
	groups := who.Sgids
	if !slices.Contains(groups, who.Gid) {
		groups = append([]int{who.Gid}, groups...)
	}
	list := make([]uint32, len(groups))
	for i, g := range groups {
		list[i] = uint32(g)
	}
	if err := setGroups(list); err != nil {
		return fmt.Errorf("groups: %w", err)
	}
	if _, _, e := unix.RawSyscall(unix.SYS_SETRESGID, uintptr(who.Gid), uintptr(who.Gid), uintptr(who.Gid)); e != 0 {
		return fmt.Errorf("group %d: %w", who.Gid, e)
	}
	if _, _, e := unix.RawSyscall(unix.SYS_SETRESUID, uintptr(who.Uid), uintptr(who.Uid), uintptr(who.Uid)); e != 0 {
		return fmt.Errorf("user %d: %w", who.Uid, e)
	}
	if who.Uid != 0 {
		return nil
	}
	var keep uint64
	for _, c := range capabilities {
		keep |= 1 << c
	}
	return threadCaps(keep)
}

// boxRoot makes the root of a box.
type boxRoot struct {
	BoxPlan
	groups string // /proc/self/cgroup
}

// make turns the root folder into "/", with what runtimes mount there.
func (b *boxRoot) make() error {
	steps := []struct {
		what string
		do   func() error
	}{
		{"make mounts private", func() error { return unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "") }},
		{"hand in what is mounted", b.handIn},
		{"change root", func() error { return pivot(b.Root) }},
		{"name the host", func() error { return unix.Sethostname([]byte(b.Hostname)) }},
		{"mount /proc", func() error { return virtual("/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "") }},
		{"make /dev", b.devices},
		{"mount /sys", func() error {
			return virtual("/sys", "sysfs", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC|unix.MS_RDONLY, "")
		}},
		{"mount /sys/fs/cgroup", b.controlGroups},
		{"mount", b.mounts},
		{"make the working directory", func() error { return folder(b.Dir) }},
		{"mask", mask},
		{"let go of what was handed in", b.letGo},
		{"make the root read-only", b.seal},
	}
	for _, s := range steps {
		if err := s.do(); err != nil {
			return fmt.Errorf("%s: %w", s.what, err)
		}
	}
	return nil
}

// letGo takes away the folder by which files of the host were handed in.
func (b *boxRoot) letGo() error {
	if err := unix.Unmount(b.Inside, unix.MNT_DETACH); err != nil {
		return err
	}
	return os.Remove(b.Inside)
}

// seal leaves the root as it is; nodev in any case, which is what keeps CAP_MKNOD harmless without a group for devices.
func (b *boxRoot) seal() error {
	flags := uintptr(unix.MS_BIND | unix.MS_REMOUNT | unix.MS_NODEV)
	if b.ReadOnly {
		flags |= unix.MS_RDONLY
	}
	return unix.Mount("", "/", "", flags, "")
}

// folder makes a folder of the image, should it not have it. A link of the image leads to a place within it.
func folder(name string) error {
	name = filepath.Clean("/" + name)
	info, err := os.Stat(name)
	switch {
	case err == nil && !info.IsDir():
		return &BoxError{fmt.Sprintf("the image's %s is no folder", name)}
	case err == nil:
		return nil
	}
	if err := os.MkdirAll(name, 0o755); err != nil {
		return &BoxError{fmt.Sprintf("make %s in the image: %v", name, err)}
	}
	return nil
}
