// Package outside stands for the world outside a twin. It puts an interface into the twin's network namespace whose other end is a2c
// itself: everything that the twin tries to reach ends here, is listed and refused at once, and nothing leaves. Refusals on the twin's own
// loopback interface are listed too, since a VM's database often listens there.
package outside

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"

	"a2c/internal/jail"
	"a2c/model"
)

// Addresses come from 198.18.0.0/15, which no network uses (RFC 2544: for benchmarks), and from fd00::/8 (RFC 4193).
// The names that a twin asks for get those of 198.19.0.0/16.

// Address is the twin's own, beside loopback.
func Address() netip.Addr { return netip.AddrFrom4([4]byte{198, 18, 0, 2}) }

// Resolver is the name server that answers the twin.
func Resolver() netip.Addr { return netip.AddrFrom4([4]byte{198, 18, 0, 1}) }

// World is the outside of one network namespace.
type World struct {
	tun  *os.File
	lo   *os.File
	done sync.WaitGroup
	ways *ways // nil: the twin is let through to nobody

	mu      sync.Mutex
	reached map[string]bool
	more    int // attempts beyond the limit
	names   *names
	ignore  map[uint16]bool
	errs    []error
	skips   []model.Skip
	drops   int // refusals on loopback that the kernel dropped
}

// reachedLimit bounds the list: a port scanner in the twin must not fill a2c's memory.
const reachedLimit = 1000

// Open makes the outside of the network namespace that ns names ("/proc/412/ns/net"). Refusals on loopback at the ports of ignore are not
// listed: a2c itself asks there. The caller ends it with Close.
func Open(ns string, ignore []int) (*World, error) {
	w := &World{reached: map[string]bool{}, names: newNames(), ignore: map[uint16]bool{}}
	for _, port := range ignore {
		w.ignore[uint16(port)] = true
	}
	err := jail.InNetNS(ns, func() (err error) {
		if w.lo, err = watchLoopback(); err != nil {
			return err
		}
		w.tun, w.skips, err = openTun()
		return err
	})
	if err != nil {
		if w.lo != nil {
			w.lo.Close()
		}
		return nil, fmt.Errorf("the twin's network: %w", err)
	}
	w.done.Go(func() { w.read(w.tun, w.onTun) })
	w.done.Go(func() { w.read(w.lo, w.onLoopback) })
	return w, nil
}

// read hands packets to f until the file is closed or the namespace is gone.
func (w *World) read(file *os.File, f func([]byte)) {
	buffer := make([]byte, 1<<16)
	for {
		n, err := file.Read(buffer)
		switch {
		case errors.Is(err, os.ErrClosed), errors.Is(err, unix.EBADFD): // EBADFD: the interface went with its namespace
			return
		case errors.Is(err, unix.ENETDOWN):
			continue
		case err != nil:
			w.mu.Lock()
			w.errs = append(w.errs, err)
			w.mu.Unlock()
			return
		}
		f(buffer[:n])
	}
}

// onTun lists and refuses one packet that the twin sent.
func (w *World) onTun(raw []byte) {
	p, err := parse(raw)
	if err != nil {
		return // later fragments; what the kernel sends is never short
	}
	var answer []byte
	switch {
	case p.proto == protoTCP && p.flags&flagRST != 0:
		return
	case p.proto == protoTCP:
		if p.flags&(flagSYN|flagACK) == flagSYN {
			w.saw(protoTCP, p.dst)
		}
		answer = reset(p)
	case p.proto == protoUDP && p.dst.Port() == 53:
		answer = w.onQuery(p)
	case p.proto == protoUDP:
		w.saw(protoUDP, p.dst)
		if !p.dst.Addr().IsMulticast() && p.dst.Addr() != netip.AddrFrom4([4]byte{255, 255, 255, 255}) {
			answer = unreachable(p, raw)
		}
	case p.proto == protoICMP && p.icmp[0] == 8, p.proto == protoICMPv6 && p.icmp[0] == 128:
		w.note("icmp/" + w.host(p.dst.Addr()))
	case p.proto == protoICMP, p.proto == protoICMPv6, p.dst.Addr().IsMulticast():
		// The kernel's own: router and neighbour discovery, group membership.
	default:
		w.note("ip-" + strconv.Itoa(int(p.proto)) + "/" + w.host(p.dst.Addr()))
	}
	if answer != nil {
		// A full queue or a vanished namespace loses the answer; the twin then waits as for any lost packet.
		_, _ = w.tun.Write(answer)
	}
}

