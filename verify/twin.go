package verify

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync/atomic"

	"a2c/internal/engine"
	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
	"a2c/verify/outside"
)

// twin is what the twins of all runtimes have: a network namespace that a2c looks into, and a main process on this host.
type twin struct {
	pid   int            // a process in its network namespace; 0: it has ended
	ns    string         // that namespace
	world *outside.World // nil when the network is allowed
	main  int            // the main process
	mark  string         // that tells it from a later one of the same number (engine.Owner)
	why   atomic.Value   // string: what a2c ended it for
}

// begin notes the main process. One that has ended already is none.
func (t *twin) begin(pid int) {
	if mark, err := engine.Owner(pid); err == nil {
		t.main, t.mark = pid, mark
	}
}

// endedFor is what a2c ended it for; "": it did not.
func (t *twin) endedFor() string {
	why, _ := t.why.Load().(string)
	return why
}

// PID implements Twin.
func (t *twin) PID() int {
	if now, err := engine.Owner(t.main); t.main == 0 || err != nil || now != t.mark {
		return 0
	}
	return t.main
}

// Open reads the kernel's table: a port that takes a connection for a command (shutdown, debug) must not see one.
func (t *twin) Open(port int) (inside, outside bool, err error) {
	if t.pid == 0 {
		return false, false, nil
	}
	m, err := host.Machine("/")
	if err != nil {
		return false, false, err
	}
	return listening(m, t.pid, port)
}

// Reached implements Twin.
func (t *twin) Reached() ([]string, []model.Skip) {
	if t.world == nil {
		return nil, []model.Skip{{What: "what the twin tried to reach", Reason: "the network was allowed"}}
	}
	return t.world.Reached()
}

// Ways implements Twin. Where the network is allowed there are none.
func (t *twin) Ways() (map[string]int, []model.Skip) {
	if t.world == nil {
		return nil, nil
	}
	return t.world.Ways()
}

// peak is the larger of what the kernel charged to all its processes and the main process's peak resident set: pages of the image that were in memory
// already are charged to nobody here, but will be elsewhere.
func (t *twin) peak(charged int64) (int64, error) {
	pid := t.PID()
	if pid == 0 {
		return charged, nil
	}
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if errors.Is(err, fs.ErrNotExist) {
		return charged, nil
	}
	if err != nil {
		return charged, err
	}
	status, err := parse.Status(data)
	return max(charged, status.VMHWM), err
}
