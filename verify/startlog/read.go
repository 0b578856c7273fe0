package startlog

import (
	"io"
	"strings"

	"a2c/inventory/host"
)

// part is how much is read of a log, at its beginning and at its end.
const part = 2 << 20

// Read returns the lines at the beginning and at the end of a log, which may be cut between.
func Read(t host.Tree, name string) ([]string, error) {
	f, err := t.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head, err := io.ReadAll(io.LimitReader(f, part))
	if err != nil {
		return nil, err
	}
	lines := strings.Split(string(head), "\n")
	if size := f.Info().Size; size > part {
		tail, err := io.ReadAll(io.NewSectionReader(f, max(part, size-part), part))
		if err != nil {
			return nil, err
		}
		lines = append(lines[:len(lines)-1], strings.Split(string(tail), "\n")...)
	}
	return lines, nil
}
