package jail

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"

	"a2c/internal/child"
	"a2c/model"
)

// BoxPlan is a program as an OCI runtime is told it (runtime-spec, config-linux.md): where it stands, what is mounted there, as whom it runs.
type BoxPlan struct {
	Root     string     `json:"root"` // folder on the host that becomes "/"; paths of images are hostile and only looked up when it has
	ReadOnly bool       `json:"readOnly"`
	Hostname string     `json:"hostname"`
	Mounts   []BoxMount `json:"mounts"` // a folder before what lies in it
	User     string     `json:"user"`   // "uid:gid" or names of the root's own /etc/passwd and /etc/group
	Dir      string     `json:"dir"`
	Args     []string   `json:"args"`
	Env      []string   `json:"env"`
	// Capabilities bound what it may have (capabilities(7)); NoNewPrivileges lets no program that it executes have more than it has itself (PR_SET_NO_NEW_PRIVS).
	Capabilities    []uint `json:"capabilities"`
	NoNewPrivileges bool   `json:"noNewPrivileges"`
	Processors      []int  `json:"processors,omitempty"` // those that it runs on, as sched_setaffinity(2) numbers them; none: all
	Inside          string `json:"inside"`               // where what is mounted is handed in; nobody can guess it
	Watched         bool   `json:"watched"`
}

// BoxMount is one mount. Exactly one of From, Text and Options is set.
type BoxMount struct {
	Path     string     `json:"path"`
	From     model.Path `json:"from,omitempty"` // file or folder on the host
	Text     string     `json:"text,omitempty"` // of a file that is made
	Options  string     `json:"options,omitempty"`
	ReadOnly bool       `json:"readOnly,omitempty"`
}

// Box is a process in namespaces of its own that becomes the program of a BoxPlan.
type Box struct {
	PID     int // as the host counts
	plan    *os.File
	said    *os.File
	look    int  // socket by which a Watcher gets its listener; -1: the Watcher has it
	watched bool // by a Watcher
	cmd     *exec.Cmd
	ended   chan struct{}
}

// BoxError says that the root or the plan is to blame, not the machine.
type BoxError struct{ Text string }

func (e *BoxError) Error() string { return e.Text }

const (
	boxName    = "a2c-box" // argv[0] until the program runs
	unpackName = "a2c-unpack"
	lookFD     = 5 // socket, of a box
	programFD  = 6 // this program, of a box
)

// NewBox starts the process. It waits in mount, PID, IPC, UTS and network namespaces of its own until Run. What it prints goes to output.
// Cancelling ctx kills it, and the kernel does so when this process dies.
func NewBox(ctx context.Context, output *os.File) (*Box, error) {
	if os.Geteuid() != 0 {
		return nil, errors.New("a sandbox needs root (CAP_SYS_ADMIN): run a2c with sudo")
	}
	read, plan, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer read.Close()
	said, write, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, plan.Close())
	}
	defer write.Close()
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, errors.Join(err, plan.Close(), said.Close())
	}
	look := os.NewFile(uintptr(pair[1]), "look-ups")
	defer look.Close()
	b := &Box{plan: plan, said: said, look: pair[0], ended: make(chan struct{})}
	cmd, self, err := inner(ctx, boxName, read, write, look)
	if err != nil {
		return nil, errors.Join(err, b.close())
	}
	defer self.Close()
	cmd.Stdout, cmd.Stderr = output, output
	done, err := child.Start(cmd)
	if err != nil {
		return nil, errors.Join(refusedBox(err), b.close())
	}
	b.PID, b.cmd = cmd.Process.Pid, cmd
	go func() {
		<-done //nolint:errcheck // the state tells
		close(b.ended)
	}()
	return b, nil
}

// inner makes the command of an inner side. It runs a copy of this program in memory that nobody can change, since the program in the box could open the file
// that it was by way of /proc/self/exe (CVE-2019-5736).
func inner(ctx context.Context, name string, files ...*os.File) (*exec.Cmd, *os.File, error) {
	self, err := child.InMemory()
	if err != nil {
		return nil, nil, err
	}
	cmd := exec.CommandContext(ctx, fmt.Sprintf("/proc/self/fd/%d", requestFD+len(files)))
	cmd.Args, cmd.Env, cmd.Dir = []string{name}, []string{"GOMAXPROCS=1", "GOTRACEBACK=single"}, "/"
	cmd.ExtraFiles = append(slices.Clone(files), self)
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS | unix.CLONE_NEWNET,
		Setsid:     true,
	}
	return cmd, self, nil
}

