package host

import (
	"archive/zip"
	"bytes"
	"fmt"
	"maps"
	"strings"
)

// zipNode is an archive that is being put together: its entries in the fixture's order.
type zipNode struct {
	at      attrs
	entries []*zipEntry
}

type zipEntry struct {
	name string
	data []byte
	zip  *zipNode // an archive in the archive
}

// zipEntry adds an entry; entry may itself lead into an inner archive by "!/".
func (l *loader) zipEntry(outer, entry string, data []byte, at attrs) error {
	z := l.zips[outer]
	if z == nil {
		z = &zipNode{at: attrs{}}
		l.zips[outer] = z
	}
	maps.Copy(z.at, at) // the attributes of any entry's line are the archive's
	for {
		inner, rest, nested := strings.Cut(entry, "!/")
		if !nested {
			z.entries = append(z.entries, &zipEntry{name: entry, data: data})
			return nil
		}
		z, entry = z.inner(inner), rest
	}
}

func (z *zipNode) inner(name string) *zipNode {
	for _, e := range z.entries {
		if e.name == name && e.zip != nil {
			return e.zip
		}
	}
	e := &zipEntry{name: name, zip: &zipNode{}}
	z.entries = append(z.entries, e)
	return e.zip
}

func (l *loader) packAll() error {
	for name, z := range l.zips {
		data, err := z.pack()
		if err != nil {
			return fmt.Errorf("pack %s: %w", name, err)
		}
		n := &node{info: Info{Type: Regular, Mode: 0o644, Nlink: 1}, data: data}
		if err := l.put(name, n, z.at); err != nil {
			return err
		}
	}
	return nil
}

// pack writes the archive: texts deflated, inner archives stored, as Spring Boot wants them; no times, so the same fixture gives the same bytes.
func (z *zipNode) pack() ([]byte, error) {
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, e := range z.entries {
		method, data := zip.Deflate, e.data
		if e.zip != nil {
			var err error
			if data, err = e.zip.pack(); err != nil {
				return nil, err
			}
			method = zip.Store
		}
		out, err := w.CreateHeader(&zip.FileHeader{Name: e.name, Method: method})
		if err != nil {
			return nil, err
		}
		if _, err := out.Write(data); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return buf.Bytes(), err
}
