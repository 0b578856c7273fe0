// Package around finds what stands around an application on its host: how it is started and what its process was given, who else listens where
// it does, the reverse proxies in front of it.
package around

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"a2c/inventory/host"
	"a2c/model"
)

// Fill adds to applications that were found: Start, Process, UnixListeners, Published, and to their Listeners Inherited and Group. What
// cannot be read is added to h.Skips. The error is ctx's alone.
func Fill(ctx context.Context, h *host.Host, apps []model.App) error {
	l := &looker{h: h, units: map[unitKey]*host.Unit{}, shared: map[uint64]map[address]int{}}
	for i := range apps {
		if err := ctx.Err(); err != nil {
			return err
		}
		p := h.Process(apps[i].ProcessID)
		if p == nil || p.Ended() {
			continue
		}
		e := each{looker: l, app: &apps[i], p: p}
		e.guarded("how it is started", e.start)
		e.guarded("what its process was given", e.process)
		e.guarded("its sockets", e.sockets)
	}
	l.proxies(ctx, apps)
	return ctx.Err()
}

// looker holds what was read once for all applications.
type looker struct {
	h       *host.Host
	units   map[unitKey]*host.Unit
	sockets map[string][]string        // service to the socket units that name it; nil: not yet read
	shared  map[uint64]map[address]int // of each network namespace, how many sockets listen on an address
	pids    map[int]string             // process to its file below /run; nil: not yet read
	scripts map[string]string          // init script to its text; nil: not yet read
	jobs    []job                      // lines of crontabs; nil: not yet read
}

// each is the look at one application.
type each struct {
	*looker
	app       *model.App
	p         *host.Process
	denied    bool
	variables int // bytes of files of variables that its unit has cost
}

// guarded turns a panic, which only hostile input could cause, into a skip: one application must not hide all others.
func (e *each) guarded(what string, look func()) {
	defer func() {
		if r := recover(); r != nil {
			e.h.Skip(model.Skip{What: fmt.Sprintf("%s (process %d)", what, e.p.PID), Reason: fmt.Sprintf("panic: %v", r), Incomplete: true})
		}
	}()
	look()
}

// skip records that a file below /proc/PID could not be read. The detector has said it already where the user may not look at the process at all.
func (e *each) skip(name string, err error) {
	if err == nil || host.Vanished(err) || host.Denied(err) && e.denied {
		return
	}
	if host.Denied(err) {
		e.denied = true
		if _, err := e.p.Environ(); err != nil {
			return // of another user: "environment, folders, descriptors and files of process N" stands in the skips
		}
	}
	e.h.Skip(model.Skip{What: fmt.Sprintf("process %d", e.p.PID), Path: model.Path(fmt.Sprintf("/proc/%d/%s", e.p.PID, name)), Reason: host.Reason(err), Incomplete: true})
}

// unread records that a file of the machine that has to do with the application could not be read.
func (l *looker) unread(what, name string, err error) {
	if err == nil || host.Vanished(err) {
		return
	}
	s := model.Skip{What: what, Path: model.Path(name), Reason: host.Reason(err), Incomplete: true}
	if host.Denied(err) {
		s.Remedy = "run as root"
	}
	if !slices.ContainsFunc(l.h.Skips, func(o model.Skip) bool { return o.What == s.What && o.Path == s.Path }) {
		l.h.Skip(s)
	}
}

// safe makes a text of the host printable: control, bidi and broken characters become \xNN.
func safe(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && n == 1 || !strconv.IsPrint(r) {
			for _, c := range []byte(text[i : i+n]) {
				fmt.Fprintf(&b, `\x%02x`, c)
			}
		} else {
			b.WriteString(text[i : i+n])
		}
		i += n
	}
	return b.String()
}
