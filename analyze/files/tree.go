package files

import (
	"bytes"
	"encoding/binary"
	"iter"
	"slices"
	"strings"
)

// tree holds the entries of a Set by folder: of a million paths only the names are held, in memory that the garbage collector does not look through.
type tree struct {
	root  folder
	slabs [][]entry
	names [][]byte // each name behind its length, in two bytes
	// The folder that was asked about last is mostly asked about next.
	last    *folder
	lastDir string
}

// folder is a folder on the way to entries. It need not be an entry itself.
type folder struct {
	name    string
	folders []*folder // sorted by slashed
	entries []*entry  // sorted by name
}

const (
	slabSize  = 512
	chunkSize = 64 << 10
)

// fresh makes an entry that no folder holds yet.
func (t *tree) fresh() *entry {
	n := len(t.slabs)
	if n == 0 || len(t.slabs[n-1]) == cap(t.slabs[n-1]) {
		t.slabs = append(t.slabs, make([]entry, 0, slabSize))
		n++
	}
	slab := &t.slabs[n-1]
	*slab = append(*slab, entry{})
	return &(*slab)[len(*slab)-1]
}

// name is the entry's name in its folder.
func (t *tree) name(e *entry) []byte {
	chunk := t.names[e.name/chunkSize]
	at := e.name % chunkSize
	n := uint32(binary.NativeEndian.Uint16(chunk[at:]))
	return chunk[at+2 : at+2+n]
}

// keep holds a name, and returns where.
func (t *tree) keep(name string) uint32 {
	n := len(t.names)
	if n == 0 || cap(t.names[n-1])-len(t.names[n-1]) < 2+len(name) {
		t.names = append(t.names, make([]byte, 0, chunkSize))
		n++
	}
	chunk := &t.names[n-1]
	at := uint32((n-1)*chunkSize + len(*chunk))
	*chunk = append(binary.NativeEndian.AppendUint16(*chunk, uint16(len(name))), name...)
	return at
}

// get finds an entry; nil: none.
func (t *tree) get(p string) *entry {
	dir, name, ok := cutLast(p)
	if !ok {
		return nil
	}
	f := t.folder(dir, false)
	if f == nil {
		return nil
	}
	if i, found := t.find(f, name); found {
		return f.entries[i]
	}
	return nil
}

// put holds an entry under a path, in place of the one that it has.
func (t *tree) put(p string, e *entry) {
	dir, name, _ := cutLast(p)
	f := t.folder(dir, true)
	i, found := t.find(f, name)
	if found {
		e.name = f.entries[i].name
		f.entries[i] = e
		return
	}
	e.name = t.keep(name)
	f.entries = slices.Insert(f.entries, i, e)
}

// cutLast splits a path before its last element; ok is false for what is none.
func cutLast(p string) (dir, name string, ok bool) {
	if !strings.HasPrefix(p, "/") {
		return "", "", false
	}
	i := strings.LastIndexByte(p, '/')
	return p[:i], p[i+1:], true
}

// find is where the entry of a name is, or would be. Mostly names come in their order.
func (t *tree) find(f *folder, name string) (at int, found bool) {
	n := len(f.entries)
	if n == 0 || string(t.name(f.entries[n-1])) < name {
		return n, false
	}
	return slices.BinarySearchFunc(f.entries, name, func(e *entry, name string) int {
		switch have := t.name(e); {
		case string(have) < name:
			return -1
		case string(have) > name:
			return 1
		}
		return 0
	})
}

// folder finds a folder, "" for the root; nil when there is none and it is not to be made.
func (t *tree) folder(dir string, make bool) *folder {
	if t.last != nil && t.lastDir == dir {
		return t.last
	}
	f := &t.root
	for rest := dir; rest != ""; {
		name := rest[1:]
		rest = ""
		if i := strings.IndexByte(name, '/'); i >= 0 {
			name, rest = name[:i], name[i:]
		}
		i, found := f.find(name)
		if !found {
			if !make {
				return nil
			}
			f.folders = slices.Insert(f.folders, i, &folder{name: strings.Clone(name)})
		}
		f = f.folders[i]
	}
	t.last, t.lastDir = f, dir
	return f
}

// find is where a folder in this one is, or would be.
func (f *folder) find(name string) (at int, found bool) {
	return slices.BinarySearchFunc(f.folders, name, func(have *folder, name string) int { return slashed(have.name, name) })
}

// forget takes back all that lies below a path.
func (t *tree) forget(p string) {
	dir, name, _ := cutLast(p)
	f := t.folder(dir, false)
	if f == nil {
		return
	}
	if i, found := f.find(name); found {
		f.folders = slices.Delete(f.folders, i, i+1)
	}
	t.last = nil
}

// slashed compares names as they stand in front of what lies below them: "a-b/" comes before "a/".
func slashed(a, b string) int {
	n := min(len(a), len(b))
	if c := strings.Compare(a[:n], b[:n]); c != 0 || len(a) == len(b) {
		return c
	}
	if len(a) < len(b) {
		return int('/') - int(b[n])
	}
	return int(a[n]) - int('/')
}

// spot is an entry with its place.
type spot struct {
	*entry
	dir  string // of its folder, "" for the root
	name []byte
}

func (s spot) path() string { return s.dir + "/" + string(s.name) }

// each goes through all entries, sorted by path bytes. Entries may be changed meanwhile, not added.
func (t *tree) each() iter.Seq[spot] {
	return func(yield func(spot) bool) { t.below(&t.root, "", yield) }
}

// in goes through what lies below a folder.
func (t *tree) in(dir string) iter.Seq[spot] {
	dir = strings.TrimSuffix(dir, "/")
	return func(yield func(spot) bool) {
		if f := t.folder(dir, false); f != nil {
			t.below(f, dir, yield)
		}
	}
}

func (t *tree) below(f *folder, dir string, do func(spot) bool) bool {
	folders := f.folders
	for _, e := range f.entries {
		name := t.name(e)
		for len(folders) > 0 && !before(name, folders[0].name) {
			if !t.below(folders[0], dir+"/"+folders[0].name, do) {
				return false
			}
			folders = folders[1:]
		}
		if !do(spot{e, dir, name}) {
			return false
		}
	}
	for _, sub := range folders {
		if !t.below(sub, dir+"/"+sub.name, do) {
			return false
		}
	}
	return true
}

// before reports whether a name comes before all that lies in the folder: before its name with a slash.
func before(name []byte, folder string) bool {
	n := min(len(name), len(folder))
	if c := bytes.Compare(name[:n], []byte(folder[:n])); c != 0 || len(name) <= len(folder) {
		return c <= 0
	}
	return name[n] < '/'
}
