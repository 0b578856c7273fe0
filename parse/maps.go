package parse

import (
	"bytes"
	"fmt"
	"strings"
)

// Map is one line of /proc/PID/maps (proc_pid_maps(5)):
//
//	7f0c1d000000-7f0c1d021000 r-xp 00002000 fe:00 247278                     /usr/lib/libc.so.6 (deleted)
type Map struct {
	Start, End   uint64
	Perms        string // "r-xp"
	Offset       uint64
	Major, Minor uint32
	Inode        uint64 // 0: no file
	Path         string // raw bytes; "" anonymous, "[heap]", "/memfd:doublemapper"
	Deleted      bool
	Line         int // 1-based, of the first mapping when a list has each file once
}

// Executable reports whether code runs from the mapping.
func (m Map) Executable() bool { return len(m.Perms) > 2 && m.Perms[2] == 'x' }

// Maps reads all mappings. Lines that do not fit are left out; the error names the first of them.
func Maps(data []byte) ([]Map, error) {
	maps := make([]Map, 0, bytes.Count(data, []byte{'\n'}))
	var bad error
	n := 0
	for raw := range bytes.Lines(data) {
		n++
		m, err := mapLine(string(bytes.TrimSuffix(raw, []byte{'\n'})))
		if err != nil {
			bad = firstError(bad, fmt.Errorf("maps line %d: %w", n, err))
			continue
		}
		m.Line = n
		maps = append(maps, m)
	}
	return maps, bad
}

func mapLine(line string) (Map, error) {
	f := strings.SplitN(line, " ", 6) // the path begins behind padding and may hold spaces
	if len(f) < 5 {
		return Map{}, fmt.Errorf("%q has not the fields of maps", line)
	}
	start, end, ok1 := strings.Cut(f[0], "-")
	major, minor, ok2 := strings.Cut(f[3], ":")
	var n numbers
	m := Map{
		Start: n.hex(start), End: n.hex(end), Perms: f[1], Offset: n.hex(f[2]),
		Major: uint32(n.hex(major)), Minor: uint32(n.hex(minor)), Inode: n.uint(f[4]),
	}
	if n.err != nil || !ok1 || !ok2 {
		return Map{}, fmt.Errorf("%q has not the fields of maps", line)
	}
	if len(f) == 6 {
		// Only newlines are escaped here, as \012: a backslash before other digits is the file's own.
		path := strings.ReplaceAll(strings.TrimLeft(f[5], " "), `\012`, "\n")
		m.Path, m.Deleted = strings.CutSuffix(path, " (deleted)")
	}
	return m, nil
}

// MappedFiles returns one mapping for each file (path, device and inode), executable if any of its mappings is, in the order of the table.
func MappedFiles(maps []Map) []Map {
	type key struct {
		path         string
		major, minor uint32
		inode        uint64
	}
	at := map[key]int{}
	var files []Map
	for _, m := range maps {
		if m.Inode == 0 || !strings.HasPrefix(m.Path, "/") {
			continue
		}
		k := key{m.Path, m.Major, m.Minor, m.Inode}
		i, seen := at[k]
		if !seen {
			at[k] = len(files)
			files = append(files, m)
		} else if m.Executable() && !files[i].Executable() {
			files[i].Perms = m.Perms
		}
	}
	return files
}
