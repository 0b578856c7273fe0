package build

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"

	"a2c/internal/beside"
)

// ProgramName is the builder's program, looked for beside a2c when it is not embedded.
const ProgramName = "a2c-kaniko"

// program gives a path that can be executed until release is called.
func (k Kaniko) program(scratch string) (path string, release func(), err error) {
	if k.Program != "" {
		return k.Program, func() {}, nil
	}
	if packed := embedded(); packed != nil {
		return unpack(packed, scratch)
	}
	path, err = beside.File(ProgramName)
	return path, func() {}, err
}

// unpack puts the embedded program into memory (memfd_create(2), Linux 3.17), or into the scratch folder where that is missing:
// /tmp may be mounted noexec, the workspace less likely.
func unpack(packed io.Reader, scratch string) (string, func(), error) {
	f, path, err := executable(scratch)
	if err != nil {
		return "", nil, fmt.Errorf("unpack %s: %w", ProgramName, err)
	}
	if err := beside.Unpack(ProgramName, packed, f); err != nil {
		f.Close()
		return "", nil, err
	}
	if f.Name() != path { // a memfd: named through us, since the child's own descriptors are numbered anew
		return path, func() { f.Close() }, nil
	}
	return path, func() { _ = os.Remove(path) }, f.Close() // execve(2) refuses a file that is open for writing
}

func executable(scratch string) (*os.File, string, error) {
	fd, err := unix.MemfdCreate(ProgramName, unix.MFD_CLOEXEC)
	if err == nil {
		return os.NewFile(uintptr(fd), "memfd"), "/proc/" + strconv.Itoa(os.Getpid()) + "/fd/" + strconv.Itoa(fd), nil
	}
	if !errors.Is(err, unix.ENOSYS) {
		return nil, "", err
	}
	path := filepath.Join(scratch, ProgramName)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o700)
	return f, path, err
}
