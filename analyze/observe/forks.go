package observe

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// The process events connector (linux/cn_proc.h) tells of every fork before the child does anything, so that also one that ends at once is known.
// The kernel gives it to root in the first network, PID and user namespace.
const (
	connectorProc = 1 // CN_IDX_PROC, CN_VAL_PROC
	listenToProc  = 1 // PROC_CN_MCAST_LISTEN
	eventFork     = 1 // PROC_EVENT_FORK
	headers       = unix.SizeofNlMsghdr + 20
	forkEventSize = headers + 16 + 16 // what, cpu, timestamp; pid and tgid of parent and child
)

// listenForks opens the connector.
func listenForks() (*os.File, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_CONNECTOR)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), "process events")
	if err := subscribe(fd); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// subscribe joins the group and sends a request: nlmsghdr, cn_msg {idx, val, seq, ack u32, len, flags u16}, operation.
func subscribe(fd int) error {
	const room = 4 << 20 // tens of thousands of events, of which the reader takes all whenever it looks
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, room); err != nil {
		return err
	}
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: connectorProc}); err != nil {
		return err
	}
	var m [headers + 4]byte
	order.PutUint32(m[0:], uint32(len(m)))
	order.PutUint16(m[4:], unix.NLMSG_DONE)
	order.PutUint32(m[16:], connectorProc)
	order.PutUint32(m[20:], connectorProc)
	order.PutUint16(m[32:], 4)
	order.PutUint32(m[36:], listenToProc)
	return unix.Sendto(fd, m[:], 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK})
}

// fork is a process that started another one.
type fork struct{ parent, child int }

// parseFork reads one message; ok is false for other events, and for new threads.
func parseFork(m []byte) (fork, bool) {
	if len(m) < forkEventSize || order.Uint32(m[headers:]) != eventFork {
		return fork{}, false
	}
	number := func(i int) int { return int(int32(order.Uint32(m[headers+16+4*i:]))) }
	f := fork{parent: number(1), child: number(3)}
	return f, number(2) == f.child
}

// drain takes the messages that are there; gap says that the kernel had to drop some.
func drain(events *os.File, take func(fork)) (gap bool, err error) {
	raw, err := events.SyscallConn()
	if err != nil {
		return false, err
	}
	var buf [4096]byte
	readErr := raw.Read(func(fd uintptr) bool {
		for {
			n, errno := unix.Read(int(fd), buf[:]) // a confined child may not use the calls of sockets
			switch {
			case errors.Is(errno, unix.EINTR):
			case errors.Is(errno, unix.ENOBUFS):
				gap = true
			case errno != nil || n == 0:
				if !errors.Is(errno, unix.EAGAIN) {
					err = errno
				}
				return true
			default:
				if f, ok := parseFork(buf[:n]); ok {
					take(f)
				}
			}
		}
	})
	return gap, errors.Join(err, readErr)
}
