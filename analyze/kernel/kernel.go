// Package kernel finds what the processes use of the kernel beyond ordinary programs: the ground on which the privileged and daemon rules
// judge. What a process merely could do is no use: a root process has every capability and needs none of them.
package kernel

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
)

// Look reads descriptors, mappings, sockets, limits and the systemd unit of the application's processes. paths are the files and folders that
// belong to it, to tell which mounts it uses. Lists are sorted and hold each use once.
func Look(s *subject.Subject, paths []string) model.Kernel {
	l := &looker{s: s, own: map[int]bool{}, sockets: map[uint64]held{}}
	for _, pid := range append([]int{s.Main.PID}, s.App.Processes...) {
		l.own[pid] = true
	}
	l.unit = l.readUnit()
	l.descriptors()
	l.mappings()
	l.network()
	l.mounts(paths)
	l.tunables()
	l.limits()
	l.segments()
	l.capabilities()
	l.unseen()
	return l.sorted()
}

type looker struct {
	s       *subject.Subject
	out     model.Kernel
	unit    *host.Unit
	own     map[int]bool    // the application's processes
	sockets map[uint64]held // by inode
}

// held is a socket of the application.
type held struct {
	p  *subject.Proc
	fd int
}

func (h held) source() model.Source { return model.FromProc(h.p.PID, "fd/"+strconv.Itoa(h.fd)) }

// use adds a use to a list, or only its evidence when it is there already.
func use(list *[]model.KernelUse, u model.KernelUse, from ...model.Source) {
	i := slices.IndexFunc(*list, func(o model.KernelUse) bool { return o.Name == u.Name && o.Kind == u.Kind && o.Peer == u.Peer })
	if i < 0 {
		*list = append(*list, u)
		i = len(*list) - 1
	}
	e := &(*list)[i]
	for _, f := range []struct {
		name string
		set  bool
	}{{"name", true}, {"kind", u.Kind != ""}, {"detail", u.Detail != ""}, {"bytes", u.Bytes != 0}, {"peer", u.Peer != ""}} {
		if f.set {
			e.Evidence.Add(f.name, from...)
		}
	}
	if e.Detail == "" {
		e.Detail = u.Detail
	}
}

func (l *looker) sorted() model.Kernel {
	k := &l.out
	for _, list := range []*[]model.KernelUse{&k.Devices, &k.Mounts, &k.Sysctls, &k.Sockets, &k.Namespaces, &k.Limits, &k.HostReads, &k.SharedMemory} {
		if *list == nil {
			*list = []model.KernelUse{}
		}
		slices.SortFunc(*list, func(a, b model.KernelUse) int {
			return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Peer, b.Peer))
		})
	}
	if k.Capabilities == nil {
		k.Capabilities = []model.Capability{}
	}
	return *k
}

// unseen names the lists that could not be filled whole.
func (l *looker) unseen() {
	for _, p := range l.s.Procs {
		for what, fields := range map[string][]string{
			"fd": {"devices", "sockets", "hostReads", "namespaces", "sysctls"}, "fdinfo": {"sysctls", "hostReads"}, "maps": {"sharedMemory", "devices"}, "status": {"capabilities", "limits"},
		} {
			if why := p.Unread[what]; why != "" {
				for _, f := range fields {
					l.cannotSee(f, model.FromProc(p.PID, what), why)
				}
			}
		}
	}
	slices.SortFunc(l.out.Unseen, func(a, b model.Unseen) int { return cmp.Or(cmp.Compare(a.Field, b.Field), cmp.Compare(a.Why, b.Why)) })
	l.out.Unseen = slices.Compact(l.out.Unseen)
}

func (l *looker) cannotSee(field string, what model.Source, why string) {
	l.out.Unseen = append(l.out.Unseen, model.Unseen{Field: field, Why: string(what) + ": " + why, Needs: "run a2c analyze as root"})
}

// failed notes a table that could not be read.
func (l *looker) failed(field string, p *subject.Proc, name string, err error) {
	if err != nil && !host.Vanished(err) {
		l.cannotSee(field, model.FromProc(p.PID, name), host.Reason(err))
	}
}

// otherPID is the process in a path below /proc that is none of the application's: "/proc/812/mem".
func (l *looker) otherPID(name string) (int, bool) {
	rest, ok := strings.CutPrefix(name, "/proc/")
	if !ok {
		return 0, false
	}
	text, _, _ := strings.Cut(rest, "/")
	pid, err := strconv.Atoi(text)
	return pid, err == nil && !l.own[pid]
}

// process words a process: "postgres (812)".
func (l *looker) process(pid int) string {
	if p := l.s.Host.Process(pid); p != nil {
		return p.Comm + " (" + strconv.Itoa(pid) + ")"
	}
	return strconv.Itoa(pid)
}
