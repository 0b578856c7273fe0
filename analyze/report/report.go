// Package report sums up the list of an application's files: where the bytes are and why, and how two lists differ.
package report

import (
	"cmp"
	"iter"
	"path"
	"slices"
	"strings"

	"a2c/model"
)

// Sum is a number of files with their size. A hard link counts as a file without a size of its own.
type Sum struct {
	Name  string `json:"name"`
	Files int    `json:"files"`
	Bytes int64  `json:"bytes"`
}

// Summary is what a list of files holds. Each list descends by size, then ascends by name.
type Summary struct {
	Decisions []Sum        `json:"decisions"` // in, out, state, empty
	Layers    []Sum        `json:"layers"`    // of what is in
	Groups    []Sum        `json:"groups"`    // of what is in: runtime, libraries, server, dependencies, application, configuration
	Reasons   []Sum        `json:"reasons"`   // of what is in: the first word of the first reason; "layout", "config", "open", "elf"
	Folders   []Sum        `json:"folders"`   // of what is in: those that hold most, with all below
	Largest   []model.File `json:"largest"`   // of what is in
}

// Summarize reads a list once; it keeps the sums and the top largest of files and folders. The error is the list's.
func Summarize(files iter.Seq2[model.File, error], top int) (Summary, error) {
	s := sums{decisions: map[string]*Sum{}, layers: map[string]*Sum{}, groups: map[string]*Sum{}, reasons: map[string]*Sum{}, folders: map[string]*Sum{}}
	var largest []model.File
	for f, err := range files {
		if err != nil {
			return Summary{}, err
		}
		s.add(f)
		if f.Decision == model.In && f.Type == "file" && f.HardLink == "" {
			largest = append(largest, f)
			if len(largest) >= 2*top+64 { // now and then, so that the list stays short
				largest = biggest(largest, top)
			}
		}
	}
	return Summary{ordered(s.decisions), ordered(s.layers), ordered(s.groups), ordered(s.reasons), s.telling(top), biggest(largest, top)}, nil
}

type sums struct{ decisions, layers, groups, reasons, folders map[string]*Sum }

func (s *sums) add(f model.File) {
	if f.Type == "dir" {
		return // it is counted by what is in it
	}
	size := f.Size
	if f.HardLink != "" {
		size = 0
	}
	count(s.decisions, f.Decision, size)
	if f.Decision != model.In {
		return
	}
	count(s.layers, f.Layer, size)
	if f.Group != "" { // a kept list may be older than groups
		count(s.groups, f.Group, size)
	}
	count(s.reasons, Reason(f), size)
	for dir := path.Dir(string(f.Path)); ; dir = path.Dir(dir) {
		count(s.folders, dir, size)
		if len(dir) <= 1 {
			return
		}
	}
}

// Reason is the first word of the first reason: the source of knowledge that led to the file.
func Reason(f model.File) string {
	if len(f.Reasons) == 0 {
		return ""
	}
	word, _, _ := strings.Cut(f.Reasons[0], ":")
	return word
}

func count(m map[string]*Sum, name string, size int64) {
	s := m[name]
	if s == nil {
		s = &Sum{Name: name}
		m[name] = s
	}
	s.Files++
	s.Bytes += size
}

func ordered(m map[string]*Sum) []Sum {
	list := make([]Sum, 0, len(m))
	for _, s := range m {
		list = append(list, *s)
	}
	slices.SortFunc(list, func(a, b Sum) int { return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(a.Name, b.Name)) })
	return list
}

// telling are the largest folders that say something: one that holds little more than a single folder in it is left out.
func (s *sums) telling(top int) []Sum {
	child := map[string]int64{} // of each folder, the largest in it
	for name, f := range s.folders {
		if name != "/" {
			child[path.Dir(name)] = max(child[path.Dir(name)], f.Bytes)
		}
	}
	list := slices.DeleteFunc(ordered(s.folders), func(f Sum) bool { return f.Bytes == 0 || child[f.Name] > f.Bytes-f.Bytes/10 })
	return list[:min(top, len(list))]
}

func biggest(files []model.File, top int) []model.File {
	slices.SortFunc(files, func(a, b model.File) int { return cmp.Or(cmp.Compare(b.Size, a.Size), cmp.Compare(a.Path, b.Path)) })
	return append([]model.File{}, files[:min(top, len(files))]...)
}

// Difference is a path on which two lists differ.
type Difference struct {
	Path   model.Path  `json:"path"`
	Before *model.File `json:"before,omitempty"` // nil: only the second list knows it
	After  *model.File `json:"after,omitempty"`  // nil: only the first list knows it
}

// Diff compares two lists that ascend by path. Times, and reasons of what is decided alike, are no difference. The error is a list's.
func Diff(before, after iter.Seq2[model.File, error]) ([]Difference, error) {
	nextA, stopA := iter.Pull2(before)
	defer stopA()
	nextB, stopB := iter.Pull2(after)
	defer stopB()
	list := []Difference{}
	a, errA, moreA := nextA()
	b, errB, moreB := nextB()
	for moreA || moreB {
		if err := cmp.Or(errA, errB); err != nil {
			return nil, err
		}
		side := cmp.Compare(a.Path, b.Path)
		switch {
		case !moreB || moreA && side < 0:
			list = append(list, Difference{Path: a.Path, Before: new(a)})
			a, errA, moreA = nextA()
			continue
		case !moreA || side > 0:
			list = append(list, Difference{Path: b.Path, After: new(b)})
			b, errB, moreB = nextB()
			continue
		case !alike(a, b):
			list = append(list, Difference{a.Path, new(a), new(b)})
		}
		a, errA, moreA = nextA()
		b, errB, moreB = nextB()
	}
	return list, nil
}

func alike(a, b model.File) bool {
	return a.Type == b.Type && a.Decision == b.Decision && a.Layer == b.Layer && a.Size == b.Size && a.Mode == b.Mode && a.UID == b.UID && a.GID == b.GID && a.Target == b.Target
}
