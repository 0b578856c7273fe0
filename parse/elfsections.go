package parse

import (
	"bytes"
	"fmt"
	"io"
)

// Bounds of a section table: a native image has some 30 sections, a program with a section for each function some thousands.
const (
	elfMaxSections = 1 << 15
	elfMaxNames    = 1 << 20
)

// ELFSections returns the names of an object's sections, in order (elf(5): Shdr); none when the table was stripped. It returns ErrNotELF for other
// files, and an error that names the broken part for a damaged object.
func ELFSections(r io.ReaderAt) ([]string, error) {
	p := elfReader{r: r}
	if err := p.ident(); err != nil {
		return nil, err
	}
	head, err := p.bytes(0, uint64(map[int]int{32: 52, 64: 64}[p.out.Class]))
	if err != nil {
		return nil, fmt.Errorf("read the ELF header: %w", err)
	}
	where, entries, least, fields := 40, 58, 64, [2]int{24, 32} // fields: offset and size of a section
	if p.out.Class == 32 {
		where, entries, least, fields = 32, 46, 40, [2]int{16, 20}
	}
	at, counts := p.word(head[where:]), head[entries:]
	size, n, names := int(p.order.Uint16(counts)), int(p.order.Uint16(counts[2:])), int(p.order.Uint16(counts[4:]))
	if at == 0 || n == 0 {
		return nil, nil
	}
	if n > elfMaxSections || size < least || size > 1024 || names >= n {
		return nil, fmt.Errorf("ELF sections: %d of %d bytes, names in section %d, is not plausible", n, size, names)
	}
	table, err := p.bytes(at, uint64(n*size))
	if err != nil {
		return nil, fmt.Errorf("read the ELF sections: %w", err)
	}
	strings := table[names*size:]
	room := p.word(strings[fields[1]:])
	if room > elfMaxNames {
		return nil, fmt.Errorf("ELF sections: %d bytes of names is not plausible", room)
	}
	text, err := p.bytes(p.word(strings[fields[0]:]), room)
	if err != nil {
		return nil, fmt.Errorf("read the names of the ELF sections: %w", err)
	}
	var list []string
	for i := range n {
		name := uint64(p.order.Uint32(table[i*size:]))
		if name >= room {
			return nil, fmt.Errorf("ELF section %d: its name lies behind the table's %d bytes", i, room)
		}
		s, _, _ := bytes.Cut(text[name:min(room, name+elfMaxString)], []byte{0})
		list = append(list, string(s))
	}
	return list, nil
}
