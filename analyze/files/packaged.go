package files

import (
	"maps"

	"a2c/analyze/config"
	"a2c/inventory/host"
	"a2c/model"
)

// SetPackages notes the packages that paths belong to.
func (s *Set) SetPackages(owners map[string]string) { s.packages = owners }

// Packages are those of which a file or link is in.
func (s *Set) Packages() map[string]bool {
	labels := map[string]bool{}
	for p, label := range s.packages {
		if e := s.entries.get(p); e != nil && s.said(e).decision == model.In && e.fileType != host.Dir {
			labels[label] = true
		}
	}
	return labels
}

// Known returns what reports whether something was decided on a path, on something below it, or on a folder above it that is left out with all that
// it holds; a folder of everybody is known too.
func (s *Set) Known() func(name string) bool {
	return func(name string) bool {
		if s.entries.folder(name, false) != nil || s.entries.get(name) != nil || config.Shared(name) && parent(name) != "/usr/share/doc" {
			return true
		}
		for dir := parent(name); dir != ""; dir = parent(dir) {
			if e := s.entries.get(dir); e != nil {
				return s.said(e).decision != model.In
			}
		}
		return false
	}
}

// NotNeeded leaves out what packages of which other files are in have besides: path to package. No source of knowledge came to it.
func (s *Set) NotNeeded(rest map[string]string) {
	for p, label := range rest {
		s.Decide(p, model.Out, "package: of "+label+", of which other files are in; nothing that was seen or is known needs it", false)
	}
	if s.packages == nil {
		s.packages = map[string]string{}
	}
	maps.Copy(s.packages, rest)
}
