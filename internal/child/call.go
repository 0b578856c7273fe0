package child

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Call is one run of a role in a confined child.
type Call struct {
	Role    string
	Request any // encoded as JSON; at most 16 MiB
	// On takes what the role emits, in order; an error ends the child and is returned. Nil: nothing may be emitted. data is only valid during the call.
	On  func(kind string, data json.RawMessage) error
	Log *slog.Logger // takes the child's log records; nil: they are dropped
	// Files are open descriptors that the child could not make itself; it has them by Conn.File in this order. They stay open here.
	Files []*os.File
	// Unconfined lets the child run as this process does, without a filter, where the machine does not allow the confinement. A notice says so.
	Unconfined bool
	// Beside is how many children run at the same time, which share the cores that a2c takes; 0: one.
	Beside int
}

// ConfineError says that this machine does not allow the confinement. Nothing was looked at; Unconfined would go on without.
type ConfineError struct{ Reason string }

func (e *ConfineError) Error() string { return "a child cannot be confined here: " + e.Reason }

// Notice is one part of the confinement that this machine did not allow, and what would.
type Notice struct{ What, Reason, Remedy string }

// Report says how a child ran.
type Report struct {
	Notices []Notice
	MaxRSS  int64         // bytes
	CPU     time.Duration // user and system
}

// maxLine bounds one line from a child; the longest is the result, one document.
const maxLine = 256 << 20

// Run starts the child, waits for its result and decodes it into result. Cancelling ctx kills the child. The error is what the role
// returned, ctx's, or says that the child crashed or what it sent that it should not.
func (c Call) Run(ctx context.Context, result any) (Report, error) {
	request, err := json.Marshal(c.Request)
	if err != nil {
		return Report{}, fmt.Errorf("encode request: %w", err)
	}
	plan := planFor(os.Geteuid())
	if c.Unconfined {
		plan = unconfined()
	}
	report := Report{Notices: plan.notices}
	read, write, err := os.Pipe()
	if err != nil {
		return report, fmt.Errorf("pipe: %w", err)
	}
	defer read.Close()
	running, cancel := context.WithCancel(ctx)
	defer cancel()
	stderr := &beginning{}
	cmd, done, err := c.start(running, plan, request, write, stderr)
	write.Close()
	if err != nil {
		return report, c.notStarted(plan, err)
	}
	got, readErr := c.receive(ctx, read, result)
	if readErr != nil {
		cancel()
	}
	waitErr := <-done
	if s := cmd.ProcessState; s != nil {
		report.MaxRSS, report.CPU = maxRSS(s), s.UserTime()+s.SystemTime()
	}
	return report, c.outcome(ctx, got, readErr, waitErr, crashed(stderr.String()))
}

// notStarted tells what the machine refused of the confinement from all other reasons.
func (c Call) notStarted(p plan, err error) error {
	_, ours := errors.AsType[*prepareError](err)
	refused := errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOSYS) || errors.Is(err, syscall.ENOSPC) // clone(2), prctl(2)
	if ours || refused && (p.net || p.nobody) {
		return &ConfineError{err.Error()}
	}
	return fmt.Errorf("start child %s: %w", c.Role, err)
}

// start starts this program as the child. Where nobody may not execute it, a copy in memory is started.
func (c Call) start(ctx context.Context, p plan, request []byte, write *os.File, stderr io.Writer) (*exec.Cmd, <-chan error, error) {
	ready := make(chan struct{})
	defer close(ready)
	files := append([]*os.File{write}, c.Files...)
	cmd := c.command(ctx, p, held{ready, bytes.NewReader(request)}, stderr, files...)
	done, err := launch(cmd, p.onThread)
	if errors.Is(err, syscall.EACCES) {
		mem, memErr := InMemory()
		if memErr != nil {
			return nil, nil, fmt.Errorf("%w (others cannot execute this program: chmod o+x helps; %w)", err, memErr)
		}
		defer mem.Close()
		cmd = c.command(ctx, p, held{ready, bytes.NewReader(request)}, stderr, append(files, mem)...)
		cmd.Path = fmt.Sprintf("/proc/self/fd/%d", outFD+len(files))
		done, err = launch(cmd, p.onThread)
	}
	return cmd, done, err
}

// held gives the request only when the child is what it is to be: it must not begin before launch has made it the first to go.
type held struct {
	ready <-chan struct{}
	io.Reader
}

func (h held) Read(b []byte) (int, error) {
	<-h.ready
	return h.Reader.Read(b)
}

func (c Call) command(ctx context.Context, p plan, request io.Reader, stderr io.Writer, files ...*os.File) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "/proc/self/exe")
	cmd.Args = []string{prefix + c.Role}
	cmd.Env = []string{"GOMAXPROCS=" + strconv.Itoa(max(1, Cores()/max(1, c.Beside))), "GOTRACEBACK=single"}
	if p.open {
		cmd.Env = append(cmd.Env, openVariable+"=1")
	}
	cmd.Dir = "/"
	cmd.Stdin, cmd.Stderr = request, stderr
	cmd.ExtraFiles = files
	cmd.SysProcAttr = p.attr()
	return cmd
}

