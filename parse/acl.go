package parse

import (
	"encoding/binary"
	"errors"
)

// ACLTag says whom an entry of an access control list is for (linux/posix_acl.h).
type ACLTag uint16

// The tags that a decision needs; those of the owner and of all others repeat the file's mode.
const (
	ACLUser     ACLTag = 0x02 // the user ID
	ACLGroupObj ACLTag = 0x04 // the file's group
	ACLGroup    ACLTag = 0x08 // the group ID
	ACLMask     ACLTag = 0x10 // the most that the three above get
)

// ACLEntry is one entry of an access control list.
type ACLEntry struct {
	Tag  ACLTag
	Perm uint16 // 4 read, 2 write, 1 execute
	ID   int    // for ACLUser and ACLGroup
}

var errACL = errors.New("no POSIX access control list of version 2")

// ReadACL reads the extended attribute system.posix_acl_access (acl(5), linux/posix_acl_xattr.h): a version and entries of eight bytes, little endian.
func ReadACL(data []byte) ([]ACLEntry, error) {
	const version, entry = 2, 8
	if len(data) < 4 || binary.LittleEndian.Uint32(data) != version || (len(data)-4)%entry != 0 {
		return nil, errACL
	}
	var out []ACLEntry
	for data = data[4:]; len(data) > 0; data = data[entry:] {
		out = append(out, ACLEntry{
			Tag:  ACLTag(binary.LittleEndian.Uint16(data)),
			Perm: binary.LittleEndian.Uint16(data[2:]),
			ID:   int(binary.LittleEndian.Uint32(data[4:])),
		})
	}
	return out, nil
}
