package parse

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// ReadRPMSQLite reads rpmdb.sqlite, the database of rpm since 4.16, of size bytes, and calls found with each package. log is what
// rpmdb.sqlite-wal holds: changes that do not stand in the database yet; nil: none. Only what such a database uses of the format is read: one table by
// its tree (sqlite.org, "Database File Format"), of which each row is (hnum INTEGER PRIMARY KEY, blob BLOB).
func ReadRPMSQLite(r io.ReaderAt, size int64, log []byte, found func(RPMPackage) error) error {
	head := make([]byte, 100)
	if _, err := r.ReadAt(head, 0); err != nil || !bytes.HasPrefix(head, []byte("SQLite format 3\x00")) {
		return errors.New("is no database of SQLite 3")
	}
	page := int(binary.BigEndian.Uint16(head[16:]))
	if page == 1 {
		page = 1 << 16
	}
	usable := page - int(head[20])
	if page < 512 || page&(page-1) != 0 || usable < 480 {
		return fmt.Errorf("has pages of %d bytes", page)
	}
	pages, err := newRPMPages(r, size, page, 1)
	if err != nil {
		return err
	}
	t := sqliteTable{pages, usable, 2*size + int64(len(log))}
	t.newer = readSQLiteLog(log, page)
	t.count += uint32(len(t.newer))
	root, err := t.root("Packages")
	if err != nil {
		return err
	}
	return t.rows(root, 0, func(row []byte) error {
		c, err := sqliteColumns(row, 2)
		if err != nil {
			return err
		}
		return readRPMHeader(c[1].bytes, found)
	})
}

// sqliteTable is a table's tree of pages.
type sqliteTable struct {
	rpmPages
	usable int   // bytes of a page
	left   int64 // bytes of rows that may be read: rows of a hostile database may all lie in one place
}

// root is the first page of a table, which the table of the schema at page 1 names: type, name, table, page, SQL.
func (t *sqliteTable) root(name string) (uint32, error) {
	var root uint32
	err := t.rows(1, 0, func(row []byte) error {
		c, err := sqliteColumns(row, 4)
		if err == nil && string(c[0].bytes) == "table" && string(c[1].bytes) == name {
			root = uint32(c[3].number)
		}
		return err
	})
	if err == nil && root == 0 {
		err = fmt.Errorf("has no table %s", name)
	}
	return root, err
}

// Kinds of the pages of a table.
const (
	sqliteInterior = 0x05
	sqliteLeaf     = 0x0d
	sqliteDepth    = 20 // of a tree; a table of 2^32 rows has 5
)

// rows calls row with the record of each row below page n, by key.
func (t *sqliteTable) rows(n uint32, depth int, row func([]byte) error) error {
	b, err := t.page(n)
	if err != nil {
		return err
	}
	head := b
	if n == 1 { // behind the database's own header
		head = b[100:]
	}
	cells := int(binary.BigEndian.Uint16(head[3:]))
	pointers := head[8:]
	if head[0] == sqliteInterior {
		pointers = head[12:]
	}
	if depth > sqliteDepth || head[0] != sqliteInterior && head[0] != sqliteLeaf || 2*cells > len(pointers) {
		return fmt.Errorf("page %d is no page of a table", n)
	}
	for i := range cells {
		at := int(binary.BigEndian.Uint16(pointers[2*i:]))
		if at+4 > len(b) {
			return fmt.Errorf("row %d of page %d lies outside", i, n)
		}
		if head[0] == sqliteInterior {
			err = t.rows(binary.BigEndian.Uint32(b[at:]), depth+1, row)
		} else {
			err = t.row(b[:min(t.usable, len(b))], at, row)
		}
		if err != nil {
			return err
		}
	}
	if head[0] == sqliteLeaf {
		return nil
	}
	return t.rows(binary.BigEndian.Uint32(head[8:]), depth+1, row)
}

// row reads the record at b[at:], which goes on in other pages when it is large.
func (t *sqliteTable) row(b []byte, at int, row func([]byte) error) error {
	if at > len(b) {
		return errors.New("a row lies outside of its page")
	}
	size, n := sqliteVarint(b[at:])
	at += n
	_, n = sqliteVarint(b[at:]) // its key
	at += n
	if t.left -= int64(min(size, maxRPMDatabase)); size > maxRPMHeader+64 || t.left < 0 {
		return fmt.Errorf("a row says that it has %d bytes", size)
	}
	local := t.local(int(size))
	if at+local > len(b) {
		return errors.New("a row reaches beyond its page")
	}
	record := bytes.Clone(b[at : at+local])
	if local == int(size) {
		return row(record)
	}
	if at+local+4 > len(b) {
		return errors.New("a row reaches beyond its page")
	}
	for next := binary.BigEndian.Uint32(b[at+local:]); len(record) < int(size); {
		more, err := t.page(next)
		if err != nil {
			return err
		}
		next = binary.BigEndian.Uint32(more)
		record = append(record, more[4:min(t.usable, 4+int(size)-len(record))]...)
	}
	return row(record)
}

// local is how much of a record of size bytes stands in the row's own page ("B-tree Pages": X, M, K).
func (t *sqliteTable) local(size int) int {
	least := (t.usable-12)*32/255 - 23
	switch some := least + (size-least)%(t.usable-4); {
	case size <= t.usable-35:
		return size
	case some <= t.usable-35:
		return some
	default:
		return least
	}
}

// sqliteVarint reads a number of up to nine bytes, of which each but the last has its high bit set and the ninth counts whole; 0 bytes where none is.
func sqliteVarint(b []byte) (value uint64, n int) {
	for n < len(b) && n < 8 {
		value = value<<7 | uint64(b[n]&0x7f)
		if n++; b[n-1] < 0x80 {
			return value, n
		}
	}
	if n == len(b) {
		return 0, n
	}
	return value<<8 | uint64(b[n]), n + 1
}

// sqliteValue is a column's value: a number, or bytes of a text or a blob.
type sqliteValue struct {
	number uint64
	bytes  []byte
}

// sqliteColumns are the first count values of a record ("Record Format").
func sqliteColumns(b []byte, count int) ([]sqliteValue, error) {
	size, at := sqliteVarint(b)
	if size > uint64(len(b)) {
		return nil, errors.New("a row's header is cut off")
	}
	head, body := b[min(at, int(size)):size], b[size:]
	list := make([]sqliteValue, count)
	for i := range list {
		kind, n := sqliteVarint(head)
		if n == 0 {
			return nil, fmt.Errorf("a row has %d columns, not %d", i, count)
		}
		head = head[n:]
		width := sqliteWidth(kind)
		if width > uint64(len(body)) {
			return nil, errors.New("a row's value is cut off")
		}
		list[i].bytes, body = body[:width], body[width:]
		switch {
		case kind < 7:
			for _, c := range list[i].bytes {
				list[i].number = list[i].number<<8 | uint64(c)
			}
		case kind == 9:
			list[i].number = 1
		}
	}
	return list, nil
}

// sqliteWidth is the size of a value of a kind, in bytes.
func sqliteWidth(kind uint64) uint64 {
	switch {
	case kind >= 12:
		return (kind - 12) / 2
	case kind == 5:
		return 6
	case kind == 6, kind == 7:
		return 8
	case kind < 5:
		return kind
	default:
		return 0
	}
}
