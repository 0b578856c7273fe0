// Package jail gives a child process a root of its own: an empty folder, entered by pivot_root(2) in new mount, PID, IPC, UTS and network
// namespaces, with few capabilities and a seccomp filter. The host's file systems are out of its sight, and when either side is
// killed nothing is left behind: the child is PID 1 of its namespace, and the namespaces end with it.
//
// Start runs in a2c, Enter is the first thing that the child does.
package jail

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"

	"a2c/internal/child"
)

// Spec is one run of a child.
type Spec struct {
	Program string   // executable
	Env     []string // whole environment of the child
	// Root is an empty folder, mode 0755, that becomes the child's "/".
	Root string
	// Memory is how many bytes the root may take in memory, as a tmpfs(5) over Root that ends with the child; 0: it lies on the disk.
	Memory int64
	// Work is bound at Inside() below the new root, writable. Each of ReadOnly is bound below it, by name.
	Work     string
	ReadOnly map[string]string
	// Request is handed to the child; Message is called for each line that it sends back.
	Request any
	Message func(line []byte) error
	Output  io.Writer // stdout and stderr of the child
}

// Plan is what Enter needs to know; Start fills it in.
type Plan struct {
	Root     string            `json:"root"`
	Memory   int64             `json:"memory,omitempty"`
	Work     string            `json:"work"`
	ReadOnly map[string]string `json:"readOnly"`
	Nonce    string            `json:"nonce"`
	Dev      uint64            `json:"dev"`
	Ino      uint64            `json:"ino"`
	Request  json.RawMessage   `json:"request"`
}

// Inside is where Work stands in the jail. The name cannot be guessed, so that no path of an application lies there.
func (p Plan) Inside() string { return "/" + marker + p.Nonce }

const (
	marker     = ".a2c-"
	nonceFile  = "nonce"
	requestFD  = 3
	messageFD  = 4
	maxMessage = 1 << 20
)

// ErrNeedsRoot is returned when the machine does not let us make namespaces.
var ErrNeedsRoot = errors.New("a private root folder needs root (CAP_SYS_ADMIN): run a2c with sudo")

// Environ is the variable that names Inside for programs that read it before Enter (Kaniko fixes its folder in an init function).
const Environ = "KANIKO_DIR"

// Start runs the child until it ends. Its peak memory is what the child says of itself. A cancelled ctx kills it.
func Start(ctx context.Context, s Spec) error {
	if os.Geteuid() != 0 {
		return ErrNeedsRoot
	}
	plan, err := prepare(s)
	if err != nil {
		return err
	}
	return run(ctx, s, plan)
}

func prepare(s Spec) (Plan, error) {
	left, err := os.ReadDir(s.Root)
	if err != nil {
		return Plan{}, fmt.Errorf("private root: %w", err)
	}
	if len(left) != 0 {
		return Plan{}, fmt.Errorf("private root %s is not empty", s.Root)
	}
	// Kaniko writes an entry for "/" into each layer: with 0700 no other user could enter the image.
	if err := os.Chmod(s.Root, 0o755); err != nil {
		return Plan{}, fmt.Errorf("private root: %w", err)
	}
	var st unix.Stat_t
	if err := unix.Stat(s.Root, &st); err != nil {
		return Plan{}, fmt.Errorf("private root %s: %w", s.Root, err)
	}
	p := Plan{Root: s.Root, Memory: s.Memory, Work: s.Work, ReadOnly: s.ReadOnly, Nonce: rand.Text(), Dev: st.Dev, Ino: st.Ino}
	if err := os.WriteFile(filepath.Join(s.Work, nonceFile), []byte(p.Nonce), 0o600); err != nil {
		return Plan{}, fmt.Errorf("private root: %w", err)
	}
	for name := range s.ReadOnly {
		if err := os.MkdirAll(filepath.Join(s.Work, name), 0o755); err != nil {
			return Plan{}, fmt.Errorf("private root: %w", err)
		}
	}
	p.Request, err = json.Marshal(s.Request)
	return p, err
}

func run(outer context.Context, s Spec, p Plan) error {
	ctx, stop := context.WithCancel(outer)
	defer stop()
	request, toChild, err := os.Pipe()
	if err != nil {
		return err
	}
	defer request.Close()
	defer toChild.Close() // kept open while the child runs: its end tells the child that we are gone
	fromChild, message, err := os.Pipe()
	if err != nil {
		return err
	}
	defer fromChild.Close()
	defer message.Close()

	cmd := exec.CommandContext(ctx, s.Program, "build")
	cmd.Env = append([]string{Environ + "=" + p.Inside()}, s.Env...)
	cmd.Dir = "/"
	cmd.Stdout, cmd.Stderr = s.Output, s.Output
	cmd.ExtraFiles = []*os.File{request, message}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS | unix.CLONE_NEWNET,
		Setsid:     true, // Ctrl-C reaches a2c alone, which then kills the child; no terminal to type into
	}
	sent, received := make(chan error, 1), make(chan error, 1)
	go func() { sent <- json.NewEncoder(toChild).Encode(p) }()
	go func() {
		err := receive(fromChild, s.Message)
		if err != nil {
			stop() // nobody listens any more
		}
		received <- err
	}()
	err = child.Run(cmd) // with Pdeathsig
	// Our ends of what the child used: without them both goroutines see the end.
	request.Close()
	message.Close()
	err = errors.Join(<-received, ended(s.Program, err), ignoreBroken(<-sent))
	if outer.Err() != nil {
		return context.Cause(outer)
	}
	return err
}

func receive(r io.Reader, handle func([]byte) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 4096), maxMessage)
	for lines.Scan() {
		if err := handle(lines.Bytes()); err != nil {
			return err
		}
	}
	return lines.Err()
}

// ErrKilled is returned when the child ended by a signal that we did not send.
var ErrKilled = errors.New("the builder was killed")

func ended(program string, err error) error {
	if err == nil {
		return nil
	}
	ee, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		if errors.Is(err, unix.EPERM) {
			return fmt.Errorf("%w (clone: %w)", ErrNeedsRoot, err)
		}
		return fmt.Errorf("start %s: %w", program, err)
	}
	if ws, ok := ee.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return fmt.Errorf("%w by signal %d (%v); signal 9 without a person behind it means that memory ran out (see dmesg)", ErrKilled, ws.Signal(), ws.Signal())
	}
	return fmt.Errorf("the builder ended: %w", err)
}

// ignoreBroken drops the error of writing to a child that has gone: why it went is reported by others.
func ignoreBroken(err error) error {
	if errors.Is(err, unix.EPIPE) {
		return nil
	}
	return err
}
