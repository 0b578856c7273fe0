// Package files decides which files belong to an application, and says why. One file per source of knowledge: layout, open, config,
// elf, runtime; set.go holds what they found.
package files

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"a2c/inventory/host"
	"a2c/model"
)

// maxLinks is how many links the kernel follows before it says ELOOP (path_resolution(7)).
const maxLinks = 40

var errVetoed = errors.New("left out")

// Set is what has been decided so far, by path as the application sees it. A path keeps its first decision; later sources add
// their reasons.
type Set struct {
	tree      host.Tree
	veto      func(name string, info host.Info) (decision, reason string)
	entries   tree
	words     words
	artifact  string
	recovered map[string]*Recovered // files without a name that are in
	owners    table[owner]
	devs      table[uint64]
	targets   map[*entry]string // of links
	packages  map[string]string // that paths belong to
	holds     map[string]bool   // folders with something in them that is named or open
	skips     []model.Skip
	count     int         // of entries, whatever was taken back since
	looked    func(n int) // told the count now and then; nil: nobody is
}

// NewSet is empty. veto is asked for every path before it goes in: a decision other than "" stands against every source.
func NewSet(t host.Tree, veto func(name string, info host.Info) (decision, reason string)) *Set {
	return &Set{tree: host.Near(t), veto: veto, words: newWords(), targets: map[*entry]string{}, holds: map[string]bool{}, recovered: map[string]*Recovered{}}
}

// Include takes one file or folder (without its content) into the image, with every link and folder on the way to it. It returns the
// real path, free of links. Only what exists can be included; errors name what does not.
func (s *Set) Include(name, layer, reason string) (string, host.Info, error) {
	return s.include(name, layer, reason, 0)
}

func (s *Set) include(name, layer, reason string, links int) (string, host.Info, error) {
	cur := ""
	rest := split(name)
	for len(rest) > 0 {
		next := rest[0]
		rest = rest[1:]
		switch next {
		case "", ".":
			continue
		case "..":
			cur = parent(cur)
			continue
		}
		p := cur + "/" + next
		e, err := s.look(p)
		if err != nil {
			return p, host.Info{}, err
		}
		if err := s.put(p, e, layer, wayReason(name, p, reason, e, len(rest) == 0)); err != nil {
			return p, s.stat(e), err
		}
		switch {
		case e.fileType == host.Symlink:
			if links++; links > maxLinks {
				return p, s.stat(e), fmt.Errorf("%s: too many links", model.Path(name))
			}
			rest = append(split(s.targets[e]), rest...)
			if strings.HasPrefix(s.targets[e], "/") {
				cur = ""
			}
		case len(rest) == 0:
			return p, s.stat(e), nil
		case e.fileType != host.Dir:
			return p, s.stat(e), fmt.Errorf("%s is no folder", model.Path(p))
		default:
			cur = p
		}
	}
	if cur == "" {
		cur = "/"
	}
	info, err := s.tree.Lstat(cur)
	return cur, info, err
}

// wayReason words why one part of a path goes in: it is what was asked for, or leads there.
func wayReason(name, p, reason string, e *entry, last bool) string {
	switch {
	case e.fileType == host.Symlink && path.Clean(name) != p:
		return "link: on the way to " + model.Path(path.Clean(name)).String()
	case e.fileType != host.Symlink && !last:
		return "parent: of a path that is in"
	}
	return reason
}

// look finds the entry of a path, or makes one that is not yet part of the set.
func (s *Set) look(p string) (*entry, error) {
	if e := s.entries.get(p); e != nil {
		return e, nil
	}
	info, err := s.tree.Lstat(p)
	if err != nil {
		return nil, err
	}
	target := ""
	if info.Type == host.Symlink {
		if target, err = s.tree.Readlink(p); err != nil {
			return nil, err
		}
	}
	return s.undecided(info, target), nil
}

func (s *Set) undecided(i host.Info, target string) *entry {
	e := s.entries.fresh()
	s.see(e, i)
	if target != "" {
		s.targets[e] = target
	}
	return e
}

// put records an entry with a reason, unless the veto speaks against it.
func (s *Set) put(p string, e *entry, layer, reason string) error {
	if e.word == 0 {
		decision, why := s.veto(p, s.stat(e))
		switch {
		case decision != "":
			e.word = s.words.of(decision, "", nil)
			reason = why
		case e.fileType == host.Regular || e.fileType == host.Dir || e.fileType == host.Symlink:
			e.word = s.words.of(model.In, layer, nil)
		default:
			e.word = s.words.of(model.Out, "", nil)
			reason += "; not taken: a " + typeName(e.fileType)
		}
		s.enter(p, e)
	}
	e.word = s.words.because(e.word, reason)
	if s.said(e).decision != model.In {
		return fmt.Errorf("%s: %w", model.Path(p), errVetoed)
	}
	return nil
}

