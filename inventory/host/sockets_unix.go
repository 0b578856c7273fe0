package host

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"a2c/model"
)

// UnixListeners are the Unix sockets with a name on which the processes of an application accept connections or datagrams, sorted by name. Left
// out is what the runtimes open by themselves for tools: the attach socket of a JVM, the diagnostic port of .NET.
func (h *Host) UnixListeners(ps ...*Process) ([]model.UnixListener, error) {
	seen := map[uint64]bool{}
	var list []model.UnixListener
	for _, p := range ps {
		held, err := p.socketFDs()
		if err != nil && Vanished(err) && p.Ended() {
			continue
		}
		if err != nil {
			return nil, err
		}
		if len(held) == 0 {
			continue
		}
		rows, err := p.UnixSockets()
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			fd, mine := held[r.Inode]
			kind := map[int]string{1: "stream", 2: "datagram", 5: "seqpacket"}[r.Type]
			if !mine || seen[r.Inode] || r.Path == "" || !r.Listening && kind != "datagram" || ofRuntime(r.Path) {
				continue
			}
			seen[r.Inode] = true
			l := model.UnixListener{Path: model.Path(r.Path), Type: kind, PID: p.PID, Inode: r.Inode}
			row, holder := model.FromProc(p.PID, "net/unix:"+strconv.Itoa(r.Line)), model.FromProc(p.PID, "fd/"+strconv.Itoa(fd))
			l.Evidence.Add("path", row)
			l.Evidence.Add("type", row)
			l.Evidence.Add("pid", holder)
			l.Evidence.Add("inode", holder)
			list = append(list, l)
		}
	}
	slices.SortFunc(list, func(a, b model.UnixListener) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Inode, b.Inode))
	})
	return list, nil
}

func ofRuntime(name string) bool {
	base := name[strings.LastIndexByte(name, '/')+1:]
	return strings.HasPrefix(base, ".java_pid") || strings.HasPrefix(base, "dotnet-diagnostic-") || strings.HasPrefix(base, "clr-debug-pipe-")
}

// Holds reports whether the process has a descriptor of the socket, and which is the lowest.
func (p *Process) Holds(inode uint64) (fd int, ok bool) {
	held, err := p.socketFDs()
	if err != nil {
		return 0, false
	}
	fd, ok = held[inode]
	return fd, ok
}
