package containerize

import (
	"fmt"
	"slices"

	"a2c/model"
	"a2c/parse"
)

// grant puts what an access control list alone lets the application's user do into the permission bits, by way of the file's group: container engines
// restore no list (system.posix_acl_access), and without it the application could not read what it reads now. It reports whether that was needed.
func (p *plan) grant(it *item, attr []byte) bool {
	u := p.user
	list, err := parse.ReadACL(attr)
	if err != nil || u.UID == 0 || it.UID == u.UID || it.Mode&0o2000 != 0 {
		return false
	}
	without := it.Mode & 7
	if it.GID == u.GID || slices.Contains(u.Groups, it.GID) {
		without = it.Mode >> 3 & 7
	}
	given := listed(list, u)
	if given&^without == 0 {
		return false
	}
	it.host = &owned{it.Mode, it.UID, it.GID}
	before := fmt.Sprintf("%d:%d %04o", it.UID, it.GID, it.Mode)
	it.GID, it.Mode = u.GID, it.Mode&^0o070|given<<3
	p.changes = append(p.changes, model.Change{
		Kind: "file", Target: it.Path.String(), Before: before, After: fmt.Sprintf("%d:%d %04o", it.UID, it.GID, it.Mode),
		Reason: fmt.Sprintf("only its access control list lets user %d of the application use it, and container engines do not restore lists", u.UID),
	})
	return true
}

// listed is what a list gives a user by name, or by one of the groups that it names (acl(5)).
func listed(list []parse.ACLEntry, u model.User) uint32 {
	mask, groups := uint32(7), uint32(0)
	for _, e := range list {
		if e.Tag == parse.ACLMask {
			mask = uint32(e.Perm)
		}
	}
	for _, e := range list {
		switch {
		case e.Tag == parse.ACLUser && e.ID == u.UID:
			return uint32(e.Perm) & mask
		case e.Tag == parse.ACLGroup && (e.ID == u.GID || slices.Contains(u.Groups, e.ID)):
			groups |= uint32(e.Perm)
		}
	}
	return groups & mask
}
