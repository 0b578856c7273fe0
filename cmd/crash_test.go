package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"a2c/internal/child"
	"a2c/internal/term"
)

// CrashingChildren are those of a2c, of which the one that analyzes panics where a file `panic` in the root of the file system says: "STEP HOW".
func CrashingChildren() child.Table {
	t := Children()
	t[roleAnalyze] = func(ctx context.Context, c *child.Conn) (any, error) {
		var r analyzeRequest
		if err := c.Request(&r); err != nil {
			return nil, err
		}
		text, err := os.ReadFile(filepath.Join(r.Root, "panic"))
		if err != nil {
			return playAnalyze(ctx, c, nil)
		}
		at, how, _ := strings.Cut(strings.TrimSpace(string(text)), " ")
		return playAnalyze(ctx, c, func(step string) {
			if step == at {
				crash(r.Root, how)
			}
		})
	}
	return t
}

// crash panics while what is secret is in memory, and in the worst case in the text of the panic.
func crash(root, how string) {
	environ, err := os.ReadFile(filepath.Join(root, "proc/400/environ"))
	if err != nil {
		panic(err)
	}
	switch how {
	case "runtime":
		fmt.Fprintln(os.Stderr, environ[len(environ):][0])
	case "nil":
		var none *child.Call
		none.Role = string(environ)
	case "text":
		panic("cannot read " + string(environ))
	case "lines":
		panic("cannot read\n\ngoroutine 1 [running]:\n" + strings.ReplaceAll(string(environ), "\x00", "\n"))
	case "error":
		panic(fmt.Errorf("cannot read %q", environ))
	case "bytes":
		panic(environ)
	case "goroutine":
		var done sync.WaitGroup
		done.Go(func() { panic(string(environ)) })
		done.Wait()
	case "twice":
		defer func() { panic(fmt.Sprint("again ", recover())) }()
		panic(string(environ))
	}
}

// brokenWriter panics with what is written.
type brokenWriter struct{ how func(text string) }

func (w brokenWriter) Write(p []byte) (int, error) {
	w.how(string(p))
	return len(p), nil
}

func TestCrash(t *testing.T) {
	for name, c := range map[string]struct {
		how  func(string)
		want string
	}{
		"text":    {func(s string) { panic(s) }, "an error in a2c itself: its text is kept back: it may quote what was read (at a2c/cmd."},
		"error":   {func(s string) { panic(errors.New(s)) }, "its text is kept back"},
		"runtime": {func(s string) { _ = s[len(s):][0] }, "an error in a2c itself: runtime error: index out of range [0] with length 0 (at a2c/cmd."},
	} {
		var stderr bytes.Buffer
		code := Main(t.Context(), []string{"version", "-o", "json"}, &term.Streams{Out: brokenWriter{c.how}, Err: &stderr})
		if code != Failed || !strings.Contains(stderr.String(), c.want) || strings.Contains(stderr.String(), "dev") || strings.Count(stderr.String(), "\n") != 1 {
			t.Errorf("%s: %d, %q", name, code, stderr.String())
		}
	}
}