// outcome joins what was read, how the child ended and what it wrote to stderr into one error.
func (c Call) outcome(ctx context.Context, got bool, readErr, waitErr error, stderr string) error {
	var said *Error
	var ended *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.As(waitErr, &ended) && ended.ExitCode() == exitConfine:
		return &ConfineError{strings.TrimPrefix(stderr, confinePrefix)}
	case errors.As(readErr, &said):
		return readErr
	case readErr != nil && !errors.Is(readErr, errGarbage) && !errors.Is(readErr, io.ErrUnexpectedEOF):
		return readErr // On's
	case readErr != nil:
		return fmt.Errorf("child %s: %w%s%s", c.Role, readErr, killed(waitErr), quoted(stderr))
	case waitErr != nil:
		return fmt.Errorf("child %s ended without an answer: %w%s%s", c.Role, waitErr, killed(waitErr), quoted(stderr))
	case !got:
		return fmt.Errorf("child %s ended without an answer%s", c.Role, quoted(stderr))
	}
	return nil
}

// killed says what to think of a child that was killed.
func killed(err error) string {
	ended, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		return ""
	}
	if ws, ok := ended.Sys().(syscall.WaitStatus); !ok || !ws.Signaled() || ws.Signal() != syscall.SIGKILL {
		return ""
	}
	return "; it was killed: run the command again. Signal 9 without a person behind it means that memory ran out (see dmesg)"
}

// Error is what a role returned, as text.
type Error struct{ Text string }

func (e *Error) Error() string { return e.Text }

var errGarbage = errors.New("sent what is no answer")

// receive reads lines until the child closes its end, and reports whether a result came.
func (c Call) receive(ctx context.Context, r io.Reader, result any) (got bool, err error) {
	in := bufio.NewReaderSize(r, 64<<10)
	var long []byte
	for {
		text, err := readLine(in, &long)
		if errors.Is(err, io.EOF) {
			return got, nil
		}
		if err != nil {
			return got, err
		}
		l, err := cut(text)
		if err != nil || got {
			return got, fmt.Errorf("%w: %.60q", errGarbage, text)
		}
		if got, err = c.take(ctx, l, result); err != nil {
			return got, err
		}
	}
}

// take handles one line; got says that it was the result.
func (c Call) take(ctx context.Context, l line, result any) (got bool, err error) {
	switch l.Kind {
	case kindResult:
		if err := json.Unmarshal(l.Data, result); err != nil {
			return false, fmt.Errorf("%w: %w", errGarbage, err)
		}
		return true, nil
	case kindError:
		var text string
		if err := json.Unmarshal(l.Data, &text); err != nil {
			return false, fmt.Errorf("%w: %w", errGarbage, err)
		}
		return false, &Error{text}
	case kindLog:
		relog(ctx, c.Log, l.Data)
		return false, nil
	}
	if c.On == nil {
		return false, fmt.Errorf("%w: %.60q", errGarbage, l.Kind)
	}
	return false, c.On(l.Kind, l.Data)
}

// readLine reads up to a line feed. What it returns is valid until the next call; long is where a line is put together that is longer than the buffer.
func readLine(r *bufio.Reader, long *[]byte) ([]byte, error) {
	whole := (*long)[:0]
	for {
		part, err := r.ReadSlice('\n')
		if err == nil && len(whole) == 0 {
			return part, nil
		}
		whole = append(whole, part...)
		*long = whole
		switch {
		case len(whole) > maxLine:
			return nil, fmt.Errorf("%w: a line of more than %d MiB", errGarbage, maxLine>>20)
		case err == nil:
			return whole, nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && len(whole) > 0:
			return nil, fmt.Errorf("its answer breaks off: %w", io.ErrUnexpectedEOF)
		default:
			return nil, err
		}
	}
}

// Cores is how many a2c and its children use at most, so that the host keeps the other half.
func Cores() int {
	if n, err := strconv.Atoi(os.Getenv("GOMAXPROCS")); err == nil && n > 0 {
		return n // told
	}
	return max(1, runtime.NumCPU()/2)
}

// beginning keeps the first bytes of a stream: a Go trace begins with its reason.
type beginning struct{ b []byte }

const maxBeginning = 64 << 10

func (s *beginning) Write(p []byte) (int, error) {
	s.b = append(s.b, p[:min(len(p), maxBeginning-len(s.b))]...)
	return len(p), nil
}

func (s *beginning) String() string { return strings.TrimSpace(string(s.b)) }

// quoted is the first lines of what a child wrote to stderr.
func quoted(stderr string) string {
	if stderr == "" {
		return ""
	}
	lines := strings.SplitN(stderr, "\n", 4)
	return fmt.Sprintf(": %q", strings.Join(lines[:min(3, len(lines))], "\n"))
}
