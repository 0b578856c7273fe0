package verify

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strconv"
	"time"

	"a2c/internal/jail"
	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// ErrEnded is returned when the live application is not what was analyzed.
var ErrEnded = errors.New("the live application")

// live is the running application.
type live struct {
	tree  host.Tree
	app   model.App
	start uint64   // clock ticks since boot
	self  identity // by which the process that takes its place is known
}

// openLive finds the analyzed process and makes sure that it is that very one.
func openLive(t host.Tree, app model.App) (*live, error) {
	l := &live{tree: t, app: app}
	again := "run a2c inventory and a2c analyze again"
	start, err := host.StartTicks(t, app.ProcessID)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w has ended (process %d): %s", ErrEnded, app.ProcessID, again)
	}
	if err != nil {
		return nil, err
	}
	began, same, err := host.SameStart(t, start, app.StartedAt, app.StartMark)
	if err != nil {
		return nil, err
	}
	if !same {
		return nil, fmt.Errorf("%w (process %d) was started at %s, after it was analyzed: %s", ErrEnded, app.ProcessID, began.Format(time.RFC3339), again)
	}
	l.start = start
	if l.self, err = identify(t, app.ProcessID); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return l, nil
}

func (l *live) proc(name string) string { return "/proc/" + strconv.Itoa(l.app.ProcessID) + "/" + name }

// same is an error when the application was restarted since openLive.
func (l *live) same() error {
	start, err := host.StartTicks(l.tree, l.app.ProcessID)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w (process %d) ended %w", ErrEnded, l.app.ProcessID, errDuring)
	case err != nil:
		return err
	case start != l.start:
		return fmt.Errorf("%w (process %d) was restarted %w", ErrEnded, l.app.ProcessID, errDuring)
	}
	return nil
}

// listener is the live listener of a TCP port.
func (l *live) listener(port int) (model.Listener, bool) {
	for _, x := range l.app.Listeners {
		if x.Port == port && x.Protocol == "tcp" {
			return x, true
		}
	}
	return model.Listener{}, false
}

// address is where a listener is asked. Wildcard addresses are asked over loopback.
func address(l model.Listener) string {
	a, err := netip.ParseAddr(l.Address)
	switch {
	case err != nil:
		return l.Address
	case a.Is4() && a.IsUnspecified():
		return "127.0.0.1"
	case a.IsUnspecified():
		return "::1"
	}
	return a.String()
}

// loopback reports whether a listener is open to its own host alone.
func loopback(l model.Listener) bool {
	a, err := netip.ParseAddr(l.Address)
	return err == nil && a.IsLoopback()
}

// dial connects to a listener of the application.
func (l *live) dial(ctx context.Context, to model.Listener) (net.Conn, error) {
	return dialFrom(ctx, l.proc("ns/net"), to)
}

// dialFrom connects to a listener in a network namespace.
func dialFrom(ctx context.Context, ns string, to model.Listener) (c net.Conn, err error) {
	err = within(ns, func() (err error) {
		c, err = dial(ctx, address(to), to.Port)
		if err != nil && address(to) == "::1" { // "::" takes IPv4 too, and IPv6 may be off on loopback
			if c4, err4 := dial(ctx, "127.0.0.1", to.Port); err4 == nil {
				c, err = c4, nil
			}
		}
		return err
	})
	return c, err
}

// reach connects to a peer of the application from its network namespace. Names are resolved as a2c resolves them.
func (l *live) reach(ctx context.Context, to string) (c net.Conn, err error) {
	err = within(l.proc("ns/net"), func() (err error) {
		c, err = new(net.Dialer).DialContext(ctx, "tcp", to)
		return err
	})
	return c, err
}

// within connects in a network namespace, which is entered when it is not a2c's own.
func within(ns string, connect func() error) error {
	foreign, err := otherNamespace(ns)
	if err != nil {
		return err
	}
	if !foreign {
		return connect()
	}
	return jail.InNetNS(ns, connect)
}

func otherNamespace(path string) (bool, error) {
	theirs, err := os.Stat(path)
	if err != nil {
		return false, err
	}
	runtime.LockOSThread() // one thread for the name and the look
	defer runtime.UnlockOSThread()
	own, err := os.Stat(jail.ThreadNetNS())
	if err != nil {
		return false, err
	}
	return !os.SameFile(theirs, own), nil
}

// listens reports whether the kernel has a listening socket on a port in the application's network namespace now. Nothing is sent
// to the port: a shutdown or debug port may take a connection for a command.
func (l *live) listens(port int) (bool, error) {
	inside, outside, err := listening(l.tree, l.app.ProcessID, port)
	return inside || outside, err
}

// listening reads from the kernel's tables of a process's network namespace from where a TCP port takes connections (proc_pid_net(5)).
func listening(t host.Tree, pid, port int) (inside, outside bool, err error) {
	for _, family := range []string{"tcp", "tcp6"} {
		data, err := host.ReadFile(t, fmt.Sprintf("/proc/%d/net/%s", pid, family), 64<<20)
		if errors.Is(err, fs.ErrNotExist) {
			continue // no IPv6
		}
		if err != nil {
			return false, false, err
		}
		list, err := parse.InetSockets(data, family)
		if err != nil {
			return false, false, err
		}
		for _, s := range list {
			if s.State == parse.Listen && int(s.Local.Port()) == port {
				inside = true
				outside = outside || !s.Local.Addr().IsLoopback()
			}
		}
	}
	return inside, outside, nil
}
