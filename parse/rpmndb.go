package parse

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Parts of Packages.db (rpm.org, lib/backend/ndb/rpmpkg.c), in bytes.
const (
	ndbPage  = 4096
	ndbSlot  = 16
	ndbBlock = 16
)

// ReadRPMNDB reads Packages.db, the database of rpm on SUSE, of size bytes, and calls found with each package.
func ReadRPMNDB(r io.ReaderAt, size int64, found func(RPMPackage) error) error {
	head := make([]byte, 2*ndbSlot)
	if _, err := r.ReadAt(head, 0); err != nil || string(head[:4]) != "RpmP" {
		return errors.New("is no database of rpm's own (NDB)")
	}
	pages := int64(binary.LittleEndian.Uint32(head[12:]))
	if size > maxRPMDatabase || pages*ndbPage > size {
		return fmt.Errorf("has %d bytes and says that it has %d pages of slots", size, pages)
	}
	slots := make([]byte, pages*ndbPage)
	if _, err := r.ReadAt(slots, 0); err != nil {
		return fmt.Errorf("read its slots: %w", err)
	}
	n := ndb{r: r, left: 2 * size}
	for at := 2 * ndbSlot; at < len(slots); at += ndbSlot {
		slot := slots[at:]
		if string(slot[:4]) != "Slot" {
			return errors.New("has a slot that is none")
		}
		index, offset := binary.LittleEndian.Uint32(slot[4:]), binary.LittleEndian.Uint32(slot[8:])
		if index == 0 || offset == 0 { // of no package
			continue
		}
		b, err := n.blob(index, int64(offset)*ndbBlock)
		if err != nil {
			return err
		}
		if err := readRPMHeader(b, found); err != nil {
			return err
		}
	}
	return nil
}

type ndb struct {
	r    io.ReaderAt
	left int64 // bytes that may be read: slots of a hostile database may all name one package
}

func (n *ndb) blob(index uint32, at int64) ([]byte, error) {
	head := make([]byte, 16)
	if _, err := n.r.ReadAt(head, at); err != nil {
		return nil, fmt.Errorf("read package %d: %w", index, err)
	}
	size := int64(binary.LittleEndian.Uint32(head[12:]))
	if n.left -= size; string(head[:4]) != "BlbS" || binary.LittleEndian.Uint32(head[4:]) != index || size > maxRPMHeader || n.left < 0 {
		return nil, fmt.Errorf("package %d of %d bytes is none", index, size)
	}
	b, err := io.ReadAll(io.NewSectionReader(n.r, at+int64(len(head)), size))
	if err != nil {
		return nil, fmt.Errorf("read package %d: %w", index, err)
	}
	return b, nil
}
