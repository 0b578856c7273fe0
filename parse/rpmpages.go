package parse

import (
	"errors"
	"fmt"
	"io"
)

// rpmPages is a database that consists of pages of one size.
type rpmPages struct {
	r     io.ReaderAt
	size  int               // of a page, in bytes
	count uint32            // of pages
	first uint32            // number of the first page: 0 (Berkeley DB) or 1 (SQLite)
	newer map[uint32][]byte // pages that a log has, by number
	read  uint32            // pages that were read; a sound database has each read about once
}

// newRPMPages refuses a database of more bytes than any has.
func newRPMPages(r io.ReaderAt, size int64, page int, first uint32) (rpmPages, error) {
	if size > maxRPMDatabase {
		return rpmPages{}, fmt.Errorf("has %d bytes, more than %d", size, maxRPMDatabase)
	}
	return rpmPages{r: r, size: page, first: first, count: uint32(size / int64(page))}, nil
}

// page reads one. A hostile database may refer to the same again and again: after four times as many as there are, it fails.
func (p *rpmPages) page(n uint32) ([]byte, error) {
	if p.read++; uint64(p.read) > 4*uint64(p.count)+16 {
		return nil, errors.New("the database's pages refer to one another without an end")
	}
	if b, has := p.newer[n]; has {
		return b, nil
	}
	if n < p.first || n-p.first >= p.count {
		return nil, fmt.Errorf("page %d is not one of the database's %d", n, p.count)
	}
	b := make([]byte, p.size)
	if _, err := p.r.ReadAt(b, int64(n-p.first)*int64(p.size)); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read page %d: %w", n, err)
	}
	return b, nil
}
