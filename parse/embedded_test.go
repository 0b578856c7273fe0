package parse

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEmbeddedKind(t *testing.T) {
	lmdb := append(make([]byte, 16), 0xde, 0xc0, 0xef, 0xbe, 1, 0, 0, 0)
	for _, c := range []struct{ name, head, engine, kind string }{
		{"/d/shop.mv.db", "H:2,block:4,blockSize:1000", "H2", "database"},
		{"/d/shop.mv.db", "something else", "", ""},
		{"/d/app.db", "SQLite format 3\x00\x10\x00", "SQLite", "database"},
		{"/d/app.db", "SQLite format", "", ""},
		{"/d/app.script", "SET DATABASE UNIQUE NAME X", "HSQLDB", "database"},
		{"/d/run.script", "#!/bin/sh", "", ""},
		{"/d/service.properties", "#/var/lib/app/derby\n# ***", "Derby", "database"},
		{"/d/data.mdb", string(lmdb), "LMDB", "database"},
		{"/d/data.mdb", "Standard Jet DB", "", ""},
		{"/d/00000000.jdb", "", "Berkeley DB Java Edition", "database"},
		{"/d/CURRENT", "MANIFEST-000004\n", "RocksDB or LevelDB", "database"},
		{"/d/GSPO.idn", "", "Jena TDB", "database"},
		{"/d/segments_a", "\x3f\xd7\x6c\x17\x08segments", "Lucene", "index"},
		{"/d/segments_a", "\x00\x00\x00\x00", "", ""},
		{"/d/activemq-data-1.amq", "", "Artemis journal", "queue"},
		{"/d/db-1.log", "", "KahaDB", "queue"},
		{"/d/db-access.log", "", "", ""},
		{"/d/SESSIONS.ser", "\xac\xed", "Tomcat sessions", "session"},
		{"/d/photo.jpg", "\xff\xd8", "", ""},
	} {
		if d := cmp.Diff(Embedded{c.engine, c.kind}, EmbeddedKind(c.name, []byte(c.head))); d != "" {
			t.Errorf("%s %.20q (-want +got)\n%s", c.name, c.head, d)
		}
		if c.engine != "" && c.engine != "H2" && !MayBeEmbedded(c.name) {
			t.Errorf("%s would not be looked at", c.name)
		}
	}
	if !MayBeEmbedded("/d/shop.mv.db") || MayBeEmbedded("/d/photo.jpg") {
		t.Error("by name")
	}
}

func TestFileLocks(t *testing.T) {
	const text = `1: POSIX  ADVISORY  WRITE 708 08:01:16652 1073741826 1073742335
1: -> POSIX  ADVISORY  WRITE 709 08:01:16652 0 EOF
2: FLOCK  ADVISORY  READ 528 fe:10:99 0 EOF
3: OFDLCK ADVISORY  WRITE -1 00:1a:7 0 EOF
broken
4: POSIX  ADVISORY  WRITE x 08:01:1 0 EOF
`
	want := []FileLock{{"POSIX", true, 708, 8, 1, 16652, 1}, {"FLOCK", false, 528, 0xfe, 0x10, 99, 3}, {"OFDLCK", true, -1, 0, 0x1a, 7, 4}}
	if d := cmp.Diff(want, FileLocks([]byte(text))); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func FuzzEmbeddedKind(f *testing.F) {
	f.Add("shop.mv.db", []byte("H:2,"))
	f.Add("data.mdb", []byte{1})
	f.Fuzz(func(t *testing.T, name string, head []byte) {
		if e := EmbeddedKind(name, head); (e.Engine == "") != (e.Kind == "") {
			t.Errorf("%+v", e)
		}
	})
}

func FuzzFileLocks(f *testing.F) {
	f.Add([]byte("1: POSIX  ADVISORY  WRITE 708 08:01:16652 0 EOF\n"))
	f.Fuzz(func(_ *testing.T, data []byte) { FileLocks(data) })
}
