package subject

import (
	"path"
	"slices"

	"golang.org/x/sys/unix"

	"a2c/inventory/host"
	"a2c/parse"
)

// Rights to a file, as in its permission bits.
const (
	Search = 1 // of a folder
	Read   = 4
)

// Reaches reports whether the application's user may read a path (path_resolution(7)): every folder on the way can be searched. What it
// cannot reach does not belong to it, whoever names it.
func (s *Subject) Reaches(name string) bool {
	real, _, err := host.Resolve(s.Root, name)
	if err != nil {
		return false
	}
	for dir := path.Dir(real); dir != "/"; dir = path.Dir(dir) {
		if info, err := s.Root.Lstat(dir); err != nil || !s.Allows(dir, info, Search) {
			return false
		}
	}
	info, err := s.Root.Lstat(real)
	return err == nil && s.Allows(real, info, Read)
}

// Allows reports whether the application's user has a right to a file or folder of its own: as root or by a capability (capabilities(7)), by
// permission bits, or by an access control list (acl(5)).
func (s *Subject) Allows(name string, info host.Info, want uint32) bool {
	const override = 1<<unix.CAP_DAC_OVERRIDE | 1<<unix.CAP_DAC_READ_SEARCH
	u := s.App.User
	if u.UID == 0 || s.Main != nil && s.Main.Status.CapEff&override != 0 {
		return true
	}
	member := func(gid int) bool { return gid == u.GID || slices.Contains(u.Groups, gid) }
	switch {
	case info.UID == u.UID:
		return info.Mode>>6&want == want
	case info.Mode&0o070 != 0: // with a list, these bits are its mask: without any, the list gives nothing
		if attrs, err := s.nearRoot().Xattrs(name); err == nil {
			if list, err := parse.ReadACL(attrs["system.posix_acl_access"]); err == nil {
				return listAllows(list, u.UID, member, info, want)
			}
		}
	}
	if member(info.GID) {
		return info.Mode>>3&want == want
	}
	return info.Mode&want == want
}

// listAllows is the access check of acl(5) for one who does not own the file.
func listAllows(list []parse.ACLEntry, uid int, member func(gid int) bool, info host.Info, want uint32) bool {
	mask := uint32(7)
	for _, e := range list {
		if e.Tag == parse.ACLMask {
			mask = uint32(e.Perm)
		}
	}
	grouped := false
	for _, e := range list {
		granted := uint32(e.Perm)&mask&want == want
		switch {
		case e.Tag == parse.ACLUser && e.ID == uid:
			return granted
		case e.Tag == parse.ACLGroupObj && member(info.GID), e.Tag == parse.ACLGroup && member(e.ID):
			if granted {
				return true
			}
			grouped = true
		}
	}
	return !grouped && info.Mode&want == want
}

// nearRoot is Root for looks at one name after the other of a folder.
func (s *Subject) nearRoot() host.Tree {
	if s.near == nil {
		s.near = host.Near(s.Root)
	}
	return s.near
}

// MountOf is the mount that a path lies on: the longest mount point, of equal ones the last, which lies on top. nil: none.
func MountOf(mounts []parse.Mount, name string) *parse.Mount {
	var best *parse.Mount
	for i := range mounts {
		if m := &mounts[i]; Under(name, m.Point) && (best == nil || len(m.Point) >= len(best.Point)) {
			best = m
		}
	}
	return best
}
