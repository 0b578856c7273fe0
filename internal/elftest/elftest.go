// Package elftest makes small ELF objects and loader caches for tests, so that fixtures stay readable.
package elftest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
)

// Object says what the dynamic section holds.
type Object struct {
	Machine uint16 // 62 (x86-64) when 0
	Class32 bool
	Big     bool // big-endian
	Interp  string
	SONAME  string
	Needed  []string
	RPath   string
	RunPath string
	// Sections are the names of empty sections; with any of them there is a section table, whose last one holds the names.
	Sections []string
}

// Build lays out header, three program headers, the dynamic section and its strings.
func Build(o Object) []byte {
	b := &builder{o: o, order: binary.LittleEndian}
	if o.Big {
		b.order = binary.BigEndian
	}
	if o.Machine == 0 {
		b.o.Machine = 62
	}
	return b.sections(b.bytes())
}

// sections appends the table of sections and says in the header where it is.
func (b *builder) sections(object []byte) []byte {
	if len(b.o.Sections) == 0 {
		return object
	}
	names := append(append([]string{""}, b.o.Sections...), ".shstrtab")
	text, at := strings.Join(names, "\x00")+"\x00", uint64(len(object))
	b.out.Reset()
	b.out.Write(object)
	b.out.WriteString(text)
	table, offset := uint64(b.out.Len()), 0
	for i, name := range names {
		b.put(uint32(offset))
		b.put(uint32(min(i, 1))) // SHT_NULL, then SHT_PROGBITS
		b.word(0)
		b.word(0)
		b.word(at)
		b.word(uint64(len(text)))
		b.put([2]uint32{})
		b.word(0)
		b.word(0)
		offset += len(name) + 1
	}
	out := b.out.Bytes()
	size, field, counts := 64, out[40:48], out[58:64]
	if b.o.Class32 {
		size, field, counts = 40, out[32:36], out[46:52]
	}
	b.out = bytes.Buffer{}
	b.word(table)
	copy(field, b.out.Bytes())
	for i, n := range []int{size, len(names), len(names) - 1} {
		b.order.PutUint16(counts[2*i:], uint16(n))
	}
	return out
}

type builder struct {
	o     Object
	order binary.ByteOrder
	out   bytes.Buffer
}

const (
	base   = 0x400000 // where the one segment is loaded
	header = 512      // room for the ELF header and the program headers
)

func (b *builder) word(v uint64) {
	if b.o.Class32 {
		b.put(uint32(v))
		return
	}
	b.put(v)
}

func (b *builder) put(v any) { _ = binary.Write(&b.out, b.order, v) }

func (b *builder) bytes() []byte {
	var str bytes.Buffer
	str.WriteByte(0)
	at := func(s string) uint64 {
		i := str.Len()
		str.WriteString(s + "\x00")
		return uint64(i)
	}
	type entry struct{ tag, val uint64 }
	var dyn []entry
	for _, n := range b.o.Needed {
		dyn = append(dyn, entry{1, at(n)})
	}
	for _, f := range []struct {
		tag uint64
		s   string
	}{{14, b.o.SONAME}, {15, b.o.RPath}, {29, b.o.RunPath}} {
		if f.s != "" {
			dyn = append(dyn, entry{f.tag, at(f.s)})
		}
	}
	size := uint64(16)
	if b.o.Class32 {
		size = 8
	}
	dynLen := (uint64(len(dyn)) + 3) * size
	interp := header + dynLen
	strs := interp + uint64(len(b.o.Interp)) + 1
	total := strs + uint64(str.Len())
	dyn = append(dyn, entry{5, base + strs}, entry{10, uint64(str.Len())}, entry{})

	b.elfHeader()
	b.segment(1, 0, base, total)
	b.segment(2, header, base+header, dynLen)
	if b.o.Interp != "" {
		b.segment(3, interp, base+interp, uint64(len(b.o.Interp))+1)
	}
	b.out.Write(make([]byte, header-b.out.Len()))
	for _, e := range dyn {
		b.word(e.tag)
		b.word(e.val)
	}
	b.out.WriteString(b.o.Interp + "\x00")
	b.out.Write(str.Bytes())
	return b.out.Bytes()
}

func (b *builder) elfHeader() {
	class, data, ehsize, phsize := byte(2), byte(1), uint16(64), uint16(56)
	if b.o.Class32 {
		class, ehsize, phsize = 1, 52, 32
	}
	if b.o.Big {
		data = 2
	}
	n := uint16(2)
	if b.o.Interp != "" {
		n = 3
	}
	b.out.Write(append([]byte{0x7f, 'E', 'L', 'F', class, data, 1}, make([]byte, 9)...))
	b.put(uint16(3)) // ET_DYN
	b.put(b.o.Machine)
	b.put(uint32(1))
	b.word(0)
	b.word(uint64(ehsize)) // program headers follow
	b.word(0)
	b.put(uint32(0))
	b.put(ehsize)
	b.put(phsize)
	b.put(n)
	b.put([3]uint16{})
}

