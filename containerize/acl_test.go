package containerize

import (
	"encoding/binary"
	"testing"

	"a2c/containerize/layer"
	"a2c/model"
)

// acl is an access control list as the kernel stores it (linux/posix_acl_xattr.h): tag, rights and ID of each entry.
func acl(entries ...[3]uint32) []byte {
	b := binary.LittleEndian.AppendUint32(nil, 2)
	for _, e := range entries {
		b = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(b, uint16(e[0])), uint16(e[1])), e[2])
	}
	return b
}

func TestGrant(t *testing.T) {
	const user, group, mask = 2, 8, 16
	for name, tt := range map[string]struct {
		list     []byte
		mode     uint32
		uid, gid int
		want     uint32 // mode; 0: it stays
	}{
		"by_name":           {acl([3]uint32{user, 4, 1000}, [3]uint32{mask, 4, 0}), 0o640, 0, 0, 0o640},
		"by_group":          {acl([3]uint32{group, 5, 1002}, [3]uint32{mask, 7, 0}), 0o770, 0, 0, 0o750},
		"masked":            {acl([3]uint32{user, 6, 1000}, [3]uint32{mask, 4, 0}), 0o640, 0, 0, 0o640},
		"masked_away":       {acl([3]uint32{user, 6, 1000}, [3]uint32{mask, 0, 0}), 0o600, 0, 0, 0},
		"of_another":        {acl([3]uint32{user, 6, 1005}, [3]uint32{mask, 6, 0}), 0o660, 0, 0, 0},
		"own_file":          {acl([3]uint32{user, 6, 1000}, [3]uint32{mask, 6, 0}), 0o660, 1000, 0, 0},
		"own_group":         {acl([3]uint32{user, 4, 1000}, [3]uint32{mask, 4, 0}), 0o640, 0, 1001, 0},
		"readable_anyway":   {acl([3]uint32{user, 4, 1000}, [3]uint32{mask, 4, 0}), 0o644, 0, 0, 0},
		"setgid_means_more": {acl([3]uint32{user, 5, 1000}, [3]uint32{mask, 5, 0}), 0o2750, 0, 0, 0},
		"no_list":           {nil, 0o640, 0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			p := &plan{user: model.User{UID: 1000, GID: 1001, Groups: []int{1002}}}
			it := &item{Entry: layer.Entry{Path: "/x", Mode: tt.mode, UID: tt.uid, GID: tt.gid}}
			changed := p.grant(it, tt.list)
			if changed != (tt.want != 0) || len(p.changes) > 0 != changed {
				t.Fatalf("changed: %v, %+v", changed, p.changes)
			}
			want := owned{tt.mode, tt.uid, tt.gid}
			if changed {
				if *it.host != want {
					t.Errorf("on the host %+v, want %+v", *it.host, want)
				}
				want = owned{tt.want, tt.uid, 1001}
			}
			if got := (owned{it.Mode, it.UID, it.GID}); got != want {
				t.Errorf("%+v, want %+v", got, want)
			}
		})
	}
}
