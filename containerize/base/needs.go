package base

import (
	"bytes"
	"debug/elf"
	"fmt"
	"io"
	"slices"
)

// Linkage is what a program or library asks of others.
type Linkage struct {
	Libraries []string            // by the names that the loader looks for (DT_NEEDED)
	Versions  map[string][]string // of a library, the versions of symbols that it must define: "GLIBCXX_3.4.30"
}

// ReadLinkage reads it; it is empty for what is no dynamic ELF file.
func ReadLinkage(r io.ReaderAt) Linkage {
	f, err := elf.NewFile(r)
	if err != nil {
		return Linkage{}
	}
	out := Linkage{Versions: map[string][]string{}}
	if out.Libraries, err = f.ImportedLibraries(); err != nil {
		return Linkage{}
	}
	needs, err := f.DynamicVersionNeeds()
	if err != nil {
		return out // no versions
	}
	for _, n := range needs {
		for _, d := range n.Needs {
			out.Versions[n.Name] = append(out.Versions[n.Name], d.Dep)
		}
	}
	return out
}

// Defines lists the versions of symbols that a library defines; of one without versions nothing.
func Defines(library []byte) ([]string, error) {
	f, err := elf.NewFile(bytes.NewReader(library))
	if err != nil {
		return nil, fmt.Errorf("read library: %w", err)
	}
	defs, err := f.DynamicVersions()
	if err != nil {
		return nil, nil //nolint:nilerr // it has none
	}
	out := make([]string, 0, len(defs))
	for _, d := range defs {
		out = append(out, d.Name)
	}
	slices.Sort(out)
	return out, nil
}
