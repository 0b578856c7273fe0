package host

import (
	"errors"
	"io"
	"strings"

	"golang.org/x/sys/unix"
)

// Open first takes the name only (O_PATH), looks what it is, and opens through that very descriptor: a name exchanged meanwhile for a
// device (opening /dev/watchdog arms it) or a FIFO is never opened.
func (m *machine) Open(name string) (File, error) {
	if m.proc != nil && strings.HasPrefix(name, "/proc/") && !isMagic(name) {
		if _, rest := splitProcRoot(name); rest == "" {
			return m.openProc(name)
		}
	}
	var fd int
	var err error
	if m.proc != nil && isMagic(name) {
		fd, err = m.follow(name, unix.O_PATH)
	} else {
		fd, err = m.open(name, unix.O_PATH)
	}
	if err != nil {
		return nil, wrap("open", name, err)
	}
	g := m.guard
	if isMagic(name) {
		g = anywhere() // what it leads to may lie on a mount of another namespace
	}
	f, err := guarded(g, name, func() (*file, error) { return openRegular(fd, name, unix.AT_FDCWD, ownFD(fd)) }, func(f *file) { closeFD(f.fd) })
	release(fd, err)
	if err != nil {
		return nil, wrap("open", name, err)
	}
	f.guard = g
	return f, nil
}

// openRegular opens what an O_PATH descriptor stands for, by the name that it has in a folder of /proc.
func openRegular(fd int, name string, proc int, own string) (*file, error) {
	info, err := fstat(fd)
	if err != nil {
		return nil, err
	}
	if info.Type != Regular {
		return nil, ErrNotRegular
	}
	rd, err := unix.Openat(proc, own, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	return &file{fd: rd, name: name, info: info, uncached: probeCache(rd, info.Size)}, nil
}

// openProc opens a file of procfs in one step. There all files are regular or folders, whatever their size says (it is 0).
func (m *machine) openProc(name string) (File, error) {
	fd, err := m.open(name, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_NOCTTY)
	if err != nil {
		return nil, wrap("open", name, err)
	}
	return &file{fd: fd, name: name, proc: true, guard: &guard{}}, nil
}

// readShort reads the beginning of a file of procfs, in one call; what a folder taken for / has in its place is opened with care.
func (m *machine) readShort(name string, buf []byte) (int, error) {
	if m.proc == nil {
		f, err := m.Open(name)
		if err != nil {
			return 0, err
		}
		defer f.Close()
		n, err := io.ReadFull(f, buf)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = nil
		}
		return n, err
	}
	fd, err := m.open(name, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_NOCTTY)
	if err != nil {
		return 0, wrap("open", name, err)
	}
	defer closeFD(fd)
	n, err := retry(func() (int, error) { return unix.Read(fd, buf) })
	return max(0, n), wrap("read", name, err)
}

// file is a plain descriptor: os.File would try to register each with the poller, which costs more than reading most of /proc.
type file struct {
	fd       int
	name     string
	info     Info
	proc     bool
	guard    *guard
	uncached []span
	hangs    bool // a call did not come back, and still uses the descriptor
}

func (f *file) Info() Info {
	if f.proc {
		f.info, _ = fstat(f.fd) // of an open descriptor: cannot fail
		f.proc = false
	}
	return f.info
}

func (f *file) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	n, err := f.call(p, func(p []byte) (int, error) { return unix.Read(f.fd, p) })
	return f.result(n, err)
}

func (f *file) ReadAt(p []byte, off int64) (int, error) {
	done := 0
	for done < len(p) {
		n, err := f.call(p[done:], func(p []byte) (int, error) { return unix.Pread(f.fd, p, off+int64(done)) })
		if n, err = f.result(n, err); err != nil {
			return done, err
		}
		done += n
	}
	return done, nil
}

// call reads into p; where that may hang into memory of its own, since a call that comes back late writes to it.
func (f *file) call(p []byte, read func([]byte) (int, error)) (int, error) {
	if !f.guard.risky {
		return retry(func() (int, error) { return read(p) })
	}
	own := make([]byte, min(len(p), 1<<20))
	n, err := guarded(f.guard, f.name, func() (int, error) { return retry(func() (int, error) { return read(own) }) }, nil)
	f.hangs = f.hangs || errors.Is(err, ErrTimeout)
	if n > 0 {
		copy(p, own[:n])
	}
	return n, err
}

func (f *file) result(n int, err error) (int, error) {
	switch {
	case errors.Is(err, unix.EISDIR):
		return 0, wrap("read", f.name, ErrNotRegular)
	case err != nil:
		return 0, wrap("read", f.name, err)
	case n == 0:
		return 0, io.EOF
	}
	return n, nil
}

// Close gives back the parts of the page cache that this file did not have before it was read.
func (f *file) Close() error {
	if f.hangs {
		return nil
	}
	for _, s := range f.uncached {
		_ = unix.Fadvise(f.fd, s.off, s.length, unix.FADV_DONTNEED) // advice: a refusal changes nothing
	}
	_, err := guarded(f.guard, f.name, func() (int, error) { return 0, unix.Close(f.fd) }, nil) // FUSE is asked once more
	return err
}

// span is a part of a file.
type span struct{ off, length int64 }

// probeCache finds the parts of a large file that are not in the page cache, by one byte each with RWF_NOWAIT (preadv2(2), Linux 4.14):
// unlike mincore and cachestat it answers also for files of others. Where the kernel cannot say, everything counts as cached.
func probeCache(fd int, size int64) []span {
	const large, parts = 1 << 20, 16
	if size < large {
		return nil
	}
	var cold []span
	step := (size/parts + 4095) &^ 4095
	for off := int64(0); off < size; off += step {
		_, err := unix.Preadv2(fd, [][]byte{make([]byte, 1)}, min(off+step/2, size-1), unix.RWF_NOWAIT)
		if errors.Is(err, unix.EAGAIN) {
			cold = append(cold, span{off, step})
		}
	}
	return cold
}

// statMagic looks at what a magic link leads to without opening it.
func (m *machine) statMagic(name string) (Info, error) {
	if m.proc == nil {
		return Stat(m, name)
	}
	fd, err := m.follow(name, unix.O_PATH)
	if err != nil {
		return Info{}, wrap("stat", name, err)
	}
	info, err := guarded(anywhere(), name, func() (Info, error) { return fstat(fd) }, nil)
	release(fd, err)
	return info, wrap("stat", name, err)
}
