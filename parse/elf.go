package parse

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// ELF is what the dynamic loader reads of an object: elf(5), ld.so(8).
type ELF struct {
	Class   int    // 32 or 64
	Machine uint16 // e_machine: 62 is x86-64, 183 AArch64
	Type    uint16 // e_type: 2 executable, 3 shared object
	Interp  string // PT_INTERP: the loader; "" for libraries and static programs
	SONAME  string
	Needed  []string // DT_NEEDED, in order
	RPath   string   // DT_RPATH, colon-separated, $ORIGIN and the like as written
	RunPath string   // DT_RUNPATH: when set, the loader ignores RPath
	Dynamic bool     // has a dynamic section
}

// ErrNotELF says that the first bytes are not those of an ELF object of a known class and byte order.
var ErrNotELF = errors.New("is no ELF object")

// The bounds keep a hostile object from costing more than a real one ever does: libjvm.so has 11 program headers, 30 dynamic entries and
// 20 kB of strings; the largest string tables of real libraries are a few MB, of which only the names asked for are read.
const (
	elfMaxHeaders = 512
	elfMaxDynamic = 1 << 16
	elfMaxNeeded  = 4096
	elfMaxString  = 4096
)

// Dynamic tags and program header types of elf(5).
const (
	ptLoad    = 1
	ptDynamic = 2
	ptInterp  = 3

	dtNeeded  = 1
	dtStrtab  = 5
	dtStrsz   = 10
	dtSONAME  = 14
	dtRPath   = 15
	dtRunPath = 29
)

// IsELF reports whether the bytes begin as an ELF object does; four are enough.
func IsELF(head []byte) bool { return bytes.HasPrefix(head, []byte("\x7fELF")) }

// ReadELF reads the headers that decide which libraries an object needs. It goes by program headers, as the loader does, so stripped
// section tables do not matter. Only these parts are read; offsets, counts and lengths of the file are never trusted. It returns
// ErrNotELF for other files, and an error that names the broken part for a damaged object.
func ReadELF(r io.ReaderAt) (*ELF, error) {
	p := elfReader{r: r}
	if err := p.ident(); err != nil {
		return nil, err
	}
	headers, err := p.programHeaders()
	if err != nil {
		return nil, err
	}
	for _, h := range headers {
		switch h.kind {
		case ptInterp:
			if p.out.Interp, err = p.text(h.offset, h.size); err != nil {
				return nil, fmt.Errorf("read the interpreter's name: %w", err)
			}
		case ptDynamic:
			p.out.Dynamic = true
			if err := p.dynamic(h, headers); err != nil {
				return nil, err
			}
		}
	}
	return &p.out, nil
}

type elfReader struct {
	r     io.ReaderAt
	order binary.ByteOrder
	out   ELF
	phoff uint64
	phent int
	phnum int
}

type elfSegment struct {
	kind                uint32
	offset, vaddr, size uint64 // size in the file
}

func (p *elfReader) ident() error {
	var b [64]byte
	n, err := p.r.ReadAt(b[:], 0)
	if !IsELF(b[:n]) {
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read the ELF header: %w", err)
		}
		return ErrNotELF
	}
	switch {
	case n >= 6 && b[5] == 1:
		p.order = binary.LittleEndian
	case n >= 6 && b[5] == 2:
		p.order = binary.BigEndian
	default:
		return fmt.Errorf("%w: unknown byte order", ErrNotELF)
	}
	switch {
	case b[4] == 2 && n >= 64:
		p.out.Class = 64
		p.phoff = p.order.Uint64(b[32:])
		p.phent, p.phnum = int(p.order.Uint16(b[54:])), int(p.order.Uint16(b[56:]))
	case b[4] == 1 && n >= 52:
		p.out.Class = 32
		p.phoff = uint64(p.order.Uint32(b[28:]))
		p.phent, p.phnum = int(p.order.Uint16(b[42:])), int(p.order.Uint16(b[44:]))
	default:
		return fmt.Errorf("%w: header cut short or unknown class", ErrNotELF)
	}
	p.out.Type, p.out.Machine = p.order.Uint16(b[16:]), p.order.Uint16(b[18:])
	return nil
}