func (b *builder) segment(kind uint32, offset, addr, size uint64) {
	b.put(kind)
	if b.o.Class32 {
		b.put([]uint32{uint32(offset), uint32(addr), uint32(addr), uint32(size), uint32(size), 5, 4})
		return
	}
	b.put(uint32(5))
	b.put([]uint64{offset, addr, addr, size, size, 8})
}

// Cache makes /etc/ld.so.cache of lines "libz.so.1 /lib/libz.so.1"; old puts the format of glibc before 2.2 in front.
func Cache(lines []string, old bool) []byte {
	var out bytes.Buffer
	le := binary.LittleEndian
	if old {
		out.WriteString("ld.so-1.7.0\x00")
		_ = binary.Write(&out, le, uint32(0))
	}
	var entries, str bytes.Buffer
	strs := uint32(48 + 24*len(lines))
	for _, l := range lines {
		name, path, _ := strings.Cut(l, " ")
		_ = binary.Write(&entries, le, []uint32{0x0303, strs + uint32(str.Len()), strs + uint32(str.Len()+len(name)+1), 0, 0, 0})
		str.WriteString(name + "\x00" + path + "\x00")
	}
	out.WriteString("glibc-ld.so.cache1.1")
	_ = binary.Write(&out, le, []uint32{uint32(len(lines)), uint32(str.Len()), 2, 0, 0, 0, 0})
	out.Write(entries.Bytes())
	out.Write(str.Bytes())
	return out.Bytes()
}

// Fixture replaces the content of a fixture's file that begins with a line "#!elf" or "#!ldcache" by what it describes:
//
//	#!elf soname=libz.so.1 needed=libc.so.6 needed=libm.so.6 interp=/lib64/ld-linux-x86-64.so.2 runpath=$ORIGIN/../lib rpath=… machine=183
//
//	#!ldcache
//	libz.so.1 /lib/x86_64-linux-gnu/libz.so.1
func Fixture(data []byte) ([]byte, error) {
	first, rest, _ := strings.Cut(string(data), "\n")
	words := strings.Fields(first)
	switch {
	case len(words) == 0:
		return data, nil
	case words[0] == "#!ldcache":
		return Cache(strings.FieldsFunc(rest, func(c rune) bool { return c == '\n' }), false), nil
	case words[0] != "#!elf":
		return data, nil
	}
	var o Object
	for _, w := range words[1:] {
		key, value, _ := strings.Cut(w, "=")
		switch key {
		case "soname":
			o.SONAME = value
		case "needed":
			o.Needed = append(o.Needed, value)
		case "interp":
			o.Interp = value
		case "rpath":
			o.RPath = value
		case "runpath":
			o.RunPath = value
		case "section":
			o.Sections = append(o.Sections, value)
		case "machine":
			if _, err := fmt.Sscan(value, &o.Machine); err != nil {
				return nil, fmt.Errorf("#!elf machine=%s: %w", value, err)
			}
		default:
			return nil, fmt.Errorf("#!elf does not know %q", w)
		}
	}
	return Build(o), nil
}

// Sections makes a 64-bit object that has nothing but empty sections of these names.
func Sections(names ...string) []byte {
	const head, entry = 64, 64
	le := binary.LittleEndian
	str := []byte{0}
	var table bytes.Buffer
	table.Write(make([]byte, entry)) // the null section
	names = append(names, ".shstrtab")
	offset := uint64(head + entry*(len(names)+1))
	for _, n := range names {
		kind, size := uint32(1), uint64(0)
		at := uint32(len(str))
		str = append(append(str, n...), 0)
		if n == ".shstrtab" {
			kind, size = 3, uint64(len(str))
		}
		_ = binary.Write(&table, le, []uint32{at, kind})
		_ = binary.Write(&table, le, []uint64{2, 0, offset, size, 0, 1, 0})
	}
	var out bytes.Buffer
	out.Write(append([]byte{0x7f, 'E', 'L', 'F', 2, 1, 1}, make([]byte, 9)...))
	_ = binary.Write(&out, le, []uint16{3, 62})
	_ = binary.Write(&out, le, uint32(1))
	_ = binary.Write(&out, le, []uint64{0, 0, head})
	_ = binary.Write(&out, le, uint32(0))
	_ = binary.Write(&out, le, []uint16{head, 56, 0, entry, uint16(len(names) + 1), uint16(len(names))})
	out.Write(table.Bytes())
	out.Write(str)
	return out.Bytes()
}
