package files

import (
	"math"
	"slices"
	"strings"
	"time"

	"a2c/inventory/host"
)

// entry is what is known of one path. A million of them are held at once, so it is small: the word on a path, which most files of a tree share, is held
// once for all of them.
type entry struct {
	*word
	target   string // of a link
	size     int64
	sec      int64 // of the last change of its content, since 1970
	nsec     uint32
	mode     uint32
	uid, gid uint32
	nlink    uint32
	dev, ino uint64
	fileType host.Type
	walked   bool // a folder whose content was looked through
}

// word is a decision with the layer and the reasons. It is shared and never changed.
type word struct {
	decision string
	layer    string
	reasons  []string
}

// words are those in use, by what they say.
type words map[string]*word

// of returns the one word that says this.
func (w words) of(decision, layer string, reasons []string) *word {
	key := decision + "\x00" + layer + "\x00" + strings.Join(reasons, "\x00")
	one := w[key]
	if one == nil {
		one = &word{decision, layer, slices.Clip(reasons)}
		w[key] = one
	}
	return one
}

// because is the word with one more reason. One that only explains the way to other paths gives way to any other.
func (w words) because(o *word, reason string) *word {
	switch {
	case reason == "" || slices.Contains(o.reasons, reason) || len(o.reasons) > 0 && secondary(reason):
		return o
	case len(o.reasons) == 1 && secondary(o.reasons[0]):
		return w.of(o.decision, o.layer, []string{reason})
	}
	return w.of(o.decision, o.layer, append(slices.Clone(o.reasons), reason))
}

// secondary reasons say nothing that a path with another reason needs.
func secondary(reason string) bool {
	return strings.HasPrefix(reason, "parent: ") || strings.HasPrefix(reason, "link: ")
}

// stat is what was seen of the file: all of host.Info but the blocks and the device number.
func (e *entry) stat() host.Info {
	return host.Info{
		Type: e.fileType, Mode: e.mode, UID: int(e.uid), GID: int(e.gid), Size: e.size, MTime: time.Unix(e.sec, int64(e.nsec)),
		Dev: e.dev, Ino: e.ino, Nlink: uint64(e.nlink),
	}
}

// seen notes what was seen of the file.
func (e *entry) seen(i host.Info) {
	e.fileType, e.mode, e.uid, e.gid, e.size = i.Type, i.Mode, uint32(i.UID), uint32(i.GID), i.Size
	e.sec, e.nsec, e.dev, e.ino, e.nlink = i.MTime.Unix(), uint32(i.MTime.Nanosecond()), i.Dev, i.Ino, uint32(min(i.Nlink, math.MaxUint32))
}
