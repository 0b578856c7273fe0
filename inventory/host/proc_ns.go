package host

import (
	"fmt"
	"strings"

	"a2c/parse"
)

// Namespace is the inode of /proc/PID/ns/KIND (namespaces(7)); kind is net, mnt, pid, ipc, user, uts or cgroup. Two processes with the same
// inode share the namespace.
//
//	net:[4026531840]
func (p *Process) Namespace(kind string) (uint64, error) {
	return namespace(p.tree, p.path("ns/"+kind))
}

func namespace(t Tree, link string) (uint64, error) {
	target, err := t.Readlink(link)
	if err != nil {
		return 0, err
	}
	kind := link[strings.LastIndexByte(link, '/')+1:]
	inode, ok := bracketed(target, kind+":[")
	if !ok {
		return 0, wrap("read", link, fmt.Errorf("%q names no %s namespace", target, kind))
	}
	return inode, nil
}

// OwnNamespace is the namespace that a2c counts as the machine's own: that of PID 1; where PID 1 is guarded that of a2c's parent, which started
// it. The reader's own would not do: it is confined to a network namespace of its own that is empty.
func (h *Host) OwnNamespace(kind string) (uint64, error) {
	inode, err := namespace(h.Tree, "/proc/1/ns/"+kind)
	if err == nil {
		return inode, nil
	}
	if data, err := ReadFile(h.Tree, "/proc/self/stat", smallFile); err == nil {
		if self, err := parse.Stat(data); err == nil {
			if inode, err := namespace(h.Tree, fmt.Sprintf("/proc/%d/ns/%s", self.PPID, kind)); err == nil {
				return inode, nil
			}
		}
	}
	return namespace(h.Tree, "/proc/self/ns/"+kind)
}
