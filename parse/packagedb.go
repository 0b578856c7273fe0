package parse

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// maxPackageLine bounds a line of a package database: descriptions and lists of dependencies have some kilobytes.
const maxPackageLine = 1 << 20

// PackageRecord is what a package database says about one installed package.
type PackageRecord struct {
	Name, Architecture, Version string
	Source                      string // the package that it was built from, where that has another name
	Text                        string // the record itself, lines that end with "\n", without lists of files
}

// ReadDpkgStatus reads dpkg's status (deb822(5), dpkg(1)) and calls found with each package that is unpacked or installed. Its list of files has its name,
// with ":ARCHITECTURE" behind it for one of "Multi-Arch: same".
//
//	Package: libc6
//	Status: install ok installed
//	Architecture: amd64
//	Version: 2.36-9
func ReadDpkgStatus(r io.Reader, found func(PackageRecord)) error {
	var p PackageRecord
	var state string
	var text strings.Builder
	kept := true // whether the field that goes on is kept
	end := func() {
		if p.Name != "" && p.Version != "" && !strings.HasSuffix(state, "not-installed") && !strings.HasSuffix(state, "config-files") {
			p.Text = text.String()
			found(p)
		}
		p, state = PackageRecord{}, ""
		text.Reset()
	}
	err := packageLines(r, func(line string) {
		if line == "" {
			end()
			return
		}
		if line[0] != ' ' && line[0] != '\t' {
			key, value, _ := strings.Cut(line, ":")
			kept = key != "Conffiles"
			p.dpkgField(key, strings.TrimSpace(value), &state)
		}
		if kept {
			text.WriteString(line + "\n")
		}
	})
	end()
	return err
}

func (p *PackageRecord) dpkgField(key, value string, state *string) {
	switch key {
	case "Package":
		p.Name = value
	case "Status":
		*state = value
	case "Architecture":
		p.Architecture = value
	case "Version":
		p.Version = value
	case "Source": // "glibc (2.36-9)" where the versions differ
		p.Source, _, _ = strings.Cut(value, " ")
	}
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

// ReadApkRecords reads the same database for what it says about each package.
func ReadApkRecords(r io.Reader, found func(PackageRecord)) error {
	var p PackageRecord
	var text strings.Builder
	end := func() {
		if p.Name != "" && p.Version != "" {
			p.Text = text.String()
			found(p)
		}
		p = PackageRecord{}
		text.Reset()
	}
	err := packageLines(r, func(line string) {
		if line == "" {
			end()
			return
		}
		key, value, _ := strings.Cut(line, ":")
		switch key {
		case "P":
			p.Name = value
		case "V":
			p.Version = value
		case "A":
			p.Architecture = value
		case "o":
			p.Source = value
		case "F", "M", "R", "a", "Z": // folders and files, their owners, modes and checksums
			return
		}
		text.WriteString(line + "\n")
	})
	end()
	return err
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