// onQuery answers a question for a name, to whatever name server it goes.
func (w *World) onQuery(p packet) []byte {
	if p.dst.Addr() != Resolver() {
		w.saw(protoUDP, p.dst)
	}
	w.mu.Lock()
	asked, response := w.names.answer(p.payload)
	w.mu.Unlock()
	for _, name := range asked {
		w.note("dns/" + model.Path(name).String())
	}
	if response == nil {
		return nil
	}
	return reply(p, response)
}

func (w *World) onLoopback(raw []byte) {
	p, err := parse(raw)
	if err != nil {
		return
	}
	if proto, to, ok := refused(p); ok && !w.ignore[to.Port()] {
		w.saw(proto, to)
	}
}

func (w *World) saw(proto byte, to netip.AddrPort) {
	kind := "tcp/"
	if proto == protoUDP {
		kind = "udp/"
	}
	host := w.host(to.Addr())
	if to.Addr().Is6() && host == to.Addr().String() {
		host = "[" + host + "]"
	}
	w.note(kind + host + ":" + strconv.Itoa(int(to.Port())))
}

// host is the name that an address was given for, else the address.
func (w *World) host(a netip.Addr) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if name, ok := w.names.name[a]; ok {
		return model.Path(name).String()
	}
	return a.String()
}

func (w *World) note(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.reached[what]:
	case len(w.reached) < reachedLimit:
		w.reached[what] = true
	default:
		w.more++
	}
}

// Reached lists what the twin tried to reach so far, sorted: "tcp/10.0.0.5:5432", "udp/8.8.8.8:53", "dns/db.internal", "tcp/db.internal:5432",
// "icmp/10.0.0.1"; and what could not be seen.
func (w *World) Reached() (list []string, skips []model.Skip) {
	lost := w.lost()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.drops += lost
	list = make([]string, 0, len(w.reached))
	for what := range w.reached {
		list = append(list, what)
	}
	slices.Sort(list)
	skips = slices.Clone(w.skips)
	if w.more > 0 {
		skips = append(skips, model.Skip{
			What: "what the twin tried to reach", Reason: fmt.Sprintf("only the first %d are listed", reachedLimit), Count: w.more, Incomplete: true,
		})
	}
	if w.drops > 0 {
		skips = append(skips, model.Skip{
			What: "refusals on the twin's loopback interface", Reason: "they came faster than they were read", Count: w.drops, Incomplete: true,
		})
	}
	for _, err := range w.errs {
		skips = append(skips, model.Skip{What: "what the twin tried to reach", Reason: err.Error(), Incomplete: true})
	}
	return list, skips
}

// lost is how many packets the kernel dropped since it was asked last (packet(7), PACKET_STATISTICS); 0 after Close.
func (w *World) lost() int {
	raw, err := w.lo.SyscallConn()
	if err != nil {
		return 0
	}
	n := 0
	err = raw.Control(func(fd uintptr) {
		if s, err := unix.GetsockoptTpacketStats(int(fd), unix.SOL_PACKET, unix.PACKET_STATISTICS); err == nil {
			n = int(s.Drops)
		}
	})
	if err != nil { // closed
		return 0
	}
	return n
}

// Close takes the interface away. Reached works afterwards too.
func (w *World) Close() error {
	err := errors.Join(w.ways.close(), w.tun.Close(), w.lo.Close())
	w.done.Wait()
	return err
}
