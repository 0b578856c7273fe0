package kernel

import (
	"strconv"
	"strings"

	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// mounts keeps network and user space file systems that files of the application lie on, what the unit binds, and what the process has
// mounted itself.
func (l *looker) mounts(paths []string) {
	p := l.s.Main
	mounts, err := p.Mountinfo()
	l.failed("mounts", p, "mountinfo", err)
	used := map[string]bool{}
	for _, name := range l.touched(paths) {
		if m := subject.MountOf(mounts, name); m != nil {
			used[m.Point] = true
		}
	}
	for _, m := range mounts {
		kind := mountKind(m.FSType)
		if kind == "" || !used[m.Point] {
			continue
		}
		use(&l.out.Mounts, model.KernelUse{Name: m.Point, Kind: kind, Detail: m.FSType + " " + m.Source}, model.FromProc(p.PID, "mountinfo:"+strconv.Itoa(m.Line)))
	}
	for _, key := range []string{"BindPaths", "BindReadOnlyPaths"} {
		for _, v := range l.unitValues(key) {
			for f := range strings.FieldsSeq(v.Value) {
				from, _, _ := strings.Cut(strings.TrimPrefix(f, "-"), ":")
				use(&l.out.Mounts, model.KernelUse{Name: from, Kind: model.MountBind, Detail: key + "=" + f}, v.Source())
			}
		}
	}
	l.madeMounts(mounts)
}

// madeMounts compares with the parent: a process in a mount namespace of its own that its parent, no service manager, does not share has made
// it itself, and so have its mounts that the parent lacks.
func (l *looker) madeMounts(mounts []parse.Mount) {
	p := l.s.Main
	parent := l.s.Host.Process(p.PPID)
	if parent == nil || parent.PID == 1 || parent.Comm == "systemd" || !hasCap(p.Status.CapEff, "CAP_SYS_ADMIN") {
		return
	}
	own, err1 := p.Namespace("mnt")
	theirs, err2 := parent.Namespace("mnt")
	if err1 != nil || err2 != nil || own == theirs {
		return
	}
	before, err := parent.Mountinfo()
	if err != nil {
		return
	}
	known := map[string]bool{}
	for _, m := range before {
		known[m.Point+"\x00"+m.FSType] = true
	}
	if root, err := p.Root(); err != nil || root != "/" || containerRuntime(parent) {
		return
	}
	for _, m := range mounts {
		if !known[m.Point+"\x00"+m.FSType] {
			use(&l.out.Mounts, model.KernelUse{Name: m.Point, Kind: model.MountMade, Detail: m.FSType + " " + m.Source}, model.FromProc(p.PID, "mountinfo:"+strconv.Itoa(m.Line)))
		}
	}
}

// containerRuntime reports processes that put others into namespaces as their trade.
func containerRuntime(p *host.Process) bool {
	switch p.Comm {
	case "containerd-shim", "containerd-shim-", "conmon", "runc", "crun", "docker-init", "tini", "catatonit", "lxc-start", "systemd-nspawn", "bwrap":
		return true
	}
	return false
}

// touched are the paths that decide which mounts matter: open files, the working folder, what belongs to the application.
func (l *looker) touched(paths []string) []string {
	out := append([]string{}, paths...)
	for _, p := range l.s.Procs {
		out = append(out, p.Cwd, p.Exe)
		for _, f := range p.FDs {
			if f.Name != "" {
				out = append(out, f.Name)
			}
		}
		for _, m := range p.Maps {
			out = append(out, m.Path)
		}
	}
	return out
}

func mountKind(fs string) model.UseKind {
	switch {
	case fs == "nfs" || fs == "nfs4" || fs == "efs":
		return model.MountNFS
	case fs == "cifs" || fs == "smb3" || fs == "smbfs":
		return model.MountCIFS
	case fs == "fuse" || fs == "fuseblk" || strings.HasPrefix(fs, "fuse."):
		return model.MountFUSE
	}
	return ""
}
