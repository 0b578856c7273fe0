package files

import (
	"math"
	"slices"
	"strings"
	"time"

	"a2c/inventory/host"
)

// entry is what is known of one path. A million of them are held at once, so it is small, and has no pointers: what many have in common is held once, in
// tables of the Set.
type entry struct {
	size     int64
	sec      int64 // of the last change of its content, since 1970
	ino      uint64
	nsec     uint32
	nlink    uint32
	name     uint32 // where its name is kept
	word     uint32 // what was decided, of Set.words; 0: nothing
	owner    uint32 // of Set.owners
	dev      uint32 // of Set.devs
	mode     uint16 // 0o7777
	fileType host.Type
	walked   bool // a folder whose content was looked through
}

// owner of a file.
type owner struct{ uid, gid int }

// table holds each value once.
type table[T comparable] struct {
	list  []T
	index map[T]uint32
	last  uint32 // what was asked for last is mostly asked for next
}

func (t *table[T]) of(v T) uint32 {
	if len(t.list) > 0 && t.list[t.last] == v {
		return t.last
	}
	i, known := t.index[v]
	if !known {
		if t.index == nil {
			t.index = map[T]uint32{}
		}
		i = uint32(len(t.list))
		t.list = append(t.list, v)
		t.index[v] = i
	}
	t.last = i
	return i
}

// word is a decision with the layer and the reasons, which most files of a folder share. It is never changed.
type word struct {
	decision string
	layer    string
	reasons  []string
}

// words are those in use. The first says nothing.
type words struct {
	list  []word
	index map[string]uint32 // by what they say
	more  map[addition]uint32
}

// addition is a word to which a reason is added.
type addition struct {
	word   uint32
	reason string
}

func newWords() words {
	return words{list: make([]word, 1), index: map[string]uint32{}, more: map[addition]uint32{}}
}

// of returns the one word that says this.
func (w *words) of(decision, layer string, reasons []string) uint32 {
	key := decision + "\x00" + layer + "\x00" + strings.Join(reasons, "\x00")
	i, known := w.index[key]
	if !known {
		i = uint32(len(w.list))
		w.list = append(w.list, word{decision, layer, slices.Clip(reasons)})
		w.index[key] = i
	}
	return i
}

// because is the word with one more reason. One that only explains the way to other paths gives way to any other.
func (w *words) because(i uint32, reason string) uint32 {
	if next, known := w.more[addition{i, reason}]; known {
		return next
	}
	o, next := w.list[i], i
	switch {
	case reason == "" || slices.Contains(o.reasons, reason) || len(o.reasons) > 0 && secondary(reason):
	case len(o.reasons) == 1 && secondary(o.reasons[0]):
		next = w.of(o.decision, o.layer, []string{reason})
	default:
		next = w.of(o.decision, o.layer, append(slices.Clone(o.reasons), reason))
	}
	w.more[addition{i, reason}] = next
	return next
}

// secondary reasons say nothing that a path with another reason needs.
func secondary(reason string) bool {
	return strings.HasPrefix(reason, "parent: ") || strings.HasPrefix(reason, "link: ")
}

// said is what was decided on an entry, and why.
func (s *Set) said(e *entry) *word { return &s.words.list[e.word] }

// stat is what was seen of the file: all of host.Info but the blocks and the device number.
func (s *Set) stat(e *entry) host.Info {
	o := s.owners.list[e.owner]
	return host.Info{
		Type: e.fileType, Mode: uint32(e.mode), UID: o.uid, GID: o.gid, Size: e.size, MTime: time.Unix(e.sec, int64(e.nsec)),
		Dev: s.devs.list[e.dev], Ino: e.ino, Nlink: uint64(e.nlink),
	}
}

// see notes what was seen of the file.
func (s *Set) see(e *entry, i host.Info) {
	e.fileType, e.mode, e.size, e.ino, e.nlink = i.Type, uint16(i.Mode), i.Size, i.Ino, uint32(min(i.Nlink, math.MaxUint32))
	e.sec, e.nsec = i.MTime.Unix(), uint32(i.MTime.Nanosecond())
	e.owner, e.dev = s.owners.of(owner{i.UID, i.GID}), s.devs.of(i.Dev)
}