// often is after how many paths it is told how many there are.
const often = 4096

func (s *Set) enter(p string, e *entry) {
	s.entries.put(p, e)
	if s.count++; s.looked != nil && s.count%often == 0 {
		s.looked(s.count)
	}
}

// Decide records a path with a decision other than in: out, state or empty. The path is real or is resolved; a missing one is nothing to decide.
// What is in already stays in unless force.
func (s *Set) Decide(name, decision, reason string, force bool) {
	e := s.entries.get(name)
	if e == nil {
		info, err := s.tree.Lstat(name)
		if err != nil {
			return
		}
		target := ""
		if info.Type == host.Symlink {
			target, _ = s.tree.Readlink(name)
		}
		e = s.undecided(info, target)
		s.enter(name, e)
	} else if s.said(e).decision == model.In && !force {
		return
	}
	old := s.said(e)
	layer, reasons := old.layer, old.reasons
	if old.decision != decision {
		layer = ""
	}
	if !slices.Contains(reasons, reason) {
		reasons = append(slices.Clone(reasons), reason)
	}
	e.word = s.words.of(decision, layer, reasons)
}

// Has reports whether a path is in the image.
func (s *Set) Has(name string) bool {
	e := s.entries.get(name)
	return e != nil && s.said(e).decision == model.In
}

// Skips are the things that could not be looked at.
func (s *Set) Skips() []model.Skip { return s.skips }

func (s *Set) skip(name string, err error) {
	if errors.Is(err, errVetoed) {
		return
	}
	reason, incomplete := err.Error(), true
	if errors.Is(err, fs.ErrNotExist) {
		reason, incomplete = "vanished or does not exist", false
	}
	s.skips = append(s.skips, model.Skip{What: "file", Path: model.Path(name), Reason: reason, Incomplete: incomplete})
}

// Paths are the regular files that are in, sorted; with layers named only those of these. None may be added meanwhile.
func (s *Set) Paths(layers ...string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for at := range s.regular(layers...) {
			if !yield(at.path()) {
				return
			}
		}
	}
}

// regular is Paths with all that is known of them.
func (s *Set) regular(layers ...string) iter.Seq[spot] {
	return func(yield func(spot) bool) {
		for at := range s.entries.each() {
			if at.fileType != host.Regular {
				continue
			}
			if w := s.said(at.entry); w.decision == model.In && (len(layers) == 0 || slices.Contains(layers, w.layer)) && !yield(at) {
				return
			}
		}
	}
}

// Considered reports whether something was decided on a path.
func (s *Set) Considered(name string) bool { return s.entries.get(name) != nil }

func split(p string) []string { return strings.Split(strings.Trim(p, "/"), "/") }

func parent(p string) string {
	i := strings.LastIndexByte(p, '/')
	if i <= 0 {
		return ""
	}
	return p[:i]
}

func typeName(t host.Type) string {
	switch t {
	case host.Fifo:
		return "named pipe"
	case host.Socket:
		return "socket"
	case host.Char, host.Block:
		return "device"
	}
	return "special file"
}

// Owners lists the user and group IDs of everything that is in, empty or state, sorted.
func (s *Set) Owners() (uids, gids []int) {
	u, g := map[int]bool{}, map[int]bool{}
	used := make([]bool, len(s.owners.list))
	for at := range s.entries.each() {
		if !used[at.owner] && s.said(at.entry).decision != model.Out {
			used[at.owner] = true
			u[s.owners.list[at.owner].uid], g[s.owners.list[at.owner].gid] = true, true
		}
	}
	return slices.Sorted(maps.Keys(u)), slices.Sorted(maps.Keys(g))
}

// EachIn calls do for every regular file of a layer that has its name, sorted.
func (s *Set) EachIn(layer string, do func(p string, mtime time.Time, uid int, size int64)) {
	for at := range s.regular(layer) {
		info := s.stat(at.entry)
		if s.recovered[at.path()] != nil {
			continue
		}
		do(at.path(), info.MTime, info.UID, info.Size)
	}
}

// Forget takes back what is in at and below a path, and gives the path itself another decision.
func (s *Set) Forget(name, decision, reason string) {
	s.entries.forget(name)
	s.Decide(name, decision, reason, true)
}
