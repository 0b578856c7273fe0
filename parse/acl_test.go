package parse

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// as `setfacl -m u:995:r` writes it to a file of mode 0640
const aclSample = "\x02\x00\x00\x00" + "\x01\x00\x06\x00\xff\xff\xff\xff" + "\x02\x00\x04\x00\xe3\x03\x00\x00" + "\x04\x00\x04\x00\xff\xff\xff\xff" +
	"\x10\x00\x04\x00\xff\xff\xff\xff" + "\x20\x00\x00\x00\xff\xff\xff\xff"

func TestReadACL(t *testing.T) {
	got, err := ReadACL([]byte(aclSample))
	if err != nil {
		t.Fatal(err)
	}
	const none = 0xffffffff
	want := []ACLEntry{{1, 6, none}, {ACLUser, 4, 995}, {ACLGroupObj, 4, none}, {ACLMask, 4, none}, {0x20, 0, none}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, bad := range []string{"", "\x02\x00", "\x03\x00\x00\x00", aclSample[:len(aclSample)-1]} {
		if _, err := ReadACL([]byte(bad)); err == nil {
			t.Errorf("ReadACL(%q) has no error", bad)
		}
	}
}

func FuzzReadACL(f *testing.F) {
	f.Add([]byte(aclSample))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := ReadACL(data)
		if err == nil && len(got) != (len(data)-4)/8 {
			t.Errorf("%d entries of %d bytes", len(got), len(data))
		}
	})
}
