// Package verify runs the image and compares it with the live application.
package verify

import (
	"context"
	"net"
	"time"

	"a2c/model"
	"a2c/verify/outside"
)

// Runtime starts images: a Docker Engine, or a2c itself in a sandbox.
type Runtime interface {
	Name() string
	// Start runs the image cut off from everything unless n allows it. The caller ends the Twin. An error is ErrStart when the image is to blame.
	Start(ctx context.Context, i model.Image, n Needs) (Twin, error)
	// Close removes what was kept from one Start to the next.
	Close(ctx context.Context) error
}

// Needs is what a run is given. Secret values pass through memory only.
type Needs struct {
	Dir      string                // the application's folder of the workspace, for what a runtime must lay down
	Archive  string                // OCI layout of the image
	Env      []string              // NAME=value: secrets and extra variables
	State    map[model.Path]string // path in the image: its copy on the host, which the twin may change
	Tmpfs    []model.Path
	ReadOnly bool // read-only root
	// Capabilities are all that the twin may have, without "CAP_"; NoNewPrivileges leaves no way to more than it starts with.
	Capabilities    []string
	NoNewPrivileges bool
	// Live is the root of the live application, "/proc/412/root": what the image looks for in vain is looked for there; "": nowhere.
	Live         string
	AllowNetwork bool
	Ports        []int         // a2c asks at these: refusals there are not the twin's
	Ways         []outside.Way // peers that it reaches, or believes to reach; none with AllowNetwork
	MemoryBytes  int64
	CPUs         float64
	Reserve      func(bytes int64) error // refuses what would fill the disk; nil: nobody refuses
}

// Twin is a running image.
type Twin interface {
	// Dial connects to a TCP port of the twin: inside over loopback as its own processes do, else at the address that others use.
	Dial(ctx context.Context, port int, inside bool) (net.Conn, error)
	// Open says from where a TCP port takes connections now, without making one: inside over loopback, or also outside.
	Open(port int) (inside, outside bool, err error)
	// PID is the main process as the host counts, 0 when it has ended.
	PID() int
	Status(ctx context.Context) (Status, error)
	// Log returns the last lines of stdout and stderr, raw.
	Log(ctx context.Context, lines int) ([]string, error)
	// Reached lists what the twin tried to reach outside itself ("tcp/10.0.0.5:5432", "dns/db.internal"), and what could not be seen of that.
	Reached() ([]string, []model.Skip)
	// Ways says how many connections it made on each of Needs.Ways, and what went wrong there.
	Ways() (map[string]int, []model.Skip)
	// Memory is the most bytes that the twin had at a time, as far as the runtime tells.
	Memory(ctx context.Context) (int64, error)
	// Idle is how many bytes the twin has now.
	Idle(ctx context.Context) (int64, error)
	// Signal sends the main process a signal ("SIGTERM", "15"). One that has ended gets none.
	Signal(ctx context.Context, signal string) error
	// Changed lists what the twin wrote or removed in a root that was writable, until Stop.
	Changed(ctx context.Context) ([]Changed, error)
	// Stop ends and removes it with everything that Start made for it.
	Stop(ctx context.Context) error
}

// Changed is a file, or a folder in which something was made or removed.
type Changed struct {
	Path   model.Path
	Folder bool
}

// Status of a twin's main process.
type Status struct {
	Running     bool
	ExitCode    int // 128 and the signal's number when a signal ended it
	OutOfMemory bool
	Error       string // why it was not started
}

// Event is progress.
type Event struct {
	Step   string        `json:"step"`   // "load", "start", "ready", "compare", "try again"
	Detail string        `json:"detail"` // for people, without secrets
	Took   time.Duration `json:"took,omitempty"`
}
