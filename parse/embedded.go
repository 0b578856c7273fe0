package parse

import (
	"bytes"
	"encoding/binary"
	"path"
	"strings"
)

// EmbeddedHead is how many bytes of a file EmbeddedKind looks at.
const EmbeddedHead = 64

// Embedded is what a file belongs to.
type Embedded struct {
	Engine string // "H2", "SQLite", "Lucene", "KahaDB"
	Kind   string // "database", "index", "queue", "session"
}

// MayBeEmbedded reports whether it is worth to read the beginning of a file with that name: most files of a data folder are none of a database.
func MayBeEmbedded(name string) bool {
	base := strings.ToLower(path.Base(name))
	switch path.Ext(base) {
	case ".db", ".db3", ".sqlite", ".sqlite3", ".s3db", ".script", ".mdb", ".jdb", ".idn", ".dat", ".amq", ".ser", "":
		return true
	}
	return strings.HasPrefix(base, "segments_") || base == "service.properties" || strings.HasPrefix(base, "db-")
}

// EmbeddedKind tells by its name and its first bytes which embedded database, index or queue a file belongs to; Engine is "" for others. Sources: the
// engines' own file formats (H2 MVStore; HSQLDB guide, "Database files"; Derby, "service.properties"; sqlite.org/fileformat.html; Apache Jena TDB;
// LMDB mdb.c; RocksDB MANIFEST; Lucene CodecUtil; Berkeley DB Java Edition; ActiveMQ KahaDB, Artemis journal; Tomcat StandardManager).
func EmbeddedKind(name string, head []byte) Embedded {
	base := path.Base(name)
	lower := strings.ToLower(base)
	has := func(text string) bool { return bytes.HasPrefix(head, []byte(text)) }
	database := func(engine string) Embedded { return Embedded{engine, "database"} }
	switch {
	case strings.HasSuffix(lower, ".mv.db") && has("H:2,"), has("-- H2 0.5/B --"):
		return database("H2")
	case has("SQLite format 3\x00"):
		return database("SQLite")
	case strings.HasSuffix(lower, ".script") && (has("SET DATABASE") || has("CREATE SCHEMA") || has("CREATE USER")):
		return database("HSQLDB")
	case base == "service.properties" && (has("#/") || bytes.Contains(head, []byte("derby"))):
		return database("Derby")
	case lower == "data.mdb" && len(head) >= 20 && binary.LittleEndian.Uint32(head[16:]) == 0xBEEFC0DE:
		return database("LMDB")
	case strings.HasSuffix(lower, ".jdb") && len(lower) == len("00000000.jdb"):
		return database("Berkeley DB Java Edition")
	case base == "CURRENT" && has("MANIFEST-"):
		return database("RocksDB or LevelDB")
	case base == "GSPO.dat" || base == "GSPO.idn" || base == "node2id.idn" || base == "nodes.dat" && len(head) == 0:
		return database("Jena TDB")
	case strings.HasPrefix(base, "segments_") && len(head) >= 4 && binary.BigEndian.Uint32(head) == 0x3fd76c17:
		return Embedded{"Lucene", "index"}
	case strings.HasPrefix(base, "activemq-data-") && strings.HasSuffix(base, ".amq"):
		return Embedded{"Artemis journal", "queue"}
	case strings.HasPrefix(base, "db-") && strings.HasSuffix(base, ".log") && kahaNumber(base):
		return Embedded{"KahaDB", "queue"}
	case base == "SESSIONS.ser":
		return Embedded{"Tomcat sessions", "session"}
	}
	return Embedded{}
}

// kahaNumber reports whether a name is db-1.log, a journal of KahaDB.
func kahaNumber(base string) bool {
	n := strings.TrimSuffix(strings.TrimPrefix(base, "db-"), ".log")
	return n != "" && strings.Trim(n, "0123456789") == ""
}
