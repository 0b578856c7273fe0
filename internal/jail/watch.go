package jail

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync/atomic"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// Watcher hears of the paths that the program of a box, and all that it starts, look up: the kernel holds each such call until it has been told of
// (seccomp_unotify(2)). It observes and decides nothing: every call goes on as it was, and what a process has in its memory may change after the look.
type Watcher struct {
	each   func(Lookup)
	socket int // the box sends its listener
	stop   int // eventfd(2)
	calls  map[uint32]lookupCall
	done   chan struct{}
	err    error        // why nothing is heard, or not any more; after done
	unread atomic.Int64 // look-ups whose path could not be read
	buffer [unix.PathMax]byte
}

// seccompNotif and seccompNotifResp are the structures of seccomp_unotify(2).
type (
	seccompNotif struct {
		id    uint64
		pid   uint32
		flags uint32
		nr    int32
		arch  uint32
		ip    uint64
		args  [6]uint64
	}
	seccompNotifResp struct {
		id    uint64
		val   int64
		err   int32
		flags uint32
	}
)

// Watch begins to listen, before Run. each is called for one look-up after the other, when its call goes on already; while it works the next one waits.
func (b *Box) Watch(each func(Lookup)) (*Watcher, error) {
	stop, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("watch the sandbox: %w", err)
	}
	w := &Watcher{each: each, socket: b.look, stop: stop, calls: map[uint32]lookupCall{}, done: make(chan struct{})}
	for _, c := range lookupCalls() {
		w.calls[c.nr] = c
	}
	b.watched, b.look = true, -1
	go func() {
		defer close(w.done)
		// The program waits for this thread at each look-up, and a2c itself gives way to all others: on a busy machine it would wait long. It has little to do. Where
		// it may not be raised it works as well as the rest. The thread ends with the goroutine.
		runtime.LockOSThread()
		_ = unix.Setpriority(unix.PRIO_PROCESS, unix.Gettid(), 0)
		w.err = w.listen()
	}()
	return w, nil
}

// State says how many look-ups could not be read, and why nothing is heard, or not any more, if so.
func (w *Watcher) State() (unread int, err error) {
	select {
	case <-w.done:
		err = w.err
	default:
	}
	return int(w.unread.Load()), err
}

// Close ends it, after the box was killed: a process that lives on would get ENOSYS for what it looks up.
func (w *Watcher) Close() error {
	one := [8]byte{1} // little-endian, or a larger number
	if _, err := unix.Write(w.stop, one[:]); err != nil {
		return fmt.Errorf("stop watching the sandbox: %w", err)
	}
	<-w.done
	unix.Close(w.stop)
	return nil
}

// listen takes the listener from the box, and answers.
func (w *Watcher) listen() error {
	fd, err := w.receive()
	unix.Close(w.socket)
	if err != nil || fd < 0 {
		return err
	}
	defer unix.Close(fd)
	// Caller and listener take turns: the kernel need not look for an idle processor (Linux 6.6). Older ones refuse, and nothing is lost.
	_, _, _ = unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.SECCOMP_IOCTL_NOTIF_SET_FLAGS, unix.SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP)
	for {
		poll := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}, {Fd: int32(w.stop), Events: unix.POLLIN}}
		_, err := unix.Poll(poll, -1)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return fmt.Errorf("watch the sandbox: %w", err)
		case poll[0].Revents&unix.POLLIN != 0: // with one reader it does not block: what has vanished since is ENOENT
			if err := w.answer(fd); err != nil {
				return fmt.Errorf("watch the sandbox: %w", err)
			}
		case poll[0].Revents != 0 || poll[1].Revents != 0: // no process is left, or Close
			return nil
		}
	}
}

// receive waits for what the box sends: a listener, or why there is none. -1: it has ended before.
func (w *Watcher) receive() (int, error) {
	text, rights := make([]byte, 1000), make([]byte, unix.CmsgSpace(4))
	for {
		n, oob, _, _, err := unix.Recvmsg(w.socket, text, rights, unix.MSG_CMSG_CLOEXEC)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return -1, fmt.Errorf("watch the sandbox: %w", err)
		case n == 0:
			return -1, nil
		case oob == 0:
			return -1, errors.New(string(text[:n]))
		}
		messages, err := unix.ParseSocketControlMessage(rights[:oob])
		if err != nil {
			return -1, err
		}
		fds, err := unix.ParseUnixRights(&messages[0])
		if err != nil {
			return -1, err
		}
		return fds[0], nil
	}
}

// answer takes one notification, reads what it is about, and lets the call go on. That it still stood when it was answered shows that what was read was the
// caller's, and not of a process that got its number since.
func (w *Watcher) answer(fd int) error {
	var n seccompNotif
	switch err := ioctl(fd, unix.SECCOMP_IOCTL_NOTIF_RECV, unsafe.Pointer(&n)); {
	case errors.Is(err, unix.ENOENT), errors.Is(err, unix.EINTR):
		return nil
	case err != nil:
		return err
	}
	look, known := w.read(&n)
	r := seccompNotifResp{id: n.id, flags: unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE}
	switch err := ioctl(fd, unix.SECCOMP_IOCTL_NOTIF_SEND, unsafe.Pointer(&r)); {
	case errors.Is(err, unix.ENOENT): // the caller has ended, or a signal has called it back
		return nil
	case err != nil:
		return err
	}
	if !known {
		w.unread.Add(1)
	} else if look.Path != "" {
		w.each(look)
	}
	return nil
}

