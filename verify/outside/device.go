package outside

import (
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"a2c/model"
)

// device is the interface's name in the twin.
const device = "a2c0"

// openTun makes a TUN interface (Linux, Documentation/networking/tuntap.rst) in the calling thread's network namespace, with an address and the
// default routes. It vanishes with the file. IPv6, which engines turn off in a namespace, is turned on for this interface alone.
func openTun() (*os.File, []model.Skip, error) {
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("open /dev/net/tun: %w", err)
	}
	file, err := attach(fd)
	if err != nil {
		unix.Close(fd)
		return nil, nil, err
	}
	skips, err := configure()
	if err != nil {
		file.Close()
		return nil, nil, err
	}
	return file, skips, nil
}

func attach(fd int) (*os.File, error) {
	request, err := unix.NewIfreq(device)
	if err != nil {
		return nil, err
	}
	request.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
	if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, request); err != nil {
		return nil, fmt.Errorf("make interface %s: %w", device, err)
	}
	return os.NewFile(uintptr(fd), "/dev/net/tun"), nil
}

func configure() ([]model.Skip, error) {
	link, err := netlink.LinkByName(device)
	if err != nil {
		return nil, fmt.Errorf("interface %s: %w", device, err)
	}
	address := &netlink.Addr{IPNet: &net.IPNet{IP: Address().AsSlice(), Mask: net.CIDRMask(16, 32)}}
	if err := netlink.AddrAdd(link, address); err != nil {
		return nil, fmt.Errorf("address of %s: %w", device, err)
	}
	var skips []model.Skip
	err6 := enable6(link)
	if err6 != nil {
		skips = append(skips, model.Skip{What: "attempts to reach IPv6 addresses", Reason: err6.Error()})
	}
	if err := netlink.LinkSetUp(link); err != nil {
		return nil, fmt.Errorf("bring up %s: %w", device, err)
	}
	if err := defaultRoute(link, net.IPv4zero, 32); err != nil {
		return nil, err
	}
	if err6 == nil {
		if err := defaultRoute(link, net.IPv6zero, 128); err != nil {
			return nil, err
		}
	}
	return skips, nil
}

func defaultRoute(link netlink.Link, zero net.IP, bits int) error {
	route := &netlink.Route{LinkIndex: link.Attrs().Index, Dst: &net.IPNet{IP: zero, Mask: net.CIDRMask(0, bits)}}
	if err := netlink.RouteAdd(route); err != nil {
		return fmt.Errorf("default route through %s: %w", device, err)
	}
	return nil
}

// enable6 gives the interface an IPv6 address. /proc/sys/net shows the network namespace of the thread that opens the file (proc_sys(5)).
func enable6(link netlink.Link) error {
	const off = "/proc/sys/net/ipv6/conf/" + device + "/disable_ipv6"
	if err := os.WriteFile(off, []byte("0"), 0); err != nil {
		return fmt.Errorf("IPv6 is off: %w", err)
	}
	ip := net.ParseIP("fd00::a2c:2")
	address := &netlink.Addr{IPNet: &net.IPNet{IP: ip, Mask: net.CIDRMask(64, 128)}, Flags: unix.IFA_F_NODAD}
	if err := netlink.AddrAdd(link, address); err != nil {
		return fmt.Errorf("IPv6 address of %s: %w", device, err)
	}
	return nil
}

// watchLoopback opens a packet socket (packet(7)) on the loopback interface of the calling thread's network namespace. It sees whole IP packets that may be refusals.
func watchLoopback() (*os.File, error) {
	lo, err := net.InterfaceByName("lo")
	if err != nil {
		return nil, err
	}
	const every = unix.ETH_P_ALL<<8&0xff00 | unix.ETH_P_ALL>>8 // in network byte order
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("packet socket: %w", err)
	}
	if err := attachFilter(fd); err != nil {
		return nil, errors.Join(err, unix.Close(fd))
	}
	if err := unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: every, Ifindex: lo.Index}); err != nil {
		return nil, errors.Join(fmt.Errorf("packet socket on lo: %w", err), unix.Close(fd))
	}
	return os.NewFile(uintptr(fd), "packet socket on lo"), nil
}
