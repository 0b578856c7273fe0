package kernel

import (
	"errors"
	"io/fs"
	"strconv"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// maxSysvipc bounds /proc/sysvipc/shm.
const maxSysvipc = 4 << 20

// segments keeps System V shared memory that the application made or used last (proc_sysvipc(5)).
func (l *looker) segments() {
	const name = "/proc/sysvipc/shm"
	data, err := host.ReadFile(l.s.Host.Tree, name, maxSysvipc)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) { // a kernel without System V IPC
			l.cannotSee("sharedMemory", name, host.Reason(err))
		}
		return
	}
	for _, m := range parse.SysVSegments(data) {
		if !l.own[m.Creator] && !l.own[m.Last] {
			continue
		}
		u := model.KernelUse{Name: "shmid " + strconv.Itoa(m.ID), Kind: model.MemorySysV, Bytes: m.Bytes}
		for _, pid := range []int{m.Creator, m.Last} {
			if pid != 0 && !l.own[pid] && l.s.Host.Process(pid) != nil {
				u.Peer = l.process(pid)
			}
		}
		use(&l.out.SharedMemory, u, model.Source(name+":"+strconv.Itoa(m.Line)))
	}
}
