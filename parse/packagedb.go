package parse

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// maxPackageLine bounds a line of a package database: descriptions and lists of dependencies have some kilobytes.
const maxPackageLine = 1 << 20

// ReadDpkgStatus reads dpkg's status (deb822(5), dpkg(1)) and calls found with each package that is unpacked or installed. Its list of files has its name,
// with ":ARCHITECTURE" behind it for one of "Multi-Arch: same".
//
//	Package: libc6
//	Status: install ok installed
//	Architecture: amd64
//	Version: 2.36-9
func ReadDpkgStatus(r io.Reader, found func(name, architecture, version string)) error {
	var name, state, architecture, version string
	end := func() {
		if name != "" && version != "" && !strings.HasSuffix(state, "not-installed") && !strings.HasSuffix(state, "config-files") {
			found(name, architecture, version)
		}
		name, state, architecture, version = "", "", "", ""
	}
	err := packageLines(r, func(line string) {
		if line == "" {
			end()
			return
		}
		key, value, _ := strings.Cut(line, ":")
		switch value = strings.TrimSpace(value); key {
		case "Package":
			name = value
		case "Status":
			state = value
		case "Architecture":
			architecture = value
		case "Version":
			version = value
		}
	})
	end()
	return err
}

// ReadDpkgDiversions reads dpkg's diversions (dpkg-divert(1)), three lines each: a file, where the package's file lies instead, and the package whose own
// file is not moved (":" for none).
func ReadDpkgDiversions(r io.Reader, found func(file, instead, by string)) error {
	var lines []string
	return packageLines(r, func(line string) {
		if lines = append(lines, line); len(lines) == 3 {
			found(lines[0], lines[1], lines[2])
			lines = lines[:0]
		}
	})
}

// ReadApkInstalled reads apk's database of what is installed (wiki.alpinelinux.org/wiki/Apk_spec) and calls found with each file and its package.
//
//	P:musl
//	V:1.2.4-r2
//	F:lib
//	R:ld-musl-x86_64.so.1
func ReadApkInstalled(r io.Reader, found func(name, version, file string)) error {
	var name, version, dir string
	return packageLines(r, func(line string) {
		if line == "" {
			name, version, dir = "", "", ""
			return
		}
		key, value, _ := strings.Cut(line, ":")
		switch key {
		case "P":
			name = value
		case "V":
			version = value
		case "F":
			dir = value
		case "R":
			found(name, version, strings.TrimSuffix("/"+dir, "/")+"/"+value)
		}
	})
}

// ReadDpkgList reads the list of a package's files, a path a line; its root is "/.".
func ReadDpkgList(r io.Reader, found func(file string)) error {
	return packageLines(r, found)
}

func packageLines(r io.Reader, each func(line string)) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 16<<10), maxPackageLine)
	for lines.Scan() {
		each(lines.Text())
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read a package database: %w", err)
	}
	return nil
}
