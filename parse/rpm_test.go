package parse_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/parse"
)

// rpmFixture unpacks a database of testdata/rpm, which make.sh makes there by rpm itself, db_load and SQLite.
func rpmFixture(t testing.TB, name string) []byte {
	t.Helper()
	f, err := os.Open("testdata/rpm/" + name + ".gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// rpmReader is one of the databases' readers, on bytes.
type rpmReader func(db []byte, found func(parse.RPMPackage) error) error

func rpmReaders(log []byte) map[string]rpmReader {
	return map[string]rpmReader{
		"rpmdb.sqlite": func(db []byte, found func(parse.RPMPackage) error) error {
			return parse.ReadRPMSQLite(bytes.NewReader(db), int64(len(db)), log, found)
		},
		"Packages.db": func(db []byte, found func(parse.RPMPackage) error) error {
			return parse.ReadRPMNDB(bytes.NewReader(db), int64(len(db)), found)
		},
		"Packages": func(db []byte, found func(parse.RPMPackage) error) error {
			return parse.ReadRPMBerkeley(bytes.NewReader(db), int64(len(db)), found)
		},
	}
}

func TestReadRPM(t *testing.T) {
	log := rpmFixture(t, "rpmdb.sqlite-wal")
	torn := slices.Clone(log)
	torn[len(torn)-1] ^= 1
	var three []string // as make.sh says
	for i := 1; i <= 300; i++ {
		three = append(three, fmt.Sprintf("/usr/share/large/%04d/a-file-with-a-name-that-takes-some-room.txt large 3-1.noarch", i))
	}
	three = append(three, "/usr/bin/small small 1.0-1.noarch", "/usr/bin/tool tool 7:2.1-3.el9.noarch", "/opt/tool/ä.conf tool 7:2.1-3.el9.noarch")
	four := append(slices.Clone(three), "/usr/bin/late late 4-1.noarch")
	for _, c := range []struct {
		name, file string
		log        []byte
		want       []string
	}{
		{"sqlite", "rpmdb.sqlite", nil, three},
		{"sqlite and its log", "rpmdb.sqlite", log, four},
		{"sqlite and a torn log", "rpmdb.sqlite", torn, three},
		{"sqlite and a log that is cut off", "rpmdb.sqlite", log[:len(log)-1], three},
		{"sqlite and no log", "rpmdb.sqlite", []byte("x"), three},
		{"ndb", "Packages.db", nil, three},
		{"berkeley", "Packages", nil, three},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			if err := rpmReaders(c.log)[c.file](rpmFixture(t, c.file), func(p parse.RPMPackage) error {
				return p.Files(func(file string) { got = append(got, file+" "+p.Label()) })
			}); err != nil {
				t.Fatal(err)
			}
			slices.Sort(got)
			if diff := cmp.Diff(slices.Sorted(slices.Values(c.want)), got); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
		})
	}
}

// TestReadRPMCutOff holds that each database that ends too early is an error and never fewer packages without one.
func TestReadRPMCutOff(t *testing.T) {
	for name, read := range rpmReaders(nil) {
		whole := rpmFixture(t, name)
		files := 0
		if err := read(whole, counting(&files)); err != nil {
			t.Fatal(err)
		}
		for size := 0; size < len(whole); size += 1 + len(whole)/97 {
			seen := 0
			if err := read(whole[:size], counting(&seen)); err == nil && seen < files {
				t.Errorf("%s cut off at %d of %d bytes: %d files of %d, no error", name, size, len(whole), seen, files)
			}
		}
	}
}

func counting(n *int) func(parse.RPMPackage) error {
	return func(p parse.RPMPackage) error { return p.Files(func(string) { *n++ }) }
}

func FuzzReadRPM(f *testing.F) {
	for name := range rpmReaders(nil) {
		f.Add(rpmFixture(f, name), []byte(nil))
	}
	f.Add(rpmFixture(f, "rpmdb.sqlite"), rpmFixture(f, "rpmdb.sqlite-wal"))
	f.Fuzz(func(t *testing.T, db, log []byte) {
		for name, read := range rpmReaders(log) {
			files := 0
			if err := read(db, counting(&files)); err == nil && files > 8*(len(db)+len(log)) {
				t.Errorf("%s: %d files in %d bytes", name, files, len(db))
			}
		}
	})
}
