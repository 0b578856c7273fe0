package host

import (
	"golang.org/x/sys/unix"

	"a2c/parse"
)

// OSRelease reads os-release(5): /etc/os-release, or /usr/lib/os-release where that is missing. from is the file that was read.
func OSRelease(t Tree) (values map[string]string, from string, err error) {
	for _, from = range []string{"/etc/os-release", "/usr/lib/os-release"} {
		data, err := ReadFile(t, from, smallFile)
		if err == nil {
			return parse.OSRelease(data), from, nil
		}
		if !Vanished(err) {
			return nil, from, err
		}
	}
	return nil, "", wrap("read", "/etc/os-release", unix.ENOENT)
}