func ioctl(fd int, request uintptr, p unsafe.Pointer) error {
	if _, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(p)); e != 0 {
		return e
	}
	return nil
}

// read reads what a call looks up from the caller's memory. False: it cannot be read there, which the kernel will tell the caller, too.
func (w *Watcher) read(n *seccompNotif) (Lookup, bool) {
	c := w.calls[uint32(n.nr)]
	l := Lookup{Call: c.name, PID: int(n.pid), Link: c.link, Open: c.kind == openFlags || c.kind == howFlags}
	path, ok := w.text(l.PID, n.args[c.path])
	if !ok {
		return l, false
	}
	l.Path = path
	flags := n.args[c.flags]
	if c.kind == howFlags {
		var how [8]byte
		if remote(l.PID, flags, how[:]) != len(how) {
			return l, false
		}
		flags = *(*uint64)(unsafe.Pointer(&how))
	}
	switch c.kind {
	case openFlags, howFlags:
		l.Create, l.Link = flags&unix.O_CREAT != 0, flags&unix.O_NOFOLLOW != 0
		l.Open = flags&unix.O_PATH == 0
	case atFlags:
		l.Link = flags&unix.AT_SYMLINK_NOFOLLOW != 0
	}
	if path != "" && path[0] != '/' {
		at := "cwd"
		if c.dir >= 0 && int32(n.args[c.dir]) != unix.AT_FDCWD {
			at = "fd/" + strconv.Itoa(int(int32(n.args[c.dir])))
		}
		dir, err := os.Readlink("/proc/" + strconv.Itoa(l.PID) + "/" + at)
		if err != nil {
			return l, false
		}
		l.Dir = dir
	}
	return l, true
}

// text reads a string that a zero ends; one longer than any path is none.
func (w *Watcher) text(pid int, at uint64) (string, bool) {
	const first = 256 // most paths are shorter
	page := uint64(os.Getpagesize())
	for n := 0; n < len(w.buffer); {
		size := min(int(page-(at+uint64(n))%page), len(w.buffer)-n) // what lies behind the page may not be there
		if n == 0 {
			size = min(size, first)
		}
		got := remote(pid, at+uint64(n), w.buffer[n:n+size])
		if got <= 0 {
			return "", false
		}
		if end := bytes.IndexByte(w.buffer[n:n+got], 0); end >= 0 {
			return string(w.buffer[:n+end]), true
		}
		n += got
	}
	return "", false
}

// remote reads memory of another process (process_vm_readv(2)), and returns how much it got.
func remote(pid int, at uint64, into []byte) int {
	n, err := unix.ProcessVMReadv(pid, []unix.Iovec{{Base: &into[0], Len: uint64(len(into))}}, []unix.RemoteIovec{{Base: uintptr(at), Len: len(into)}}, 0)
	if err != nil {
		return -1
	}
	return n
}

// handLookups puts the filter on the calling thread, which becomes the program, and sends its listener to a2c, or why there is none: the program runs all the
// same. A program that wants a listener of its own is refused it (EBUSY).
func handLookups() error {
	fd, err := listener()
	if err != nil {
		return unix.Sendmsg(lookFD, []byte("the kernel does not tell what a program looks up: "+err.Error()), nil, nil, 0)
	}
	return errors.Join(unix.Sendmsg(lookFD, []byte{0}, unix.UnixRights(fd), nil, 0), unix.Close(fd))
}

// listener installs the filter. CONTINUE is known since Linux 5.5, openat2(2), which looking for what is missing takes, since 5.6.
func listener() (int, error) {
	raw, err := bpf.Assemble(lookupFilter())
	if err != nil {
		return -1, err
	}
	code := make([]unix.SockFilter, len(raw))
	for i, r := range raw {
		code[i] = unix.SockFilter{Code: r.Op, Jt: r.Jt, Jf: r.Jf, K: r.K}
	}
	fd, err := unix.Openat2(unix.AT_FDCWD, "/", &unix.OpenHow{Flags: unix.O_PATH | unix.O_CLOEXEC})
	if err != nil {
		return -1, fmt.Errorf("openat2: %w", err)
	}
	unix.Close(fd)
	prog := unix.SockFprog{Len: uint16(len(code)), Filter: &code[0]}
	// Once a2c has taken a notification, only a deadly signal calls it back: others would have the call made, and told of, again (Linux 5.19).
	for _, flags := range []uintptr{unix.SECCOMP_FILTER_FLAG_NEW_LISTENER | unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, unix.SECCOMP_FILTER_FLAG_NEW_LISTENER} {
		n, _, e := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, flags, uintptr(unsafe.Pointer(&prog)))
		switch e {
		case 0:
			return int(n), nil
		case unix.EINVAL:
			err = e
			continue
		}
		return -1, e
	}
	return -1, err
}
