package base

import (
	"errors"
	"strconv"
	"strings"
)

// Version of symbols, such as 2.36 of GLIBC_2.36; a third number, as in GLIBCXX_3.4.30, counts as thousandths of the second.
type Version struct{ Major, Minor int }

// Less compares.
func (v Version) Less(w Version) bool {
	return v.Major < w.Major || v.Major == w.Major && v.Minor < w.Minor
}

// ErrNoGlibc means that an image has no GNU C library.
var ErrNoGlibc = errors.New("the base image has no GNU C library")

// ParseVersion reads a version of symbols of one kind: of "GLIBC", "GLIBC_2.36"; GLIBC_PRIVATE is none.
func ParseVersion(kind, name string) (Version, bool) {
	s, ok := strings.CutPrefix(name, kind+"_")
	parts := strings.Split(s, ".")
	if !ok || len(parts) < 2 {
		return Version{}, false
	}
	numbers := [3]int{}
	for i, p := range parts[:min(len(parts), len(numbers))] {
		n, err := strconv.Atoi(p)
		if err != nil {
			return Version{}, false
		}
		numbers[i] = n
	}
	return Version{numbers[0], numbers[1]*1000 + numbers[2]}, true
}
