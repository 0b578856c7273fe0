package cmd

import (
	"errors"
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"

	"a2c/internal/child"
)

// withoutCore keeps memory out of core dumps: it may hold secrets.
func withoutCore() {
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}) // lowering it is always allowed
}

// crashed makes an error of what recover returned in a deferred function: what went wrong when it is the Go runtime that says it, and where. The text of any
// other panic may quote what was read of the host, secrets included.
func crashed(r any) error {
	text := child.KeptBack
	if e, ok := r.(runtime.Error); ok && strings.HasPrefix(e.Error(), "runtime error: ") {
		text = e.Error()
	}
	var places []string
	pc := make([]uintptr, 64)
	frames := runtime.CallersFrames(pc[:runtime.Callers(2, pc)])
	for more := true; more && len(places) < 5; {
		var f runtime.Frame
		f, more = frames.Next()
		if strings.HasPrefix(f.Function, "a2c/") && !strings.HasPrefix(f.Function, "a2c/cmd.Main.func") {
			places = append(places, fmt.Sprintf("%s %s:%d", f.Function, f.File[strings.LastIndexByte(f.File, '/')+1:], f.Line))
		}
	}
	return errors.New("an error in a2c itself: " + text + " (at " + strings.Join(places, ", ") + ")")
}
