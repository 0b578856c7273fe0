package verify

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"time"

	"a2c/internal/jail"
	"a2c/verify/outside"
)

// dialLimit is how long a connection on one machine may take.
const dialLimit = 5 * time.Second

// Dial connects inside the twin's network namespace.
func (t *twin) Dial(ctx context.Context, port int, inside bool) (net.Conn, error) {
	if t.ns == "" {
		return nil, fmt.Errorf("the twin's main process has ended")
	}
	var c net.Conn
	err := jail.InNetNS(t.ns, func() error {
		address := netip.AddrFrom4([4]byte{127, 0, 0, 1})
		switch {
		case inside:
		case t.world != nil:
			address = outside.Address()
		default:
			var err error
			if address, err = ownAddress(); err != nil {
				return err
			}
		}
		var err error
		c, err = dial(ctx, address.String(), port)
		return err
	})
	return c, err
}

// dial connects to a literal address on the calling goroutine, so that the socket is made in its thread's namespace.
func dial(ctx context.Context, address string, port int) (net.Conn, error) {
	d := net.Dialer{Timeout: dialLimit, FallbackDelay: -1}
	return d.DialContext(ctx, "tcp", net.JoinHostPort(address, strconv.Itoa(port)))
}

// ownAddress is the first address of the calling thread's namespace that is not loopback.
func ownAddress() (netip.Addr, error) {
	list, err := net.InterfaceAddrs()
	if err != nil {
		return netip.Addr{}, err
	}
	for _, a := range list {
		prefix, err := netip.ParsePrefix(a.String())
		if err == nil && prefix.Addr().Is4() && !prefix.Addr().IsLoopback() {
			return prefix.Addr(), nil
		}
	}
	return netip.Addr{}, fmt.Errorf("the twin's network has no address")
}
