package parse

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// Bounds of a database and of a package's header, in bytes, and of a header's entries. Large ones have 300 MB, 10 MB and a hundred.
const (
	maxRPMDatabase = 1 << 30
	maxRPMHeader   = 64 << 20
	maxRPMEntries  = 0xffff
)

// Tags of a header (rpm.org, rpmtag.h) and types of their values that are looked at.
const (
	rpmName      = 1000
	rpmVersion   = 1001
	rpmRelease   = 1002
	rpmEpoch     = 1003
	rpmArch      = 1022
	rpmSource    = 1044
	rpmDirIndex  = 1116
	rpmBaseName  = 1117
	rpmDirName   = 1118
	rpmInt32     = 4
	rpmString    = 6
	rpmStrings   = 8
	rpmI18N      = 9
	rpmEntrySize = 16
)

// RPMPackage is a package of rpm's database. Its version is "5.1.8-9.el9", behind an epoch "7:2.1-3.el9"; its source is the name of a source package's
// file, "bash-5.1.8-9.el9.src.rpm".
type RPMPackage struct {
	PackageRecord
	header rpmHeader
}

// readRPMHeader reads the header of a package as rpm's databases keep it, without the magic that it has in a file (rpm.org, "RPM V4 format").
func readRPMHeader(b []byte, found func(RPMPackage) error) error {
	h, err := newRPMHeader(b)
	if err != nil {
		return err
	}
	p := RPMPackage{PackageRecord{Name: h.text(rpmName), Architecture: h.text(rpmArch), Source: h.text(rpmSource)}, h}
	version := h.text(rpmVersion)
	if p.Name == "" || version == "" {
		return errors.New("a package has no name or no version")
	}
	if epoch := h.numbers(rpmEpoch); len(epoch) > 0 {
		p.Version = fmt.Sprintf("%d:", epoch[0])
	}
	p.Version += version + "-" + h.text(rpmRelease)
	return found(p)
}

// Label is "bash 5.1.8-9.el9.x86_64".
func (p RPMPackage) Label() string {
	label := p.Name + " " + p.Version
	if p.Architecture != "" {
		label += "." + p.Architecture
	}
	return label
}

// Files calls found with the absolute path of each file.
func (p RPMPackage) Files(found func(file string)) error {
	dirs, of := p.header.texts(rpmDirName), p.header.numbers(rpmDirIndex)
	for i, base := range p.header.texts(rpmBaseName) {
		if i >= len(of) || int(of[i]) >= len(dirs) {
			return fmt.Errorf("file %d of the package %s lies in no folder", i, p.Name)
		}
		found(dirs[of[i]] + base)
	}
	return nil
}

// rpmHeader is a header's index by tag, and the store that it points into.
type rpmHeader struct {
	entries map[uint32]rpmEntry
	store   []byte
}

type rpmEntry struct{ kind, offset, count uint32 }

func newRPMHeader(b []byte) (rpmHeader, error) {
	if len(b) < 8 {
		return rpmHeader{}, errors.New("a package's header is cut off")
	}
	entries, size := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	if entries > maxRPMEntries || uint64(size) > uint64(len(b)) || 8+uint64(entries)*rpmEntrySize+uint64(size) > uint64(len(b)) {
		return rpmHeader{}, fmt.Errorf("a package's header of %d bytes says that it has %d entries and %d bytes of values", len(b), entries, size)
	}
	h := rpmHeader{map[uint32]rpmEntry{}, b[8+entries*rpmEntrySize:][:size]}
	for i := range entries {
		e := b[8+i*rpmEntrySize:]
		h.entries[binary.BigEndian.Uint32(e)] = rpmEntry{binary.BigEndian.Uint32(e[4:]), binary.BigEndian.Uint32(e[8:]), binary.BigEndian.Uint32(e[12:])}
	}
	return h, nil
}

// texts are the strings of a tag; those that reach beyond the store are none.
func (h rpmHeader) texts(tag uint32) []string {
	e, has := h.entries[tag]
	if !has || e.kind != rpmString && e.kind != rpmStrings && e.kind != rpmI18N || uint64(e.offset) > uint64(len(h.store)) {
		return nil
	}
	var list []string
	for rest := h.store[e.offset:]; uint32(len(list)) < e.count; {
		text, more, ended := bytes.Cut(rest, []byte{0})
		if !ended {
			return list
		}
		list, rest = append(list, string(text)), more
	}
	return list
}

func (h rpmHeader) text(tag uint32) string {
	if list := h.texts(tag); len(list) > 0 {
		return list[0]
	}
	return ""
}

func (h rpmHeader) numbers(tag uint32) []uint32 {
	e, has := h.entries[tag]
	if !has || e.kind != rpmInt32 || uint64(e.offset)+4*uint64(e.count) > uint64(len(h.store)) {
		return nil
	}
	list := make([]uint32, e.count)
	for i := range list {
		list[i] = binary.BigEndian.Uint32(h.store[e.offset+4*uint32(i):])
	}
	return list
}
