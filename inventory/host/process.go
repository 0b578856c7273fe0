package host

import (
	"errors"
	"strconv"
	"sync"

	"a2c/model"
)

// Host is one machine at one moment. Processes, sockets and units are read once; files on demand.
type Host struct {
	Tree      Tree
	Processes []*Process // ascending PID; kernel threads and zombies left out
	Skips     []model.Skip
	Seen      model.Seen // Processes, Vanished and Unreadable so far; the inventory adds the rest

	byPID    map[int]*Process
	kids     map[int][]*Process
	sockets  *socketTables
	accounts accountCache
	ports    portRange
	groups   cgroupCache
	mu       sync.Mutex // guards Skips
}

// Process is what a2c keeps of one process. Everything that costs a look into /proc/PID is a method (in the file named after the
// kernel file it reads); what it returns is raw and may hold secrets: it is redacted where it enters the model.
type Process struct {
	PID  int
	PPID int
	Comm string
	// Exe is the target of /proc/PID/exe without " (deleted)"; ExeDeleted keeps that mark. "" with ExeErr set when it cannot be read.
	Exe        string
	ExeDeleted bool
	ExeErr     error  // why Exe is "": mostly permission
	Start      uint64 // starttime of /proc/PID/stat in clock ticks: with PID it identifies the process
	Threads    int    // when it was read
	root       string // /proc/PID/root when that is not "/"
	thread     int    // whose network it is looked at from; 0: the first's
	tree       Tree
	host       *Host
	own        ownTree
	held       heldSockets
	args       arguments
}

// Group is a process with its launchers (shells, jsvc controllers, wrappers: the ancestors that only started it) and its children.
// One group may hold several applications, one application several processes.
type Group struct {
	Main      *Process
	Launchers []*Process // nearest first
	Children  []*Process // descendants, ascending PID
}

// deletedMark is what the kernel puts behind the name of a file that has no name any more (proc_pid_exe(5)).
const deletedMark = " (deleted)"

// Limits of what is read of one kernel file.
const (
	smallFile      = 64 << 10
	argumentsLimit = 8 << 20  // ARG_MAX is a quarter of the stack limit, 2 MB by default, 6 MB at most
	statusLimit    = 4 << 20  // the line Groups may hold 65,536 numbers
	largeFile      = 64 << 20 // maps and socket tables of large machines
)

// minThreads is how few threads a JVM or CLR can have: collector, compiler, finalizer and signal thread beside the main one.
const minThreads = 4

// Managed reports whether the process has threads enough for a managed runtime, a JVM or CLR, to be in it, whatever the program is called.
func (p *Process) Managed() bool { return p.Threads >= minThreads }

// Process returns the process with that number, nil when it was not seen.
func (h *Host) Process(pid int) *Process { return h.byPID[pid] }

// ChildrenOf returns the direct children, ascending PID.
func (h *Host) ChildrenOf(pid int) []*Process { return h.kids[pid] }

// Skip records what could not be seen; it may be called from several goroutines.
func (h *Host) Skip(s model.Skip) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.Skips = append(h.Skips, s)
}

// Reason says why something could not be read, in the words that skips use.
func Reason(err error) string {
	switch {
	case Denied(err):
		return "permission denied"
	case Vanished(err):
		return "vanished"
	}
	if p, ok := errors.AsType[*pathError](err); ok {
		return p.err.Error()
	}
	return err.Error()
}

func remedy(err error) string {
	if Denied(err) {
		return "run as root"
	}
	return ""
}

// Ended reports whether the process that was read is gone or about to be; another one with its PID counts as gone too.
func (p *Process) Ended() bool {
	s, err := p.Stat()
	return err != nil || s.Over() || s.StartTicks != p.Start
}

// path is the name of a file below /proc/PID.
func (p *Process) path(name string) string {
	return "/proc/" + strconv.Itoa(p.PID) + "/" + p.ofThread(name)
}

func (p *Process) read(name string, limit int64) ([]byte, error) {
	return ReadFile(p.tree, p.path(name), limit)
}

func (p *Process) readlink(name string) (string, error) { return p.tree.Readlink(p.path(name)) }
