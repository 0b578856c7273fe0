// Package child runs parts of the program as children of itself: the readers of the host, confined so that they cannot change it, and
// helpers that must not outlive their parent; and reapers, which outlive it to clean up.
//
// A confined child is nobody, keeps of all capabilities CAP_DAC_READ_SEARCH and CAP_SYS_PTRACE, sees an empty network, and may by seccomp neither
// open for writing nor signal, trace, mount, execute or connect. It gets its request on standard input and answers with JSON lines on a
// pipe; only the parent writes files.
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
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// Role is one thing that a confined child does: it reads its request from c, may emit on the way, and returns the document that the parent waits for.
type Role func(ctx context.Context, c *Conn) (any, error)

// Table names the roles of a program. It is a literal.
type Table map[string]Role

const (
	prefix      = "a2c-child:" // of argv[0]; what follows is the role, so that ps(1) shows it
	outFD       = 3
	maxRequest  = 16 << 20
	exitUnknown = 2
	exitConfine = 3 // nothing was done: the confinement was refused

	confinePrefix = "confine: "
	openVariable  = "A2C_CHILD_UNCONFINED" // set by the parent alone, in an environment that it makes
)

// Kinds of lines that a child sends; what a role emits has a kind of its own.
const (
	kindLog    = "log"
	kindResult = "result"
	kindError  = "error"
)

// line is what a child sends, one JSON object a line.
type line struct {
	Kind string          `json:"kind"`
	Data json.RawMessage `json:"data"`
}

// The parts of a line around its kind, a plain word, and its data.
const (
	lineHead = `{"kind":"`
	lineMid  = `","data":`
	lineTail = "}\n"
)

// cut takes a line apart that is written as Conn writes it. Whether data is JSON, its reader sees. Everything else goes the long way.
func cut(text []byte) (line, error) {
	rest, ok := bytes.CutPrefix(text, []byte(lineHead))
	kind, data, ok2 := bytes.Cut(rest, []byte(lineMid))
	data, ok3 := bytes.CutSuffix(data, []byte(lineTail))
	if ok && ok2 && ok3 && !bytes.ContainsAny(kind, "\"\\") {
		return line{string(kind), data}, nil
	}
	var l line
	err := json.Unmarshal(text, &l)
	return l, err
}

// Main is the first statement of main and of TestMain. In a child it confines the process, plays the role and ends the process; an unknown
// role ends it too. Everywhere else it returns at once.
func Main(table Table, reapers Reapers) {
	if len(os.Args) == 0 {
		return
	}
	if name, ok := strings.CutPrefix(os.Args[0], reaperPrefix); ok {
		reaperMain(reapers, name)
	}
	if !strings.HasPrefix(os.Args[0], prefix) {
		return
	}
	name := strings.TrimPrefix(os.Args[0], prefix)
	role, ok := table[name]
	if !ok {
		fmt.Fprintf(os.Stderr, "no child is called %q\n", name)
		os.Exit(exitUnknown)
	}
	if err := enter(); err != nil {
		fmt.Fprintf(os.Stderr, "%s%v\n", confinePrefix, err)
		os.Exit(exitConfine)
	}
	if err := play(role); err != nil {
		fmt.Fprintf(os.Stderr, "%v\n", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// reaperMain plays a reaper and ends the process. Nobody reads what it writes.
func reaperMain(reapers Reapers, name string) {
	reap, ok := reapers[name]
	if !ok {
		os.Exit(exitUnknown)
	}
	if reaper(reap) != nil {
		os.Exit(1)
	}
	os.Exit(0)
}

func play(role Role) error {
	request, err := io.ReadAll(io.LimitReader(os.Stdin, maxRequest))
	if err != nil {
		return fmt.Errorf("read request: %w", err)
	}
	c := &Conn{request: request, out: bufio.NewWriterSize(os.NewFile(outFD, "answer"), 64<<10)}
	ctx := context.Background() //nolint:forbidigo // a child's life begins here; the parent ends it by SIGKILL
	result, err := role(ctx, c)
	if err != nil {
		if sendErr := c.send(kindError, err.Error(), true); sendErr != nil {
			return errors.Join(err, sendErr)
		}
		return nil
	}
	return c.send(kindResult, result, true)
}

// Conn is a child's line to its parent.
type Conn struct {
	request []byte
	mu      sync.Mutex
	line    bytes.Buffer
	out     *bufio.Writer
}

// Request decodes what the parent asked for.
func (c *Conn) Request(v any) error {
	if err := json.Unmarshal(c.request, v); err != nil {
		return fmt.Errorf("decode request: %w", err)
	}
	return nil
}

// File is the nth of the descriptors that the parent handed over (Call.Files).
func (c *Conn) File(n int, name string) *os.File { return os.NewFile(uintptr(outFD+1+n), name) }

// Emit sends one value to the parent's On, in order. Values of the kind "event" go out at once, others when enough have come together.
func (c *Conn) Emit(kind string, v any) error { return c.send(kind, v, kind == "event") }

// Ask emits a value at once and decodes what the parent's On then writes to one of the files that it handed over.
func (c *Conn) Ask(kind string, v any, answer io.Reader, into any) error {
	if err := c.send(kind, v, true); err != nil {
		return err
	}
	if err := json.NewDecoder(answer).Decode(into); err != nil {
		return fmt.Errorf("answer to %s: %w", kind, err)
	}
	return nil
}

// Log returns a logger whose records the parent's logger writes.
func (c *Conn) Log() *slog.Logger {
	return slog.New(slog.NewJSONHandler(logWriter{c}, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: readable}))
}

// readable keeps durations what they are for people: JSON would make them numbers of nanoseconds.
func readable(_ []string, a slog.Attr) slog.Attr {
	if a.Value.Kind() == slog.KindDuration {
		return slog.String(a.Key, a.Value.Duration().String())
	}
	return a
}

type logWriter struct{ c *Conn }

func (w logWriter) Write(p []byte) (int, error) {
	return len(p), w.c.send(kindLog, json.RawMessage(p), true)
}

func (c *Conn) send(kind string, v any, flush bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.line.Reset()
	e := json.NewEncoder(&c.line)
	e.SetEscapeHTML(false) // the parent may keep the line as it is
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("encode %s: %w", kind, err)
	}
	return c.write(kind, bytes.TrimSuffix(c.line.Bytes(), []byte("\n")), flush)
}

// EmitLine is Emit for a value that is encoded as JSON already, in one line.
func (c *Conn) EmitLine(kind string, data []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.write(kind, data, false)
}

func (c *Conn) write(kind string, data []byte, flush bool) error {
	// The line as encoding/json would write it, which would look through all of data once more.
	_, err := c.out.WriteString(lineHead + kind + lineMid)
	if err == nil {
		_, err = c.out.Write(data)
	}
	if err == nil {
		_, err = c.out.WriteString(lineTail)
	}
	if err != nil {
		return fmt.Errorf("send %s: %w", kind, err)
	}
	if flush {
		return c.out.Flush()
	}
	return nil
}

// enter finishes the confinement that the parent began: no core dumps (memory may hold secrets), then the filter.
func enter() error {
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("setrlimit core: %w", err)
	}
	if os.Getenv(openVariable) != "" {
		return nil
	}
	return InstallFilter(filter(uint32(unix.Getpid())))
}
