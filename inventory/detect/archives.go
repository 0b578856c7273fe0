package detect

import (
	"a2c/inventory/host"
	"a2c/parse"
)

// Bounds of the archives of a process that stay open while the detectors look at it, most of them into the same one: how many, and how many entries they
// have together, of which each takes some 230 bytes.
const (
	maxKept        = 4
	maxKeptEntries = 50_000
)

// jar opens an archive; close must be called when err is nil.
func (v *view) jar(name string) (j *parse.Jar, closeJar func(), err error) {
	if j, ok := v.kept[name]; ok {
		return j, func() {}, nil
	}
	f, err := v.open(name)
	if err != nil {
		return nil, nil, err
	}
	j, err = parse.OpenJar(f, f.Info().Size)
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	if len(v.kept) == maxKept || len(v.kept) > 0 && v.keptEntries+j.Len() > maxKeptEntries {
		return j, func() { f.Close() }, nil
	}
	if v.kept == nil {
		v.kept = map[string]*parse.Jar{}
	}
	v.kept[name] = j
	v.keptEntries += j.Len()
	v.close = append(v.close, f.Close)
	return j, func() {}, nil
}

// release closes the archives that were kept open; nil has none.
func (v *view) release() {
	if v == nil {
		return
	}
	for _, closeFile := range v.close {
		_ = closeFile() // it was only read
	}
	v.kept, v.keptEntries, v.close = nil, 0, nil
}

// release is the end of the look at a group's processes.
func (vs views) release(g host.Group) {
	vs[g.Main].release()
	for _, p := range g.Children {
		vs[p].release()
	}
}
