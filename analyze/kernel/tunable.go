package kernel

import (
	"path"
	"strconv"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// tunables looks at what the unit does before the start (sysctl, modprobe) and at files of sysctl.d that bear the unit's or the
// application's name.
func (l *looker) tunables() {
	for _, key := range []string{"ExecStartPre", "ExecStart", "ExecStartPost"} {
		for _, v := range l.unitValues(key) {
			l.command(v)
		}
	}
	for _, v := range l.unitValues("DeviceAllow") {
		if f := strings.Fields(v.Value); len(f) > 0 && strings.HasPrefix(f[0], "/dev/") {
			use(&l.out.Devices, model.KernelUse{Name: f[0], Detail: "DeviceAllow"}, v.Source())
		}
	}
	l.sysctlFiles()
}

func (l *looker) command(v host.UnitSetting) {
	words := strings.Fields(strings.TrimLeft(v.Value, "-+!:@"))
	for i, w := range words {
		switch path.Base(strings.Trim(w, `"'`)) {
		case "sysctl":
			for _, a := range words[i+1:] {
				if name, value, ok := strings.Cut(strings.Trim(a, `"'`), "="); ok && !strings.HasPrefix(a, "-") {
					use(&l.out.Sysctls, model.KernelUse{Name: strings.ReplaceAll(name, "/", "."), Detail: value}, v.Source())
				}
			}
		case "modprobe", "insmod":
			for _, a := range words[i+1:] {
				if !strings.HasPrefix(a, "-") {
					use(&l.out.Sockets, model.KernelUse{Name: strings.Trim(a, `"'`), Kind: model.KernelModule, Detail: "loaded by its unit"}, v.Source())
					break
				}
			}
		case "mount":
			use(&l.out.Mounts, model.KernelUse{Name: strings.Join(words[i:], " "), Kind: model.MountMade, Detail: "mounted by its unit"}, v.Source())
		case "nsenter":
			use(&l.out.Namespaces, model.KernelUse{Name: "nsenter", Kind: model.ViewPID, Detail: strings.Join(words[i:], " ")}, v.Source())
		}
	}
}

// sysctlFiles reads sysctl.d(5) files named after the unit or the application: 60-shop.conf.
func (l *looker) sysctlFiles() {
	names := map[string]bool{}
	if unit, _, err := l.s.Main.Unit(); err == nil && unit != "" {
		names[strings.TrimSuffix(unit, ".service")] = true
	}
	if n := strings.ToLower(l.s.App.Name); len(n) > 2 {
		names[n] = true
	}
	for _, dir := range []string{"/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d"} {
		list, err := l.s.Host.Tree.ReadDir(dir)
		if err != nil {
			continue // no such folder
		}
		for _, e := range list {
			stem := strings.TrimLeft(strings.TrimSuffix(e.Name, ".conf"), "0123456789-_")
			if !strings.HasSuffix(e.Name, ".conf") || !names[strings.ToLower(stem)] {
				continue
			}
			l.sysctlFile(path.Join(dir, e.Name))
		}
	}
}

func (l *looker) sysctlFile(name string) {
	data, err := host.ReadFile(l.s.Host.Tree, name, maxUnit)
	if err != nil {
		l.s.Skip(model.Skip{What: "sysctl settings", Path: model.Path(name), Reason: host.Reason(err), Incomplete: true})
		return
	}
	for i, line := range strings.Split(string(data), "\n") {
		key, value, ok := strings.Cut(strings.TrimLeft(strings.TrimSpace(line), "-"), "=")
		if !ok || strings.HasPrefix(key, "#") || strings.HasPrefix(key, ";") {
			continue
		}
		use(&l.out.Sysctls, model.KernelUse{Name: strings.ReplaceAll(strings.TrimSpace(key), "/", "."), Detail: strings.TrimSpace(value)}, model.FromFile(model.Path(name), i+1))
	}
}

// limits keeps those that the unit sets, that differ from the first process's, and memory that is locked or in huge pages now.
func (l *looker) limits() {
	p := l.s.Main
	limits, err := p.Limits()
	l.failed("limits", p, "limits", err)
	defaults := l.defaultLimits()
	for _, x := range limits {
		kind, key := limitKind(x.Name)
		from := []model.Source{model.FromProc(p.PID, "limits:"+strconv.Itoa(x.Line))}
		set := l.unitValues(key)
		for _, v := range set {
			from = append(from, v.Source())
		}
		d, known := defaults[x.Name]
		if len(set) == 0 && (!known || d == x.Hard) {
			continue
		}
		u := model.KernelUse{Name: x.Name, Kind: kind, Detail: limitText(x.Soft) + "/" + limitText(x.Hard)}
		if known {
			u.Detail += ", default " + limitText(d)
		}
		if kind == model.LimitNoFile {
			u.Bytes = int64(min(x.Hard, 1<<62))
		}
		if kind != model.LimitMemLock { // to be allowed to lock is no use; what is locked follows
			use(&l.out.Limits, u, from...)
		}
	}
	status := func(key string) model.Source {
		return model.FromProc(p.PID, "status:"+strconv.Itoa(p.Status.Lines[key]))
	}
	if v := p.Status.VMLock; v > 0 {
		use(&l.out.Limits, model.KernelUse{Name: "Max locked memory", Kind: model.LimitMemLock, Bytes: v, Detail: strconv.FormatInt(v, 10) + " bytes are locked"}, status("VmLck"))
	}
	if v := p.Status.HugetlbPages; v > 0 {
		use(&l.out.Limits, model.KernelUse{Name: "huge pages", Kind: model.LimitHugePages, Bytes: v, Detail: strconv.FormatInt(v, 10) + " bytes in huge pages"}, status("HugetlbPages"))
	}
}

// defaultLimits are the hard limits that services get: the first process's, but for the two that systemd sets apart
// (systemd-system.conf(5), DefaultLimitNOFILE and DefaultLimitMEMLOCK).
func (l *looker) defaultLimits() map[string]uint64 {
	out := map[string]uint64{}
	first := l.s.Host.Process(1)
	if first == nil {
		return out
	}
	limits, err := first.Limits()
	if err != nil {
		return out // guarded: then only the unit's own limits are known to differ
	}
	for _, x := range limits {
		out[x.Name] = x.Hard
	}
	if first.Comm == "systemd" {
		out["Max open files"], out["Max locked memory"] = 524288, 8<<20
	}
	return out
}

func limitKind(name string) (model.UseKind, string) {
	switch name {
	case "Max open files":
		return model.LimitNoFile, "LimitNOFILE"
	case "Max locked memory":
		return model.LimitMemLock, "LimitMEMLOCK"
	case "Max realtime priority":
		return model.LimitRealtime, "LimitRTPRIO"
	case "Max nice priority":
		return model.LimitRealtime, "LimitNICE"
	case "Max realtime timeout":
		return model.LimitRealtime, "LimitRTTIME"
	case "Max processes":
		return model.LimitOther, "LimitNPROC"
	case "Max core file size":
		return model.LimitOther, "LimitCORE"
	case "Max stack size":
		return model.LimitOther, "LimitSTACK"
	}
	return model.LimitOther, ""
}

func limitText(v uint64) string {
	if v == parse.Unlimited {
		return "unlimited"
	}
	return strconv.FormatUint(v, 10)
}
