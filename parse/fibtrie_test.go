package parse

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

const trie = `Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 127.0.0.0/8 2 0 2
        |-- 127.0.0.1
           /32 host LOCAL
     |-- 172.17.0.0
        /16 link UNICAST
     |-- 172.17.0.2
        /32 host LOCAL
     |-- 172.17.255.255
        /32 link BROADCAST
Local:
     |-- 172.17.0.2
        /32 host LOCAL
`

func TestLocalAddresses(t *testing.T) {
	if diff := cmp.Diff([]string{"172.17.0.2"}, LocalAddresses([]byte(trie))); diff != "" {
		t.Error(diff)
	}
}

func FuzzLocalAddresses(f *testing.F) {
	f.Add([]byte(trie))
	f.Fuzz(func(_ *testing.T, data []byte) { LocalAddresses(data) })
}
