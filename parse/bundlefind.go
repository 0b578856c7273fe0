package parse

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// ErrNoBundle says that an executable is no .NET single-file bundle.
var ErrNoBundle = errors.New("no .NET bundle")

// maxBundleSearch is how much writable data of an executable is searched for the marker. That of a single file of .NET 9 is some hundred kilobytes.
const maxBundleSearch = 64 << 20

// FindBundle returns the offset of the bundle's header in an executable of size bytes, ErrNoBundle, or ErrTooLarge where it has more writable data than is
// searched and the marker is not in that. It reads little: the ELF headers, and the writable data only when something is appended to the image. The marker is 8 bytes of offset and then
// SHA-256(".net core bundle\n"); an apphost, which is no bundle, has the offset 0.
func FindBundle(r io.ReaderAt, size int64) (int64, error) {
	end, err := elfEnd(r)
	if err != nil {
		return 0, err
	}
	if end >= size {
		return 0, ErrNoBundle
	}
	segments, err := writable(r)
	if err != nil {
		return 0, err
	}
	budget := uint64(maxBundleSearch)
	rest := false
	for _, p := range segments {
		if p.offset > uint64(size) {
			continue
		}
		held := min(p.size, uint64(size)-p.offset)
		part := min(held, budget)
		rest, budget = rest || part < held, budget-part
		offset, found, err := markedOffset(io.NewSectionReader(r, int64(p.offset), int64(part)))
		switch {
		case err != nil:
			return 0, fmt.Errorf("read executable: %w", err)
		case found && (offset <= 0 || offset >= size):
			return 0, ErrNoBundle
		case found:
			return offset, nil
		}
	}
	if rest {
		return 0, fmt.Errorf("%w: more than %d MB of writable data: the rest is not searched for a .NET bundle", ErrTooLarge, maxBundleSearch>>20)
	}
	return 0, ErrNoBundle
}

// markedOffset looks for the marker in a part of an executable, and reads what stands before it.
func markedOffset(r *io.SectionReader) (offset int64, found bool, err error) {
	const window, overlap = 1 << 20, 8 + 32 - 1
	buf := make([]byte, min(r.Size(), window))
	for at := int64(0); at < r.Size(); at += window - overlap {
		n, err := r.ReadAt(buf, at)
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, false, err
		}
		if i := bytes.Index(buf[:n], bundleMarker()); i >= 8 {
			return int64(binary.LittleEndian.Uint64(buf[i-8:])), true, nil
		}
	}
	return 0, false, nil
}

// writable are the segments of a 64-bit little-endian program that are loaded to be written to (elf(5): Phdr). debug/elf would read the names of the
// sections, too, of which a file may claim any number of bytes.
func writable(r io.ReaderAt) ([]elfSegment, error) {
	var h [64]byte
	if _, err := r.ReadAt(h[:], 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read executable: %w", err)
	}
	const entry = 56
	le := binary.LittleEndian
	at, count := le.Uint64(h[32:]), int(le.Uint16(h[56:]))
	if at > 1<<62 || count > elfMaxHeaders || le.Uint16(h[54:]) != entry {
		return nil, fmt.Errorf("%w: %d program headers of %d bytes", ErrNoBundle, count, le.Uint16(h[54:]))
	}
	table := make([]byte, count*entry)
	if n, err := r.ReadAt(table, int64(at)); n < len(table) {
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%w: the program headers end too early", ErrNoBundle)
		}
		return nil, fmt.Errorf("read executable: %w", err)
	}
	var list []elfSegment
	for ; len(table) > 0; table = table[entry:] {
		if kind, flags := le.Uint32(table), elf.ProgFlag(le.Uint32(table[4:])); kind == ptLoad && flags&elf.PF_W != 0 {
			list = append(list, elfSegment{kind: kind, offset: le.Uint64(table[8:]), vaddr: le.Uint64(table[16:]), size: le.Uint64(table[32:])})
		}
	}
	return list, nil
}

func bundleMarker() []byte {
	return []byte{
		0x8b, 0x12, 0x02, 0xb9, 0x6a, 0x61, 0x20, 0x38, 0x72, 0x7b, 0x93, 0x02, 0x14, 0xd7, 0xa0, 0x32,
		0x13, 0xf5, 0xb9, 0xe6, 0xef, 0xae, 0x33, 0x18, 0xee, 0x3b, 0x2d, 0xce, 0x24, 0xb3, 0x6a, 0xae,
	}
}

// elfEnd is the end of the section header table, which linkers and objcopy put last: what stands behind it was appended.
func elfEnd(r io.ReaderAt) (int64, error) {
	var h [64]byte
	if n, err := r.ReadAt(h[:], 0); n < len(h) {
		if errors.Is(err, io.EOF) {
			return 0, fmt.Errorf("%w: too short", ErrNoBundle)
		}
		return 0, fmt.Errorf("read executable: %w", err)
	}
	if string(h[:4]) != elf.ELFMAG || h[elf.EI_CLASS] != byte(elf.ELFCLASS64) || h[elf.EI_DATA] != byte(elf.ELFDATA2LSB) {
		return 0, fmt.Errorf("%w: no 64-bit little-endian ELF file", ErrNoBundle)
	}
	off, count := binary.LittleEndian.Uint64(h[0x28:]), uint64(binary.LittleEndian.Uint16(h[0x3c:]))
	if off > 1<<62 {
		return 0, fmt.Errorf("%w: section headers at %d", ErrNoBundle, off)
	}
	return int64(off + count*uint64(binary.LittleEndian.Uint16(h[0x3a:]))), nil
}
