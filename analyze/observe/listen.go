// Package observe sees which files an application opens while it works, by fanotify(7): the kernel tells of every open on a file system.
// Nothing is attached to the application, and nothing of it waits for an answer.
package observe

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// ErrRefused says that this kernel or this user cannot observe; the message says what would help.
var ErrRefused = errors.New("what an application opens cannot be observed here")

// Events are the descriptors that Watch reads.
type Events struct {
	Opens *os.File
	Forks *os.File // nil: this kernel does not tell
}

// Files are those that are there, in the order of the fields.
func (e Events) Files() []*os.File {
	return slices.DeleteFunc([]*os.File{e.Opens, e.Forks}, func(f *os.File) bool { return f == nil })
}

// Close ends them.
func (e Events) Close() {
	for _, f := range e.Files() {
		f.Close()
	}
}

// Listen makes the descriptors that tell of opens on the local file systems that a process sees, wherever they are mounted, and of forks. It
// takes CAP_SYS_ADMIN, so that the parent calls it, and hands them to the confined child that reads them. proc is the folder of procfs.
// File systems of the network and of user space are left alone, each a skip: to mark one asks its server, which may not answer.
func Listen(proc string, pid int) (Events, []model.Skip, error) {
	opens, skips, err := listenOpens(proc, pid)
	if err != nil {
		return Events{}, skips, err
	}
	forks, err := listenForks()
	if err != nil {
		skips = append(skips, model.Skip{
			What: "opens of processes that end at once", Reason: "the kernel does not tell of forks here (process events connector): " + err.Error(),
			Remedy: "run a2c outside of the container, as root",
		})
	}
	return Events{opens, forks}, skips, nil
}

func listenOpens(proc string, pid int) (*os.File, []model.Skip, error) {
	at := proc + "/" + strconv.Itoa(pid)
	data, err := os.ReadFile(at + "/mountinfo")
	if err != nil {
		return nil, nil, fmt.Errorf("read mounts: %w", err)
	}
	mounts, _ := parse.Mountinfo(data) // lines that do not fit are mounts that are not observed
	fd, err := unix.FanotifyInit(unix.FAN_CLASS_NOTIF|unix.FAN_CLOEXEC|unix.FAN_NONBLOCK|unix.FAN_UNLIMITED_QUEUE, unix.O_RDONLY|unix.O_LARGEFILE|unix.O_CLOEXEC|unix.O_NOATIME)
	if err != nil {
		return nil, nil, refused(err)
	}
	f := os.NewFile(uintptr(fd), "fanotify")
	marked, skips := 0, []model.Skip{}
	for _, m := range distinct(mounts) {
		if why := leftAlone(m, mounts); why != "" {
			skips = append(skips, model.Skip{What: "opens on " + m.FSType, Path: model.Path(m.Point), Reason: why})
			continue
		}
		if err := mark(fd, at+"/root"+m.Point); err != nil {
			skips = append(skips, model.Skip{What: "opens on " + m.FSType, Path: model.Path(m.Point), Reason: err.Error(), Incomplete: true})
			continue
		}
		marked++
	}
	if marked == 0 {
		f.Close()
		return nil, skips, fmt.Errorf("%w: none of the file systems of process %d could be marked: %s", ErrRefused, pid, reasons(skips))
	}
	return f, skips, nil
}

// mark asks for opens on a whole file system (Linux 4.20), before that on one mount.
func mark(fd int, point string) error {
	const opens = unix.FAN_OPEN | unix.FAN_CLOSE_WRITE
	err := unix.FanotifyMark(fd, unix.FAN_MARK_ADD|unix.FAN_MARK_FILESYSTEM, opens|unix.FAN_OPEN_EXEC, unix.AT_FDCWD, point)
	if errors.Is(err, unix.EINVAL) {
		err = unix.FanotifyMark(fd, unix.FAN_MARK_ADD|unix.FAN_MARK_MOUNT, opens, unix.AT_FDCWD, point)
	}
	return err
}

func refused(err error) error {
	switch {
	case errors.Is(err, unix.EPERM):
		return fmt.Errorf("%w: it takes root (CAP_SYS_ADMIN): run with sudo", ErrRefused)
	case errors.Is(err, unix.ENOSYS):
		return fmt.Errorf("%w: this kernel has no fanotify (CONFIG_FANOTIFY); leave --observe out", ErrRefused)
	case errors.Is(err, unix.EMFILE):
		return fmt.Errorf("%w: root has as many fanotify groups as /proc/sys/fs/fanotify/max_user_groups allows; end another watcher, or try again later", ErrRefused)
	}
	return fmt.Errorf("%w: fanotify_init: %w", ErrRefused, err)
}

// distinct is one mount of each file system, the one nearest to the root.
func distinct(mounts []parse.Mount) []parse.Mount {
	seen := map[[2]int]bool{}
	list := slices.Clone(mounts)
	slices.SortStableFunc(list, func(a, b parse.Mount) int { return len(a.Point) - len(b.Point) })
	return slices.DeleteFunc(list, func(m parse.Mount) bool {
		key := [2]int{m.Major, m.Minor}
		again := seen[key] || kernelOwn(m.FSType)
		seen[key] = true
		return again
	})
}

// kernelOwn are file systems whose files the kernel makes up: none belongs to an application.
func kernelOwn(fs string) bool {
	return slices.Contains([]string{
		"proc", "sysfs", "cgroup", "cgroup2", "devpts", "devtmpfs", "mqueue", "securityfs", "debugfs", "tracefs", "bpf", "pstore", "configfs", "hugetlbfs",
		"binfmt_misc", "nsfs", "rpc_pipefs", "efivarfs", "fusectl", "selinuxfs", "autofs",
	}, fs)
}

// leftAlone says why a mount is not marked; "" when it is. What lies below one of the network is only reached through it.
func leftAlone(m parse.Mount, all []parse.Mount) string {
	if host.MayHang(m.FSType) {
		return "a file system of the network or of user space is not observed"
	}
	for _, above := range all {
		if host.MayHang(above.FSType) && strings.HasPrefix(m.Point, strings.TrimSuffix(above.Point, "/")+"/") {
			return "it is mounted below " + string(model.Path(above.Point)) + ", which is not observed"
		}
	}
	return ""
}

func reasons(skips []model.Skip) string {
	var out []string
	for _, s := range skips {
		out = append(out, s.Path.String()+": "+s.Reason)
	}
	return strings.Join(out, "; ")
}
