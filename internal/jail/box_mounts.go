package jail

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	securejoin "github.com/cyphar/filepath-securejoin"
	"golang.org/x/sys/unix"
)

// deviceNames are the devices of a container (runtime-spec, config-linux.md, default devices).
func deviceNames() []string { return []string{"null", "zero", "full", "random", "urandom", "tty"} }

// handIn makes the root a mount and puts what is mounted later into a folder in memory in it: behind pivot_root(2) the host's paths are gone, and before it links of
// the image would lead to the host.
func (b *boxRoot) handIn() error {
	if err := unix.Mount(b.Root, b.Root, "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("bind %s: %w", b.Root, err)
	}
	if err := unix.Mount("", b.Root, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_NODEV, ""); err != nil {
		return fmt.Errorf("remount %s: %w", b.Root, err)
	}
	at := filepath.Join(b.Root, b.Inside)
	if err := os.Mkdir(at, 0o700); err != nil {
		return err
	}
	if err := unix.Mount("tmpfs", at, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=700,size=1m"); err != nil {
		return err
	}
	for _, name := range deviceNames() {
		if err := layOver("/dev/"+name, filepath.Join(at, name), 0); err != nil {
			return err
		}
	}
	for i, m := range b.Mounts {
		to := filepath.Join(at, strconv.Itoa(i))
		switch {
		case m.From != "":
			if err := layOver(string(m.From), to, unix.MS_NODEV); err != nil {
				return err
			}
		case m.Options == "":
			if err := os.WriteFile(to, []byte(m.Text), 0o644); err != nil {
				return err
			}
			if err := os.Chmod(to, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// layOver binds a file or folder to a name that does not exist yet. Flags take effect on a second call only (mount(2)).
func layOver(from, to string, flags uintptr) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	if info.IsDir() {
		err = os.Mkdir(to, 0o755)
	} else {
		err = os.WriteFile(to, nil, 0o644)
	}
	if err == nil {
		err = unix.Mount(from, to, "", unix.MS_BIND, "")
	}
	if err == nil && flags != 0 {
		err = unix.Mount("", to, "", unix.MS_BIND|unix.MS_REMOUNT|flags, "")
	}
	if err != nil {
		return fmt.Errorf("bind %s: %w", from, err)
	}
	return nil
}

// virtual mounts a file system of the kernel. A link in its place would put it elsewhere, and what is masked in it would show.
func virtual(at, kind string, flags uintptr, options string) error {
	info, err := os.Lstat(at)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = os.Mkdir(at, 0o755)
	case err == nil && !info.IsDir():
		return &BoxError{fmt.Sprintf("the image's %s is no folder", at)}
	}
	if err != nil {
		return err
	}
	return unix.Mount(kind, at, kind, flags, options)
}

// devices makes /dev as runtimes do, on a file system that takes no other devices than those few, which are the host's.
func (b *boxRoot) devices() error {
	if err := virtual("/dev", "tmpfs", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_STRICTATIME, "mode=755,size=65536k"); err != nil {
		return err
	}
	for _, name := range deviceNames() {
		at := "/dev/" + name
		if err := os.WriteFile(at, nil, 0o666); err != nil {
			return err
		}
		if err := unix.Mount(filepath.Join(b.Inside, name), at, "", unix.MS_BIND, ""); err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
	}
	for name, target := range map[string]string{
		"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2", "core": "/proc/kcore", "ptmx": "pts/ptmx",
	} {
		if err := os.Symlink(target, "/dev/"+name); err != nil {
			return err
		}
	}
	for _, m := range []struct {
		at, kind, options string
		flags             uintptr
	}{
		{"/dev/pts", "devpts", "newinstance,ptmxmode=0666,mode=0620,gid=5", unix.MS_NOSUID | unix.MS_NOEXEC},
		{"/dev/mqueue", "mqueue", "", unix.MS_NOSUID | unix.MS_NOEXEC | unix.MS_NODEV},
		{"/dev/shm", "tmpfs", "mode=1777,size=65536k", unix.MS_NOSUID | unix.MS_NOEXEC | unix.MS_NODEV},
	} {
		err := virtual(m.at, m.kind, m.flags, m.options)
		if errors.Is(err, unix.ENODEV) {
			continue // not in this kernel
		}
		if err != nil {
			return fmt.Errorf("%s: %w", m.at, err)
		}
	}
	return nil
}

// controlGroups shows the groups, from its own downwards, read-only: runtimes of languages read their limits there.
func (b *boxRoot) controlGroups() error {
	const at, flags = "/sys/fs/cgroup", unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC | unix.MS_RDONLY
	if _, err := os.Stat(at); err != nil {
		return nil //nolint:nilerr // a kernel without groups
	}
	var first []string // version 1: the controllers of a hierarchy
	for line := range strings.Lines(b.groups) {
		if f := strings.SplitN(strings.TrimSpace(line), ":", 3); len(f) == 3 && f[1] != "" {
			first = append(first, f[1])
		}
	}
	if len(first) == 0 {
		return unix.Mount("cgroup2", at, "cgroup2", flags, "")
	}
	if err := unix.Mount("tmpfs", at, "tmpfs", flags&^unix.MS_RDONLY, "mode=755"); err != nil {
		return err
	}
	for _, controllers := range first {
		name := strings.TrimPrefix(controllers, "name=")
		if err := virtual(filepath.Join(at, name), "cgroup", flags, controllers); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for part := range strings.SplitSeq(name, ",") {
			if part != name {
				if err := os.Symlink(name, filepath.Join(at, part)); err != nil {
					return err
				}
			}
		}
	}
	return unix.Mount("", at, "", unix.MS_REMOUNT|flags, "mode=755")
}

// mounts puts what was handed in to its place. Links are followed within the image.
func (b *boxRoot) mounts() error {
	for i, m := range b.Mounts {
		at, err := securejoin.SecureJoin("/", m.Path)
		if err != nil {
			return &BoxError{fmt.Sprintf("%q in the image: %v", m.Path, err)}
		}
		if err := b.mount(m, filepath.Join(b.Inside, strconv.Itoa(i)), at); err != nil {
			return fmt.Errorf("%q: %w", m.Path, err)
		}
	}
	return nil
}

func (b *boxRoot) mount(m BoxMount, from, at string) error {
	if m.Options != "" {
		if err := folder(at); err != nil {
			return err
		}
		flags, options := tmpfsFlags(m.Options)
		return unix.Mount("tmpfs", at, "tmpfs", flags, options)
	}
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	if info.IsDir() {
		err = folder(at)
	} else {
		err = file(at)
	}
	if err != nil {
		return err
	}
	if err := unix.Mount(from, at, "", unix.MS_BIND, ""); err != nil {
		return err
	}
	flags := uintptr(unix.MS_BIND | unix.MS_REMOUNT | unix.MS_NODEV)
	if m.ReadOnly {
		flags |= unix.MS_RDONLY
	}
	return unix.Mount("", at, "", flags, "")
}

// file makes an empty file to mount on.
func file(name string) error {
	if err := folder(filepath.Dir(name)); err != nil {
		return err
	}
	if _, err := os.Lstat(name); err == nil {
		return nil
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o755)
	if err != nil {
		return &BoxError{fmt.Sprintf("make %s in the image: %v", name, err)}
	}
	return f.Close()
}

// tmpfsFlags takes the words of mount(8) out of the options of tmpfs(5).
func tmpfsFlags(text string) (flags uintptr, options string) {
	flags = unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC
	var rest []string
	for word := range strings.SplitSeq(text, ",") {
		switch word {
		case "rw", "nosuid", "nodev", "noexec":
		case "exec":
			flags &^= unix.MS_NOEXEC
		default:
			rest = append(rest, word)
		}
	}
	return flags, strings.Join(rest, ",")
}

// mask hides and protects what Docker does of /proc and /sys (moby, daemon/pkg/oci/defaults.go).
func mask() error {
	hidden := []string{
		"/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
		"/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap",
	}
	heat, err := filepath.Glob("/sys/devices/system/cpu/cpu*/thermal_throttle")
	if err != nil {
		return err
	}
	for _, name := range append(hidden, heat...) {
		info, err := os.Stat(name)
		if err != nil {
			continue // not in this kernel
		}
		if info.IsDir() {
			err = unix.Mount("tmpfs", name, "tmpfs", unix.MS_RDONLY, "")
		} else {
			err = unix.Mount("/dev/null", name, "", unix.MS_BIND, "")
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	for _, name := range []string{"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"} {
		if _, err := os.Stat(name); err != nil {
			continue
		}
		if err := bind(name, name, unix.MS_RDONLY|unix.MS_NOEXEC); err != nil {
			return err
		}
	}
	return nil
}
