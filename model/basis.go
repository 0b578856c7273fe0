package model

import "slices"

// Basis is the part of an analysis that an image is made from. What an analysis only measures (usage, sizes, peers), what each start of the
// application changes (process IDs, inodes, times) and where something was seen (evidence) is left out: another analysis of the same
// application has the same basis, so that its image stays valid. The file set is in it as the digest in Inputs.
func (a Analysis) Basis() Analysis {
	i := a.AnalysisInfo
	return Analysis{
		A2CTemplateVersion:  a.A2CTemplateVersion,
		ContainerParameters: a.ContainerParameters,
		AnalysisInfo: AnalysisInfo{
			AppID: i.AppID, UserID: i.UserID, GroupID: i.GroupID, UserNames: i.UserNames, GroupNames: i.GroupNames, ProcUID: i.ProcUID, ProcGID: i.ProcGID,
			Cmdline: i.Cmdline, WebApp: i.WebApp, OSData: i.OSData, OSName: i.OSName, Ports: i.lasting(), Properties: i.Properties,
			ApplicationType: i.ApplicationType, AdvancedAppInfo: i.AdvancedAppInfo, Cwd: i.Cwd, Exe: i.Exe, Umask: i.Umask, Children: i.Children, App: i.App.basis(),
			EnvKept: each(i.EnvKept, func(v *EnvVar) { v.Reason, v.Evidence = "", nil }),
			Secrets: each(i.Secrets, func(s *Secret) { s.Evidence, s.Length, s.ProposedName = nil, "", "" }),
			State:   each(i.State, func(s *StateDir) { *s = StateDir{Path: s.Path, Kind: s.Kind, SingleFile: s.SingleFile} }),
			Logs:    each(i.Logs, func(l *LogFile) { *l = LogFile{Path: l.Path, Appends: l.Appends} }),
			Usage:   Usage{MaxHeapBytes: i.Usage.MaxHeapBytes},
			Kernel:  i.Kernel.basis(),
			Inputs:  i.Inputs,
		},
	}
}

// lasting are the ports without those that the kernel chose.
func (i AnalysisInfo) lasting() []Port {
	chosen := i.App.chosen()
	return slices.DeleteFunc(slices.Clone(i.Ports), func(p Port) bool { return slices.Contains(chosen, p.LocalPort) })
}

// chosen are the ports that the kernel chose: other ones at the next start, which a server may note somewhere.
func (a App) chosen() []int {
	var ports []int
	for _, l := range a.Listeners {
		if l.Ephemeral {
			ports = append(ports, l.Port)
		}
	}
	return ports
}

func (a App) basis() App {
	a.ProcessID, a.Processes, a.NetNamespace, a.Evidence = 0, nil, 0, nil
	a.StartedAt, a.StartMark = App{}.StartedAt, ""
	// How it was started and what stands around it does not go into an image.
	a.Start, a.Process, a.Container, a.UnixListeners, a.Published, a.Proxies, a.Related = Start{}, Process{}, nil, nil, nil, nil, nil
	a.User.Inside = nil // files and image have the machine's numbers
	a.User.Evidence, a.Runtime.Evidence, a.Platform.Evidence = nil, nil, nil
	chosen := a.chosen()
	a.Listeners = each(a.Listeners, func(l *Listener) {
		l.PID, l.Inode, l.Evidence = 0, 0, nil
		if l.Ephemeral {
			l.Port = 0
		}
		if l.Binding != nil {
			b := *l.Binding
			b.Evidence = nil
			l.Binding = &b
		}
	})
	a.WebApps = each(a.WebApps, func(w *WebApp) { w.Evidence = nil })
	a.Connectors = each(a.Connectors, func(c *Connector) {
		if c.Evidence = nil; slices.Contains(chosen, c.Port) {
			c.Port = 0
		}
	})
	return a
}

// basis keeps the limits, from which the deployment's are made; the rest is for check, which reads the analysis itself.
func (k Kernel) basis() Kernel {
	return Kernel{Limits: each(k.Limits, func(u *KernelUse) {
		if u.Peer, u.Evidence = "", nil; u.Kind == LimitMemLock || u.Kind == LimitHugePages {
			u.Bytes, u.Detail = 0, "" // measured, not set
		}
	})}
}

// Basis is the part of a file's entry that an image is made from; false: it has none. A folder's time changes with what is written into it,
// which the entries below it tell, and of what stays outside the image the size and the time mean nothing.
func (f File) Basis() (File, bool) {
	f.Reasons, f.Package, f.Group, f.Doubt = nil, "", "", ""
	if f.Decision != In {
		f.Size = 0
	}
	if f.Decision != In || f.Type != "file" {
		f.MTime = File{}.MTime
	}
	return f, f.Decision != Out
}

// each returns a copy of the list with each element changed.
func each[T any](list []T, change func(*T)) []T {
	list = slices.Clone(list)
	for i := range list {
		change(&list[i])
	}
	return list
}
