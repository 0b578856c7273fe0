package containerize

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"a2c/containerize/layer"
	"a2c/internal/term"
	"a2c/model"
)

// heavy is a file or folder of the plan with what it holds.
type heavy struct {
	path   model.Path
	bytes  int64
	files  int // 1: a file, unless folder
	folder bool
	most   int64 // of the heaviest thing right in the folder
}

func (h heavy) String() string {
	if h.folder {
		return fmt.Sprintf("the folder %s (%s in %d files)", h.path, term.Size(h.bytes), h.files)
	}
	return fmt.Sprintf("the file %s (%s)", h.path, term.Size(h.bytes))
}

// heaviest says in words which files and folders take the most room; "" when none stands out. The runtime is left aside: nobody can do without.
func (p *plan) heaviest() string {
	const shown = 3
	list, whole := p.weighed()
	var chosen []heavy
	for _, h := range list {
		apart := !slices.ContainsFunc(chosen, func(c heavy) bool {
			return within(h.path, []model.Path{c.path}) || within(c.path, []model.Path{h.path})
		})
		if h.bytes > 0 && apart && len(chosen) < shown && h.bytes >= whole/20 {
			chosen = append(chosen, h)
		}
	}
	words := make([]string, 0, len(chosen))
	for _, h := range chosen {
		words = append(words, h.String())
	}
	switch n := len(words); n {
	case 0:
		return ""
	case 1:
		return "most of it is " + words[0]
	default:
		return "most of it are " + strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
}

// weighed lists files, and folders that hold nothing that weighs almost as much as they do themselves, the heaviest first.
func (p *plan) weighed() (list []heavy, whole int64) {
	folders := map[string]*heavy{}
	for _, it := range p.items {
		if it.Kind != layer.File {
			continue
		}
		whole += it.Size
		if ofRuntime(it.name) {
			continue
		}
		list = append(list, heavy{path: it.Path, bytes: it.Size, files: 1})
		for dir := path.Dir(string(it.Path)); dir != "/"; dir = path.Dir(dir) {
			h := folders[dir]
			if h == nil {
				h = &heavy{path: model.Path(dir), folder: true}
				folders[dir] = h
			}
			h.bytes += it.Size
			h.files++
		}
	}
	for _, h := range list {
		note(folders, h)
	}
	for _, h := range folders {
		note(folders, *h)
	}
	for _, h := range folders {
		if h.most < h.bytes/10*8 {
			list = append(list, *h)
		}
	}
	slices.SortFunc(list, func(a, b heavy) int { return cmp.Or(cmp.Compare(b.bytes, a.bytes), cmp.Compare(a.path, b.path)) })
	return list, whole
}

// note tells a folder what lies in it.
func note(folders map[string]*heavy, h heavy) {
	if up := folders[path.Dir(string(h.path))]; up != nil {
		up.most = max(up.most, h.bytes)
	}
}
