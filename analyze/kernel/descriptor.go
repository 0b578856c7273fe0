package kernel

import (
	"strconv"
	"strings"

	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
)

// descriptors looks at what is open: devices, tunables, namespaces, handles, data of the whole machine.
func (l *looker) descriptors() {
	for _, p := range l.s.Procs {
		for _, f := range p.FDs {
			from := model.FromProc(p.PID, "fd/"+strconv.Itoa(f.Num))
			if inode, ok := f.Socket(); ok {
				if _, seen := l.sockets[inode]; !seen {
					l.sockets[inode] = held{p, f.Num}
				}
				continue
			}
			switch name := f.Target; {
			case strings.HasPrefix(name, "/dev/"):
				l.device(f, from)
			case strings.HasPrefix(name, "/proc/sys/"):
				if f.Writes() {
					use(&l.out.Sysctls, model.KernelUse{Name: dotted(name), Detail: "open for writing"}, from)
				}
			case strings.HasPrefix(name, "/"):
				l.hostRead(f, from)
			default:
				l.handle(p, name, from)
			}
		}
	}
}

// device keeps device nodes but those that every process and container has.
func (l *looker) device(f subject.FD, from model.Source) {
	name := f.Target
	switch name {
	case "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/ptmx", "/dev/console":
		return
	}
	if strings.HasPrefix(name, "/dev/pts/") || strings.HasPrefix(name, "/dev/shm/") || strings.HasPrefix(name, "/dev/mqueue") || strings.HasPrefix(name, "/dev/hugepages") {
		return
	}
	u := model.KernelUse{Name: name}
	info, err := f.Stat()
	switch {
	case err != nil && !host.Vanished(err):
		u.Detail = "type not read: " + host.Reason(err)
	case err == nil && info.Type == host.Char:
		u.Detail = "character device " + deviceNumber(info.Rdev)
	case err == nil && info.Type == host.Block:
		u.Detail = "block device " + deviceNumber(info.Rdev)
	case err == nil:
		return // a file or folder below /dev
	}
	use(&l.out.Devices, u, from)
}

// deviceNumber is major:minor, in the kernel's encoding (makedev(3)).
func deviceNumber(rdev uint64) string {
	major := rdev>>8&0xfff | rdev>>32&^uint64(0xfff)
	minor := rdev&0xff | rdev>>12&^uint64(0xff)
	return strconv.FormatUint(major, 10) + ":" + strconv.FormatUint(minor, 10)
}

func dotted(name string) string {
	return strings.ReplaceAll(strings.TrimPrefix(name, "/proc/sys/"), "/", ".")
}

// handle keeps descriptors without a path: eBPF, performance counters, namespaces of others.
func (l *looker) handle(p *subject.Proc, target string, from model.Source) {
	switch {
	case strings.HasPrefix(target, "anon_inode:bpf"), strings.HasPrefix(target, "anon_inode:[bpf"):
		use(&l.out.Sockets, model.KernelUse{Name: target, Kind: model.HandleBPF}, from)
	case target == "anon_inode:[perf_event]":
		use(&l.out.Sockets, model.KernelUse{Name: target, Kind: model.HandlePerf}, from)
	}
	for kind, view := range map[string]model.UseKind{"net": model.ViewNet, "pid": model.ViewPID, "ipc": model.ViewIPC} {
		text, ok := strings.CutPrefix(target, kind+":[")
		if !ok {
			continue
		}
		inode, err := strconv.ParseUint(strings.TrimSuffix(text, "]"), 10, 64)
		if own, err2 := p.Namespace(kind); err == nil && err2 == nil && inode != own {
			use(&l.out.Namespaces, model.KernelUse{Name: target, Kind: view, Detail: "holds another " + kind + " namespace open"}, from)
		}
	}
}

// hostRead keeps data of the whole machine or of other processes.
func (l *looker) hostRead(f subject.FD, from model.Source) {
	name := f.Target
	u := model.KernelUse{Name: name}
	if f.Writes() {
		u.Detail = "writing"
	}
	pid, other := l.otherPID(name)
	switch {
	case other && (strings.HasSuffix(name, "/mem") || strings.Contains(name, "/ns/")):
		u.Kind, u.Peer = model.ViewPID, l.process(pid)
		use(&l.out.Namespaces, u, from)
		return
	case other:
		u.Kind, u.Peer = model.ReadProc, l.process(pid)
	case name == "/proc":
		u.Kind = model.ReadProc
	case strings.HasPrefix(name, "/sys/"):
		if ordinarySys(name) && !f.Writes() {
			return
		}
		u.Kind = model.ReadSys
	case subject.Under(name, "/var/log/journal") || subject.Under(name, "/run/log/journal"):
		u.Kind = model.ReadLog
	case subject.Under(name, "/var/log") && !f.Writes() && !l.writesTo(name):
		u.Kind = model.ReadLog
	case nodeWide(name):
		u.Kind = model.ReadHost
	default:
		return
	}
	use(&l.out.HostReads, u, from)
}

// ordinarySys lists what every JVM and CLR reads of /sys.
func ordinarySys(name string) bool {
	for _, dir := range []string{"/sys/fs/cgroup", "/sys/devices/system/cpu", "/sys/devices/system/node", "/sys/kernel/mm/transparent_hugepage", "/sys/kernel/mm/hugepages"} {
		if subject.Under(name, dir) {
			return true
		}
	}
	return false
}

func nodeWide(name string) bool {
	switch name {
	case "/etc/shadow", "/etc/gshadow", "/dev/kmsg", "/etc/machine-id":
		return name != "/etc/machine-id" // read by many libraries for a stable number
	}
	for _, dir := range []string{"/boot", "/var/lib/docker", "/var/lib/containerd", "/var/lib/containers", "/var/lib/kubelet", "/run/systemd", "/run/containerd", "/run/docker", "/run/udev"} {
		if subject.Under(name, dir) {
			return true
		}
	}
	return false
}

// writesTo reports whether one of the application's processes writes a file: then it is its own log.
func (l *looker) writesTo(name string) bool {
	for _, p := range l.s.Procs {
		for _, f := range p.FDs {
			if f.Target == name && f.Writes() {
				return true
			}
		}
	}
	return false
}

// mappings looks at mapped devices and POSIX shared memory.
func (l *looker) mappings() {
	for _, p := range l.s.Procs {
		for _, m := range p.Maps {
			from := model.FromProc(p.PID, "maps:"+strconv.Itoa(m.Line))
			if strings.HasPrefix(m.Path, "/dev/shm/") {
				u := model.KernelUse{Name: m.Path, Kind: model.MemoryPOSIX, Bytes: int64(m.End - m.Start), Peer: l.sharer(m.Path)}
				if info, err := l.s.Root.Lstat(m.Path); err == nil {
					u.Bytes = info.Size
				}
				use(&l.out.SharedMemory, u, from)
				continue
			}
			if strings.HasPrefix(m.Path, "/dev/") && m.Path != "/dev/zero" && m.Path != "/dev/null" && !strings.HasPrefix(m.Path, "/dev/hugepages") {
				use(&l.out.Devices, model.KernelUse{Name: m.Path, Detail: "mapped"}, from)
			}
		}
	}
}

// sharer is another process that maps the same file.
func (l *looker) sharer(name string) string {
	for _, p := range l.s.Host.Processes {
		if l.own[p.PID] {
			continue
		}
		maps, err := p.Maps()
		if err != nil {
			continue // another user's, when a2c is not root
		}
		for _, m := range maps {
			if m.Path == name && !m.Deleted {
				return l.process(p.PID)
			}
		}
	}
	return ""
}
