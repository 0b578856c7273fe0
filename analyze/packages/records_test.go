package packages_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"a2c/analyze/packages"
	"a2c/inventory/host"
)

func TestRecords(t *testing.T) {
	tree, err := host.Text(txtar.Parse([]byte(debian)))
	if err != nil {
		t.Fatal(err)
	}
	labels := map[string]bool{"libc6:amd64 2.36-9": true, "dash 0.5": true, "musl 1.2": true, "bash 5.1": true, "unknown": true}
	records, skips := packages.Records(tree, labels)
	got := map[string][]string{}
	for label, r := range records {
		got[label] = []string{string(r.Database), r.Name, r.Version, r.Architecture, r.Text}
	}
	want := map[string][]string{
		"libc6:amd64 2.36-9": {"deb", "libc6", "2.36-9", "amd64", "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2.36-9\n"},
		"dash 0.5":           {"deb", "dash", "0.5", "amd64", "Package: dash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 0.5\n"},
		"musl 1.2":           {"apk", "musl", "1.2", "", "P:musl\nV:1.2\n"},
	}
	if diff := cmp.Diff(want, got); diff != "" || len(skips) != 1 {
		t.Errorf("skips %v, want that of rpm (-want +got):\n%s", skips, diff)
	}
}
