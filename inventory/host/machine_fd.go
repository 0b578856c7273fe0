package host

import (
	"errors"

	"golang.org/x/sys/unix"
)

// Fd is the open descriptor, for copying without passing the bytes through this process (ioctl_ficlone(2), copy_file_range(2)).
// It belongs to the file: do not close it.
func (f *file) Fd() int { return f.fd }

// maxParts ends the look at a file that is all holes and crumbs.
const maxParts = 4096

// DataBytes is how much of the file is data and not a hole (lseek(2), SEEK_DATA), without reading it: blocks in use say less of a file that is compressed.
// ok is false where the file system cannot tell, or there are too many parts to count.
func (f *file) DataBytes() (data int64, ok bool) {
	at := int64(0)
	for range maxParts {
		from, err := unix.Seek(f.fd, at, unix.SEEK_DATA)
		if errors.Is(err, unix.ENXIO) { // only a hole follows
			return data, true
		}
		if err != nil {
			return 0, false
		}
		if at, err = unix.Seek(f.fd, from, unix.SEEK_HOLE); err != nil {
			return 0, false
		}
		data += at - from
	}
	return 0, false
}
