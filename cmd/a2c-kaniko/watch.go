package main

import (
	"bytes"
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// watch calls closed with the name of each file of a folder that was closed after writing (inotify(7)), until the process ends. Where the kernel refuses, nobody
// is called, and what would have come early comes later.
func watch(dir string, closed func(name string)) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC)
	if err != nil {
		return
	}
	if _, err := unix.InotifyAddWatch(fd, dir, unix.IN_CLOSE_WRITE); err != nil {
		_ = unix.Close(fd)
		return
	}
	go func() {
		buf := make([]byte, 64<<10)
		for {
			n, err := unix.Read(fd, buf)
			if err == unix.EINTR { //nolint:errorlint // an errno
				continue
			}
			if err != nil || n <= 0 {
				return
			}
			for _, name := range names(buf[:n]) {
				closed(name)
			}
		}
	}()
}

// names are those of struct inotify_event, which follow a head of 16 bytes whose last four say how long they are, zeros included.
func names(events []byte) (list []string) {
	for len(events) >= unix.SizeofInotifyEvent {
		size := int(binary.NativeEndian.Uint32(events[12:16]))
		events = events[unix.SizeofInotifyEvent:]
		if size > len(events) {
			return list
		}
		name, _, _ := bytes.Cut(events[:size], []byte{0})
		list, events = append(list, string(name)), events[size:]
	}
	return list
}
