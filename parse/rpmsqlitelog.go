package parse

import (
	"encoding/binary"
	"maps"
)

// Sizes in a write-ahead log (sqlite.org, "WAL File Format"), in bytes.
const (
	sqliteLogHead  = 32
	sqliteLogFrame = 24
)

// readSQLiteLog reads the pages that a write-ahead log has beside the database, by number: those up to the last commit. It ends at the first frame that
// does not belong to the log's last turn, or whose checksum is not right, as SQLite itself does.
func readSQLiteLog(log []byte, page int) map[uint32][]byte {
	if len(log) < sqliteLogHead {
		return nil
	}
	var order binary.ByteOrder = binary.LittleEndian
	switch binary.BigEndian.Uint32(log) {
	case 0x377f0682:
	case 0x377f0683:
		order = binary.BigEndian
	default:
		return nil
	}
	if int(binary.BigEndian.Uint32(log[8:])) != page {
		return nil
	}
	committed, pending := map[uint32][]byte{}, map[uint32][]byte{}
	salt := string(log[16:24])
	sum := sqliteSum{order: order}
	sum.add(log[:24])
	if !sum.is(log[24:32]) {
		return nil
	}
	for rest := log[sqliteLogHead:]; len(rest) >= sqliteLogFrame+page; rest = rest[sqliteLogFrame+page:] {
		content := rest[sqliteLogFrame : sqliteLogFrame+page]
		sum.add(rest[:8])
		sum.add(content)
		if string(rest[8:16]) != salt || !sum.is(rest[16:24]) {
			break
		}
		pending[binary.BigEndian.Uint32(rest)] = content
		if binary.BigEndian.Uint32(rest[4:]) != 0 { // a commit
			maps.Copy(committed, pending)
			clear(pending)
		}
	}
	return committed
}

// sqliteSum is the checksum of a write-ahead log.
type sqliteSum struct {
	order binary.ByteOrder
	a, b  uint32
}

// add takes a multiple of eight bytes.
func (s *sqliteSum) add(data []byte) {
	for ; len(data) >= 8; data = data[8:] {
		s.a += s.order.Uint32(data) + s.b
		s.b += s.order.Uint32(data[4:]) + s.a
	}
}

func (s *sqliteSum) is(b []byte) bool {
	return binary.BigEndian.Uint32(b) == s.a && binary.BigEndian.Uint32(b[4:]) == s.b
}
