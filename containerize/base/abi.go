package base

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Version of glibc, such as 2.36.
type Version struct{ Major, Minor int }

func (v Version) String() string { return fmt.Sprintf("%d.%d", v.Major, v.Minor) }

// Less compares.
func (v Version) Less(w Version) bool {
	return v.Major < w.Major || v.Major == w.Major && v.Minor < w.Minor
}

// ErrNoGlibc means that an image has no GNU C library.
var ErrNoGlibc = errors.New("the base image has no GNU C library")

// Provides is the newest symbol version that the image's libc defines (GLIBC_2.36).
func (c Content) Provides() (Version, error) {
	var best Version
	for _, at := range c.Libraries() {
		f, err := elf.NewFile(bytes.NewReader(c.Files[at]))
		if err != nil {
			return best, fmt.Errorf("read %s of the base image: %w", at, err)
		}
		defs, err := f.DynamicVersions()
		if err != nil {
			return best, fmt.Errorf("read %s of the base image: %w", at, err)
		}
		for _, d := range defs {
			if v, ok := glibc(d.Name); ok && best.Less(v) {
				best = v
			}
		}
	}
	if best == (Version{}) {
		return best, ErrNoGlibc
	}
	return best, nil
}

// Needs is the newest glibc symbol version that an ELF file asks for; zero for other files and for static programs.
func Needs(r io.ReaderAt) Version {
	var best Version
	f, err := elf.NewFile(r)
	if err != nil {
		return best
	}
	needs, err := f.DynamicVersionNeeds()
	if err != nil {
		return best
	}
	for _, n := range needs {
		for _, d := range n.Needs {
			if v, ok := glibc(d.Dep); ok && best.Less(v) {
				best = v
			}
		}
	}
	return best
}

// glibc reads "GLIBC_2.36"; GLIBC_PRIVATE is no version.
func glibc(name string) (Version, bool) {
	s, ok := strings.CutPrefix(name, "GLIBC_")
	if !ok {
		return Version{}, false
	}
	parts := strings.Split(s, ".")
	if len(parts) < 2 {
		return Version{}, false
	}
	major, err1 := strconv.Atoi(parts[0])
	minor, err2 := strconv.Atoi(parts[1])
	return Version{major, minor}, err1 == nil && err2 == nil
}
