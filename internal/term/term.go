// Package term writes for people and for programs: tables on a terminal, JSON and YAML else. Text that comes from the host is escaped, so
// that no argument of a process and no file name can move the cursor, hide or reverse what is shown.
package term

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

// Streams is where a command reads and writes. Out carries data, Err is for people.
type Streams struct {
	In          io.Reader
	Out, Err    io.Writer
	OutTerminal bool // Out is a terminal: tables are the default
	ErrTerminal bool // Err is a terminal: progress is shown
	Color       bool
	Width       int  // columns that a table may take; 0: as many as it needs
	Height      int  // lines of the terminal; 0: unknown
	Quiet       bool // no notes and no progress, errors only
}

// System is the process's own streams; colour is on where Err is a terminal that can show it and NO_COLOR (no-color.org) is unset.
func System() *Streams {
	s := &Streams{In: os.Stdin, Out: os.Stdout, Err: survivor(os.Stderr), OutTerminal: terminal(os.Stdout), ErrTerminal: terminal(os.Stderr)}
	s.Width, s.Height = size(os.Stdout, os.Getenv)
	s.Color = s.OutTerminal && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	return s
}

// survivor is the same file under another number. A write to descriptor 1 or 2 that nobody reads any more ends a Go program by SIGPIPE (os/signal),
// without any clean-up; to another one it is an error. Who closes the pipe behind a2c's messages does not want a container left running.
func survivor(f *os.File) *os.File {
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return f // closed: nothing is written there anyway
	}
	return os.NewFile(uintptr(fd), f.Name())
}

// size is that of the terminal behind f; COLUMNS and LINES, which shells set when they are told to, go before it.
func size(f *os.File, getenv func(string) string) (width, height int) {
	if ws, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ); err == nil {
		width, height = int(ws.Col), int(ws.Row)
	}
	if n, err := strconv.Atoi(getenv("COLUMNS")); err == nil && n > 0 {
		width = n
	}
	if n, err := strconv.Atoi(getenv("LINES")); err == nil && n > 0 {
		height = n
	}
	return width, height
}

func terminal(f *os.File) bool {
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}

// Note writes one line for people, unless they asked for quiet.
func (s *Streams) Note(format string, a ...any) {
	if !s.Quiet {
		fmt.Fprintln(s.Err, Lines(fmt.Sprintf(format, a...)))
	}
}

// Safe escapes what a terminal would act upon or hide: control characters, bidirectional overrides, invisible characters and bytes that are not UTF-8.
func Safe(s string) string {
	if !needsEscape(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case strconv.IsPrint(r):
			b.WriteRune(r)
		default:
			q := strconv.QuoteRune(r)
			b.WriteString(q[1 : len(q)-1])
		}
		i += n
	}
	return b.String()
}

func needsEscape(s string) bool {
	for i, r := range s {
		if !strconv.IsPrint(r) || r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD") {
			return true
		}
	}
	return false
}

// Lines escapes as Safe does, but leaves line breaks and tabs: for messages of several lines.
func Lines(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		fields := strings.Split(l, "\t")
		for j, f := range fields {
			fields[j] = Safe(f)
		}
		lines[i] = strings.Join(fields, "\t")
	}
	return strings.Join(lines, "\n")
}

// Style is how a word stands out, where there is colour.
type Style string

// Styles (ECMA-48, SGR). Nothing is said by colour alone.
const (
	Plain  Style = ""
	Bold   Style = "1"
	Red    Style = "31"
	Green  Style = "32"
	Yellow Style = "33"
)

// Paint styles text that is already safe.
func (s *Streams) Paint(style Style, text string) string {
	if !s.Color || style == Plain || text == "" {
		return text
	}
	return "\x1b[" + string(style) + "m" + text + "\x1b[0m"
}
