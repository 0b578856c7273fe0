package kernel

import (
	"errors"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// capabilities lists the effective ones of the main process (capabilities(7)) and looks for signs that the application wants one.
func (l *looker) capabilities() {
	p := l.s.Main
	file := l.fileCapabilities()
	for n := range 64 {
		bit := uint64(1) << n
		if p.Status.CapEff&bit == 0 {
			continue
		}
		c := model.Capability{Name: parse.CapabilityName(n)}
		c.Evidence.Add("name", model.FromProc(p.PID, "status:"+strconv.Itoa(p.Status.Lines["CapEff"])))
		used := func(why string, from ...model.Source) {
			if c.Used == "" {
				c.Used = why
				c.Evidence.Add("used", from...)
			}
		}
		if file&bit != 0 {
			used("file capability", model.Source("security.capability of "+model.Path(p.Exe).String()))
		}
		if p.Status.CapAmb&bit != 0 {
			used("ambient", model.FromProc(p.PID, "status:"+strconv.Itoa(p.Status.Lines["CapAmb"])))
		}
		for _, key := range []string{"AmbientCapabilities", "CapabilityBoundingSet"} {
			for _, v := range l.unitValues(key) {
				if !strings.HasPrefix(v.Value, "~") && namesCapability(v.Value, c.Name) {
					used("unit "+key, v.Source())
				}
			}
		}
		l.seenUse(c.Name, used)
		l.out.Capabilities = append(l.out.Capabilities, c)
	}
}

// seenUse looks for what needs a capability in what has been found.
func (l *looker) seenUse(name string, used func(string, ...model.Source)) {
	by := func(list []model.KernelUse, kinds ...model.UseKind) {
		for _, u := range list {
			if slices.Contains(kinds, u.Kind) {
				used(u.Name, u.Evidence["name"]...)
			}
		}
	}
	switch name {
	case "CAP_NET_RAW":
		by(l.out.Sockets, model.SocketRaw, model.SocketPacket)
	case "CAP_NET_ADMIN":
		l.netAdmin(used)
	case "CAP_SYS_ADMIN":
		by(l.out.Mounts, model.MountMade, model.MountLoop)
	case "CAP_BPF":
		by(l.out.Sockets, model.HandleBPF)
	case "CAP_PERFMON":
		by(l.out.Sockets, model.HandlePerf)
	case "CAP_SYS_PTRACE":
		by(l.out.Namespaces, model.ViewPID)
	case "CAP_IPC_LOCK":
		by(l.out.Limits, model.LimitMemLock)
	case "CAP_NET_BIND_SERVICE":
		for _, x := range l.s.App.Listeners {
			if x.Port > 0 && x.Port < 1024 {
				used("listens on port "+strconv.Itoa(x.Port), x.Evidence["port"]...)
			}
		}
	}
}

// netAdmin takes sockets to the packet filter and to IPsec for a wish to change them.
func (l *looker) netAdmin(used func(string, ...model.Source)) {
	for _, u := range l.out.Sockets {
		if u.Kind == model.SocketNetlink && (u.Detail == "netfilter" || u.Detail == "xfrm") {
			used(u.Detail+" netlink socket", u.Evidence["name"]...)
		}
	}
}

func namesCapability(list, name string) bool {
	for f := range strings.FieldsSeq(list) {
		if strings.EqualFold(f, name) {
			return true
		}
	}
	return false
}

// fileCapabilities is the permitted set in the extended attribute of the program.
func (l *looker) fileCapabilities() uint64 {
	x, err := l.s.Root.Xattrs(l.s.Main.Exe)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			l.cannotSee("capabilities", model.Source(model.Path(l.s.Main.Exe).String()), host.Reason(err))
		}
		return 0
	}
	v, ok := x["security.capability"]
	if !ok {
		return 0
	}
	set, err := parse.FileCapabilities(v)
	if err != nil {
		l.cannotSee("capabilities", model.Source(model.Path(l.s.Main.Exe).String()), err.Error())
	}
	return set
}

func hasCap(set uint64, name string) bool {
	for n := range 64 {
		if set&(1<<n) != 0 && parse.CapabilityName(n) == name {
			return true
		}
	}
	return false
}