func refusedBox(err error) error {
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EINVAL) { // clone(2)
		return fmt.Errorf("this machine lets nobody make the namespaces of a sandbox: %w", err)
	}
	return fmt.Errorf("start the sandbox: %w", err)
}

// Run lets the process become the program; it returns when it has. A *BoxError says that the image is to blame.
func (b *Box) Run(p BoxPlan) error {
	p.Inside, p.Watched = "/"+marker+rand.Text(), b.watched
	sent := json.NewEncoder(b.plan).Encode(p)
	text, err := io.ReadAll(io.LimitReader(b.said, maxMessage)) // ends with the execution of the program
	if len(text) > 0 {
		var m boxMessage
		if err := json.Unmarshal(text, &m); err != nil {
			return fmt.Errorf("start the sandbox: %w", err)
		}
		if m.Image {
			return &BoxError{m.Text}
		}
		return fmt.Errorf("start the sandbox: %s", m.Text)
	}
	return errors.Join(ignoreBroken(sent), err)
}

// boxMessage is why the program was not executed.
type boxMessage struct {
	Text  string `json:"text"`
	Image bool   `json:"image"`
}

// Ended is closed when the program has ended, and with it all that it started: it was process 1 of its namespace.
func (b *Box) Ended() <-chan struct{} { return b.ended }

// State is how the program ended; not before Ended.
func (b *Box) State() *os.ProcessState { return b.cmd.ProcessState }

// Signal sends the program a signal.
func (b *Box) Signal(s os.Signal) error {
	if err := b.cmd.Process.Signal(s); !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return nil
}

// Kill ends the program with all that it started, and waits for that.
func (b *Box) Kill() error {
	err := b.Signal(unix.SIGKILL)
	if err == nil {
		<-b.ended
	}
	return errors.Join(err, b.close())
}

func (b *Box) close() error {
	err := errors.Join(b.plan.Close(), b.said.Close())
	if b.look >= 0 {
		err = errors.Join(err, unix.Close(b.look))
	}
	return err
}

// Unpack lays layers over each other in an empty folder, as they are, in a process whose root that folder is: whatever their names and links say, nothing else is
// written to. Each is a tar stream, read to its end.
func Unpack(ctx context.Context, root string, layers []io.Reader) error {
	if os.Geteuid() != 0 {
		return ErrNeedsRoot
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var read, write []*os.File
	defer func() {
		for _, f := range append(read, write...) {
			f.Close()
		}
	}()
	for range len(layers) + 1 {
		r, w, err := os.Pipe()
		if err != nil {
			return err
		}
		read, write = append(read, r), append(write, w)
	}
	cmd, self, err := inner(ctx, unpackName, read...)
	if err != nil {
		return err
	}
	defer self.Close()
	var said bytes.Buffer
	cmd.Stderr = &said
	sent := make(chan error, 1)
	go func() {
		err := json.NewEncoder(write[0]).Encode(unpackRequest{root, len(layers)})
		write[0].Close()
		for i, l := range layers {
			if err == nil {
				_, err = io.Copy(write[i+1], l)
			}
			write[i+1].Close()
		}
		if err != nil {
			cancel() // what has come is no whole image
		}
		sent <- err
	}()
	err = child.Run(cmd)
	for _, r := range read {
		r.Close() // a writer that waits sees that nobody reads
	}
	if failed := ignoreBroken(<-sent); failed != nil {
		return failed
	}
	if text := bytes.TrimSpace(said.Bytes()); err != nil && len(text) > 0 {
		return fmt.Errorf("unpack the image: %s", text[:min(len(text), 1000)])
	}
	return refusedUnpack(err)
}

func refusedUnpack(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("unpack the image: %w", refusedBox(err))
}

// unpackRequest is the first thing that the inner side reads; the layers come in the pipes behind.
type unpackRequest struct {
	Root   string `json:"root"`
	Layers int    `json:"layers"`
}
