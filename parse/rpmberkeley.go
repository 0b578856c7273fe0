package parse

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Parts of a hash of Berkeley DB (Oracle, dbinc/db_page.h), in bytes, and kinds of pages and items.
const (
	berkeleyMagic    = 0x00061561
	berkeleyHead     = 26 // of a page
	berkeleyUnsorted = 2
	berkeleyOverflow = 7
	berkeleyHash     = 13
	berkeleyInline   = 1
	berkeleyOffPage  = 3
)

// ReadRPMBerkeley reads Packages, the database of rpm before 4.16, a hash of Berkeley DB of size bytes whose values are headers, and calls found with
// each package.
func ReadRPMBerkeley(r io.ReaderAt, size int64, found func(RPMPackage) error) error {
	head := make([]byte, 512)
	if _, err := r.ReadAt(head, 0); err != nil {
		return errors.New("is no hash of Berkeley DB")
	}
	var order binary.ByteOrder = binary.LittleEndian
	if binary.BigEndian.Uint32(head[12:]) == berkeleyMagic {
		order = binary.BigEndian
	}
	page := order.Uint32(head[20:])
	if order.Uint32(head[12:]) != berkeleyMagic || page < 512 || page > 1<<16 || page&(page-1) != 0 {
		return errors.New("is no hash of Berkeley DB")
	}
	if head[24] != 0 {
		return errors.New("is encrypted")
	}
	pages, err := newRPMPages(r, size, int(page), 0)
	if err != nil {
		return err
	}
	if last := order.Uint32(head[32:]); last >= pages.count {
		return fmt.Errorf("is cut off: its last page is %d, of %d", last, pages.count)
	}
	d := berkeleyDB{pages, order, found}
	for n := uint32(1); n < d.count; n++ {
		if err := d.hash(n); err != nil {
			return err
		}
	}
	return nil
}

type berkeleyDB struct {
	rpmPages
	order binary.ByteOrder
	found func(RPMPackage) error
}

// hash reads the packages of page n, when it is one of the hash: keys and values by turns.
func (d *berkeleyDB) hash(n uint32) error {
	b, err := d.page(n)
	if err != nil {
		return err
	}
	if kind := b[25]; kind != berkeleyHash && kind != berkeleyUnsorted {
		return nil
	}
	items := int(d.order.Uint16(b[20:]))
	if berkeleyHead+2*items > len(b) {
		return fmt.Errorf("page %d says that it has %d items", n, items)
	}
	end := len(b) // items lie one before the other, from the page's end
	for i := range items {
		at := int(d.order.Uint16(b[berkeleyHead+2*i:]))
		if at >= end {
			return fmt.Errorf("item %d of page %d lies outside", i, n)
		}
		if i%2 == 1 {
			if err := d.value(b[at:end]); err != nil {
				return err
			}
		}
		end = at
	}
	return nil
}

// value reads a package: in the item, or in pages of its own. The value of key 0 is a counter.
func (d *berkeleyDB) value(item []byte) error {
	const counter = 4
	switch {
	case item[0] == berkeleyInline && len(item) > 1+counter:
		return readRPMHeader(item[1:], d.found)
	case item[0] == berkeleyOffPage && len(item) >= 12:
		b, err := d.chain(d.order.Uint32(item[4:]), d.order.Uint32(item[8:]))
		if err != nil {
			return err
		}
		return readRPMHeader(b, d.found)
	default:
		return nil
	}
}

// chain reads a value of size bytes from page n and those that follow.
func (d *berkeleyDB) chain(n, size uint32) ([]byte, error) {
	if size > maxRPMHeader {
		return nil, fmt.Errorf("a package says that it has %d bytes", size)
	}
	var whole []byte
	for uint32(len(whole)) < size {
		b, err := d.page(n)
		if err != nil {
			return nil, err
		}
		if b[25] != berkeleyOverflow {
			return nil, fmt.Errorf("page %d, which goes on with a package, is none of that kind", n)
		}
		part := b[berkeleyHead:]
		whole = append(whole, part[:min(len(part), int(size)-len(whole))]...)
		n = d.order.Uint32(b[16:])
	}
	return whole, nil
}
