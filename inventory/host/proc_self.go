package host

import "golang.org/x/sys/unix"

// readAllFD reads a file of a2c's own /proc, before there is a tree.
func readAllFD(name string) ([]byte, error) {
	fd, err := unix.Open(name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	f := &file{fd: fd, name: name, proc: true, guard: &guard{}}
	defer closeFD(fd)
	return readAll(f, largeFile, make([]byte, 0, 64<<10))
}
