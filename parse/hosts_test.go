package parse

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHosts(t *testing.T) {
	got := Hosts([]byte("127.0.0.1\tlocalhost\n::1 localhost ip6-localhost # x\n10.0.0.7 DB.example db\n#10.0.0.8 no\nbroken line\n10.0.0.9\n10.0.0.10 db"))
	want := map[string][]string{"localhost": {"127.0.0.1", "::1"}, "ip6-localhost": {"::1"}, "db.example": {"10.0.0.7"}, "db": {"10.0.0.7", "10.0.0.10"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzHosts(f *testing.F) {
	f.Add([]byte("127.0.0.1 localhost\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for name, list := range Hosts(data) {
			if name == "" || len(list) == 0 {
				t.Errorf("%q %v", name, list)
			}
		}
	})
}