func (p *elfReader) programHeaders() ([]elfSegment, error) {
	least := 56
	if p.out.Class == 32 {
		least = 32
	}
	if p.phnum == 0 {
		return nil, nil
	}
	if p.phnum > elfMaxHeaders || p.phent < least || p.phent > 1024 {
		return nil, fmt.Errorf("ELF program headers: %d of %d bytes is not plausible", p.phnum, p.phent)
	}
	b, err := p.bytes(p.phoff, uint64(p.phnum*p.phent))
	if err != nil {
		return nil, fmt.Errorf("read the ELF program headers: %w", err)
	}
	out := make([]elfSegment, 0, p.phnum)
	for i := range p.phnum {
		h := b[i*p.phent:]
		s := elfSegment{kind: p.order.Uint32(h)}
		if p.out.Class == 64 {
			s.offset, s.vaddr, s.size = p.order.Uint64(h[8:]), p.order.Uint64(h[16:]), p.order.Uint64(h[32:])
		} else {
			s.offset, s.vaddr, s.size = uint64(p.order.Uint32(h[4:])), uint64(p.order.Uint32(h[8:])), uint64(p.order.Uint32(h[16:]))
		}
		out = append(out, s)
	}
	return out, nil
}

// dynamic reads the section's tags, then the strings they point to.
func (p *elfReader) dynamic(h elfSegment, segments []elfSegment) error {
	entry := p.out.Class / 4 // two words
	n := min(h.size/uint64(entry), elfMaxDynamic)
	b, err := p.bytes(h.offset, n*uint64(entry))
	if err != nil {
		return fmt.Errorf("read the ELF dynamic section: %w", err)
	}
	var needed []uint64
	var soname, rpath, runpath, strtab, strsz uint64
	has := map[uint64]bool{}
	for i := range int(n) {
		tag, val := p.word(b[i*entry:]), p.word(b[i*entry+entry/2:])
		if tag == 0 {
			break
		}
		has[tag] = true
		switch tag {
		case dtNeeded:
			needed = append(needed, val)
		case dtStrtab:
			strtab = val
		case dtStrsz:
			strsz = val
		case dtSONAME:
			soname = val
		case dtRPath:
			rpath = val
		case dtRunPath:
			runpath = val
		}
	}
	if len(needed) > elfMaxNeeded {
		return fmt.Errorf("ELF dynamic section: %d needed libraries is not plausible", len(needed))
	}
	table := elfStrings{p: p, size: strsz}
	table.offset, table.ok = fileOffset(strtab, segments)
	for _, v := range needed {
		p.out.Needed = append(p.out.Needed, table.at(v))
	}
	for _, f := range []struct {
		tag, val uint64
		to       *string
	}{{dtSONAME, soname, &p.out.SONAME}, {dtRPath, rpath, &p.out.RPath}, {dtRunPath, runpath, &p.out.RunPath}} {
		if has[f.tag] {
			*f.to = table.at(f.val)
		}
	}
	if table.err != nil {
		return fmt.Errorf("read the ELF dynamic strings: %w", table.err)
	}
	return nil
}

func (p *elfReader) word(b []byte) uint64 {
	if p.out.Class == 64 {
		return p.order.Uint64(b)
	}
	return uint64(p.order.Uint32(b))
}

// fileOffset turns an address in memory into one in the file, by the segment that loads it.
func fileOffset(addr uint64, segments []elfSegment) (uint64, bool) {
	for _, s := range segments {
		if s.kind == ptLoad && addr >= s.vaddr && addr-s.vaddr < s.size {
			return s.offset + addr - s.vaddr, true
		}
	}
	return 0, false
}

// elfStrings is the string table of a dynamic section; the first failure sticks.
type elfStrings struct {
	p            *elfReader
	offset, size uint64
	ok           bool
	err          error
}

func (t *elfStrings) at(i uint64) string {
	switch {
	case t.err != nil:
		return ""
	case !t.ok:
		t.err = errors.New("the table lies in no loaded segment")
		return ""
	case i >= t.size:
		t.err = fmt.Errorf("string %d lies behind the table's %d bytes", i, t.size)
		return ""
	}
	var s string
	s, t.err = t.p.text(t.offset+i, t.size-i)
	return s
}

// text reads a string that ends with a zero byte, or with the room it was given.
func (p *elfReader) text(offset, room uint64) (string, error) {
	b, err := p.some(offset, min(room, elfMaxString))
	if err != nil {
		return "", err
	}
	if s, _, ok := bytes.Cut(b, []byte{0}); ok {
		return string(s), nil
	}
	if room > elfMaxString {
		return "", fmt.Errorf("a name of more than %d bytes is not plausible", elfMaxString)
	}
	return string(b), nil
}

func (p *elfReader) bytes(offset, n uint64) ([]byte, error) {
	b, err := p.some(offset, n)
	if err == nil && uint64(len(b)) < n {
		return nil, io.ErrUnexpectedEOF
	}
	return b, err
}

// some reads up to n bytes; n is bounded by the callers, offset by nothing but its sign.
func (p *elfReader) some(offset, n uint64) ([]byte, error) {
	if offset > 1<<62 {
		return nil, fmt.Errorf("offset %#x lies outside any file", offset)
	}
	b := make([]byte, n)
	got, err := p.r.ReadAt(b, int64(offset))
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return b[:got], nil
}
