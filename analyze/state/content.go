package state

import (
	"errors"
	"io"
	"slices"

	"a2c/model"
	"a2c/parse"
)

// maxHeads is of how many files of one folder the first bytes are read.
const maxHeads = 64

// contents finds out which embedded databases, indexes and queues have files in a folder.
type contents struct {
	heads int
	found []parse.Embedded
	from  []model.Source
}

func (f *finder) content(c *contents, name string) {
	if !parse.MayBeEmbedded(name) || c.heads >= maxHeads {
		return
	}
	c.heads++
	e := parse.EmbeddedKind(name, f.head(name))
	if e.Engine == "" || slices.Contains(c.found, e) {
		return
	}
	c.found = append(c.found, e)
	c.from = append(c.from, model.FromFile(model.Path(name), 0))
}

// head is the beginning of a file; nil when it cannot be read, which measure need not say: it looks at sizes.
func (f *finder) head(name string) []byte {
	file, err := f.s.Root.Open(name)
	if err != nil {
		return nil
	}
	defer file.Close()
	buf := make([]byte, parse.EmbeddedHead)
	n, err := io.ReadFull(file, buf)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return buf[:n]
}

// holds takes what was found into the folder's entry. What the files say is worth more than what the name did.
func (d *contents) holds(dir *model.StateDir) {
	dir.Engines = nil
	for i, e := range d.found {
		dir.Engines = append(dir.Engines, e.Engine)
		dir.Evidence.Add("engines", d.from[i])
		if dir.Kind == "unknown" || dir.Kind == "" {
			dir.Kind = e.Kind
			dir.Evidence.Add("kind", d.from[i])
		}
	}
	slices.Sort(dir.Engines)
}
