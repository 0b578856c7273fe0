package proof

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// directoryCases are few in a part: each is looked at by analyze on its own.
func directoryCases(e Extent) []oddCase {
	return slices.DeleteFunc(directories(), func(c oddCase) bool {
		return e == Part && c.name != "million-denied" && c.name != "overlapping"
	})
}

// directories get archives whose directory is made to exhaust its reader, in place of their own.
func directories() []oddCase {
	const million = 1_000_000
	entries := func(n int) []string {
		names := make([]string, n)
		for i := range names {
			names[i] = fmt.Sprintf("%07x", i)
		}
		return names
	}
	return []oddCase{
		{name: "million-entries", after: putDirectory(func() []byte { return rawZip(entries(million), nil, million, 0) }), says: "app.jar: hostile zip archive: directory of 1000000 entries"},
		{name: "million-denied", after: putDirectory(func() []byte { return rawZip(entries(million), nil, million%(1<<16), 0) }), says: "app.jar: hostile zip archive: its directory holds more than it says"},
		{name: "as-many-as-allowed", after: putDirectory(func() []byte { return rawZip(entries(199_000), nil, 199_000, 0) }), says: restartIt},
		{name: "zip64-count", after: putDirectory(func() []byte { return rawZip(entries(9), nil, 1<<40, 0) }), says: "app.jar: hostile zip archive: directory of"},
		{name: "zip64-offset", after: putDirectory(func() []byte { return rawZip(entries(9), nil, 9, 1<<63) }), says: "app.jar: is no zip archive"},
		{name: "overlapping", after: putDirectory(func() []byte {
			var names []string
			for i := range 1000 {
				names = append(names, fmt.Sprintf("BOOT-INF/lib/%d.jar", i))
			}
			return rawZip(names, make([]byte, 1<<20), 1000, 0)
		}), says: "app.jar: hostile zip archive: entries overlap"},
		{name: "nested-bombs", after: func(h *enemies, c oddCase) {
			inner := strings.Repeat("\x00", 32<<20)
			for range 6 {
				inner = zipped(h.t, "META-INF/MANIFEST.MF", "Main-Class: Wait\r\n", "BOOT-INF/lib/a.jar", inner, "BOOT-INF/lib/b.jar", strings.Repeat("\x00", 32<<20))
			}
			putArchive("META-INF/MANIFEST.MF", "Start-Class: x.Y\r\nSpring-Boot-Version: 3.5.0\r\nSpring-Boot-Lib: BOOT-INF/lib/\r\n", "BOOT-INF/lib/a.jar", inner)(h, c)
		}, says: restartIt},
	}
}

// putDirectory replaces the case's archive.
func putDirectory(made func() []byte) func(*enemies, oddCase) {
	return func(h *enemies, c oddCase) {
		h.t.Helper()
		h.run("mv", h.path(c.name, "app/app.jar"), h.path(c.name, "app/old"))
		h.write(filepath.Join(c.name, "app/app.jar"), string(made()))
	}
}

// rawZip is an archive whose entries all have the same local header and content. Its zip64 end record claims so many of them and, unless it is 0, that
// the directory is at offset (APPNOTE.TXT 4.3).
func rawZip(names []string, content []byte, claimed, offset uint64) []byte {
	le := binary.LittleEndian
	size := uint32(len(content))
	var b bytes.Buffer
	put := func(values ...any) {
		for _, v := range values {
			_ = binary.Write(&b, le, v) // into memory
		}
	}
	put(uint32(0x04034b50), uint16(10), [10]byte{}, uint32(0), size, size, uint16(len(names[0])), uint16(0), []byte(names[0]), content)
	at := uint64(b.Len())
	for _, name := range names {
		head := [46]byte{0: 'P', 1: 'K', 2: 1, 3: 2, 4: 10, 6: 10}
		le.PutUint32(head[20:], size)
		le.PutUint32(head[24:], size)
		le.PutUint16(head[28:], uint16(len(name)))
		b.Write(head[:])
		b.WriteString(name)
	}
	end := uint64(b.Len())
	if offset == 0 {
		offset = at
	}
	put(uint32(0x06064b50), uint64(44), uint16(45), uint16(45), [8]byte{}, claimed, claimed, end-at, offset)
	put(uint32(0x07064b50), uint32(0), end, uint32(1))
	put(uint32(0x06054b50), [4]byte{}, [12]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, uint16(0))
	return b.Bytes()
}
