package subject

import (
	"path"
	"slices"

	"a2c/inventory/host"
	"a2c/model"
)

// Reaches reports whether the application's user may read a path by its permission bits (path_resolution(7)): every folder on the way can be
// searched. What it cannot reach does not belong to it, whoever names it. Access control lists are not looked at: a path that only one of
// them opens counts as not reached, unless it is open or mapped.
func (s *Subject) Reaches(name string) bool {
	u := s.App.User
	if u.UID == 0 {
		return true
	}
	real, _, err := host.Resolve(s.Root, name)
	if err != nil {
		return false
	}
	for dir := path.Dir(real); dir != "/"; dir = path.Dir(dir) {
		if info, err := s.Root.Lstat(dir); err != nil || !allows(u, info, 1) {
			return false
		}
	}
	info, err := s.Root.Lstat(real)
	return err == nil && allows(u, info, 4)
}

// allows reports whether the permission bits give a user what is asked for: 4 to read, 1 to search.
func allows(u model.User, info host.Info, want uint32) bool {
	switch {
	case info.UID == u.UID:
		want <<= 6
	case info.GID == u.GID || slices.Contains(u.Groups, info.GID):
		want <<= 3
	}
	return info.Mode&want == want
}
