// Package layer makes what a builder returned exactly what the plan says, and publishes it: OCI layout, archive, registry.
package layer

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"a2c/model"
)

// Epoch is the time of every entry and of the image itself. The times of the sources are left out on purpose: a `touch`, another
// checkout or another day must not change the digest. It lies after 1 January 1980 in every time zone, since zip files (jar, war)
// cannot say an earlier time. Equal times keep working what compares them: Tomcat's expanded wars and compiled JSPs.
func Epoch() time.Time { return time.Date(1980, 1, 2, 0, 0, 0, 0, time.UTC) }

// Kind of an entry.
type Kind byte

// Kinds, by the letter that ls -l shows; HardLink is tar's.
const (
	File     Kind = '-'
	Dir      Kind = 'd'
	Symlink  Kind = 'l'
	HardLink Kind = 'h'
)

// Entry is one path of a layer as its tar header will say it.
type Entry struct {
	Path   model.Path
	Kind   Kind
	Mode   uint32 // 0o7777
	UID    int
	GID    int
	Size   int64             // bytes, of a File
	Sum    Sum               // of a File's content
	Target model.Path        // of a Symlink as stored; of a HardLink the path of its first name, in the same layer
	Xattrs map[string][]byte // security.capability and user.*: what image tools restore
}

// Sum is the SHA-256 of content; the zero one says that it is not known.
type Sum [sha256.Size]byte

// MarshalText gives hexadecimal digits.
func (s Sum) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, s[:]), nil }

// UnmarshalText reads what MarshalText writes.
func (s *Sum) UnmarshalText(text []byte) error {
	sum, err := hex.DecodeString(string(text))
	if err != nil || len(sum) != len(s) {
		return fmt.Errorf("%q is no SHA-256", text)
	}
	*s = Sum(sum)
	return nil
}

// Layer is one layer of the image; entries are sorted by path bytes, every ancestor folder is among them.
type Layer struct {
	Name    string // "runtime": model.GroupRuntime and what follows
	Entries []Entry
	From    string // digest of all that decides about its bytes, content included; "": not known
}

// Bytes sums up the files' content.
func (l Layer) Bytes() int64 {
	var n int64
	for _, e := range l.Entries {
		n += e.Size
	}
	return n
}

// Blocks sums up what the files take where a builder copies them, in bytes: COPY makes a file of its own of each hard link.
func (l Layer) Blocks() int64 {
	const block = 4096
	sizes := map[model.Path]int64{}
	var n int64
	for _, e := range l.Entries {
		size := e.Size
		if e.Kind == HardLink {
			size = sizes[e.Target]
		}
		sizes[e.Path] = size
		n += (size + block - 1) / block * block
	}
	return n
}

// Files counts regular files.
func (l Layer) Files() int {
	n := 0
	for _, e := range l.Entries {
		if e.Kind == File || e.Kind == HardLink {
			n++
		}
	}
	return n
}

// Plan is every layer that a2c makes, from what changes least to what changes most.
type Plan []Layer

// Check reports what would make the plan impossible: unsorted or repeated paths, a link to a name that does not come before it,
// an entry below something that is no folder.
func (p Plan) Check() error {
	for _, l := range p {
		kinds := make(map[model.Path]Kind, len(l.Entries))
		if !slices.IsSortedFunc(l.Entries, func(a, b Entry) int { return cmp.Compare(a.Path, b.Path) }) {
			return fmt.Errorf("layer %s: entries are not sorted", l.Name)
		}
		for _, e := range l.Entries {
			if _, twice := kinds[e.Path]; twice {
				return fmt.Errorf("layer %s: %s is planned twice", l.Name, e.Path)
			}
			if up := parent(e.Path); e.Path != "/" && kinds[up] != Dir {
				return fmt.Errorf("layer %s: %s lies in %s, which is no folder of the layer", l.Name, e.Path, up)
			}
			if e.Kind == HardLink && kinds[e.Target] != File {
				return fmt.Errorf("layer %s: %s links to %s, which is no file before it", l.Name, e.Path, e.Target)
			}
			kinds[e.Path] = e.Kind
		}
	}
	return nil
}

func parent(p model.Path) model.Path {
	i := strings.LastIndexByte(string(p), '/')
	if i <= 0 {
		return "/"
	}
	return p[:i]
}
