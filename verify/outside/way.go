package outside

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/vishvananda/netlink"

	"a2c/internal/jail"
	"a2c/model"
)

// Way is a peer outside that the twin reaches, or believes to reach.
type Way struct {
	Host string // as the twin names it: an address, or a name
	Port int    // TCP
	// Dial connects to the real one; nil: connections are accepted, what comes is thrown away, and nothing is ever said.
	Dial func(context.Context) (net.Conn, error)
}

// ParseWay reads "tcp/127.0.0.1:5432", as Reached has it.
func ParseWay(s string) (Way, error) {
	bad := fmt.Errorf("dependency %q: name it as verify reports it, tcp/HOST:PORT (tcp/127.0.0.1:5432)", s)
	rest, ok := strings.CutPrefix(s, "tcp/")
	host, port, err := net.SplitHostPort(rest)
	if !ok || err != nil || host == "" {
		return Way{}, bad
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return Way{}, bad
	}
	return Way{Host: strings.ToLower(strings.TrimSuffix(host, ".")), Port: int(n)}, nil
}

// String is the way as Reached would have it.
func (w Way) String() string { return "tcp/" + net.JoinHostPort(w.Host, strconv.Itoa(w.Port)) }

// waysLimit bounds the connections that are open at a time, of all ways together.
const waysLimit = 512

// ways are the open ways of a world.
type ways struct {
	list      []Way
	listeners []net.Listener
	end       context.CancelFunc
	done      sync.WaitGroup
	slots     chan struct{}

	mu    sync.Mutex
	count map[string]int
	errs  map[string]error // the first of each way
}

// Let opens ways in the network namespace ns, that of Open, until Close or until ctx ends. It is called once.
func (w *World) Let(ctx context.Context, ns string, list []Way) error {
	if len(list) == 0 {
		return nil
	}
	ctx, end := context.WithCancel(ctx)
	w.ways = &ways{list: list, end: end, slots: make(chan struct{}, waysLimit), count: map[string]int{}, errs: map[string]error{}}
	for _, way := range list {
		l, err := w.listen(ns, way)
		if err != nil {
			return fmt.Errorf("let the twin through to %s: %w", model.Path(way.String()), err)
		}
		w.ways.listeners = append(w.ways.listeners, l)
		w.ways.done.Go(func() { w.ways.serve(ctx, l, way) })
	}
	return nil
}

// listen listens where the twin looks for the peer: on its own loopback, or at an address that is given to that interface.
func (w *World) listen(ns string, way Way) (l net.Listener, err error) {
	ip, err := netip.ParseAddr(way.Host)
	if err != nil {
		w.mu.Lock()
		ip = w.names.lookup(way.Host)
		w.mu.Unlock()
	}
	ip = ip.Unmap()
	err = jail.InNetNS(ns, func() (err error) {
		if !ip.IsLoopback() {
			if err := ownAddress(ip); err != nil {
				return err
			}
		}
		l, err = net.ListenTCP("tcp", net.TCPAddrFromAddrPort(netip.AddrPortFrom(ip, uint16(way.Port))))
		return err
	})
	return l, err
}

// ownAddress makes an address one of the twin's own.
func ownAddress(ip netip.Addr) error {
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return err
	}
	bits := ip.BitLen()
	err = netlink.AddrAdd(lo, &netlink.Addr{IPNet: &net.IPNet{IP: ip.AsSlice(), Mask: net.CIDRMask(bits, bits)}})
	if err != nil && !errors.Is(err, syscall.EEXIST) {
		return fmt.Errorf("address %s: %w", ip, err)
	}
	return nil
}

func (w *ways) serve(ctx context.Context, l net.Listener, way Way) {
	for {
		c, err := l.Accept()
		if err != nil {
			return // closed
		}
		select {
		case w.slots <- struct{}{}:
		default:
			w.note(way, fmt.Errorf("more than %d connections at a time", waysLimit))
			_ = c.Close() // refused
			continue
		}
		w.note(way, nil)
		w.done.Go(func() {
			defer func() { <-w.slots }()
			if err := join(ctx, c, way); err != nil {
				w.note(way, err)
			}
		})
	}
}

// note counts a connection, or keeps the first error of a way.
func (w *ways) note(way Way, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil {
		w.count[way.String()]++
	} else if w.errs[way.String()] == nil {
		w.errs[way.String()] = err
	}
}

// join hands on what both sides say until either ends.
func join(ctx context.Context, c net.Conn, way Way) error {
	defer c.Close()
	defer context.AfterFunc(ctx, func() { _ = c.Close() })()
	if way.Dial == nil {
		_, _ = io.Copy(io.Discard, c) // until the twin ends it
		return nil
	}
	dial, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	real, err := way.Dial(dial)
	if err != nil {
		return err
	}
	defer real.Close()
	defer context.AfterFunc(ctx, func() { _ = real.Close() })()
	var both sync.WaitGroup
	hand := func(to, from net.Conn) {
		_, _ = io.Copy(to, from) // either side may end it at any time
		if t, ok := to.(*net.TCPConn); ok {
			_ = t.CloseWrite()
		}
	}
	both.Go(func() { hand(real, c) })
	both.Go(func() { hand(c, real) })
	both.Wait()
	return nil
}

// close ends all connections.
func (w *ways) close() error {
	if w == nil {
		return nil
	}
	var errs []error
	for _, l := range w.listeners {
		errs = append(errs, l.Close())
	}
	w.end()
	w.done.Wait()
	return errors.Join(errs...)
}

// Ways says how many connections the twin made on each way, by what Reached would call it, and what went wrong there.
func (w *World) Ways() (count map[string]int, skips []model.Skip) {
	if w.ways == nil {
		return nil, nil
	}
	w.ways.mu.Lock()
	defer w.ways.mu.Unlock()
	count = map[string]int{}
	for _, way := range w.ways.list {
		name := way.String()
		count[name] = w.ways.count[name]
		if err := w.ways.errs[name]; err != nil {
			skips = append(skips, model.Skip{What: "dependency " + name, Reason: err.Error(), Incomplete: true})
		}
	}
	return count, skips
}
