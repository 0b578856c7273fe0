package containerize

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"a2c/containerize/base"
	"a2c/containerize/layer"
	"a2c/inventory/host"
	"a2c/model"
)

const recorded = `
-- etc/os-release -> ../usr/lib/os-release --
-- usr/lib/os-release --
ID=debian
VERSION_ID="12"
-- usr/lib/libc.so.6 --
libc
-- var/lib/dpkg/status --
Package: libc6
Status: install ok installed
Architecture: amd64
Multi-Arch: same
Version: 2.36-9
Conffiles:
 /etc/x 1

Package: bash
Status: install ok installed
Architecture: amd64
Version: 5.2
-- lib/apk/db/installed --
P:musl
V:1.2
A:x86_64
F:lib
R:ld-musl.so.1

P:other
V:1
`

// TestRecordPackages puts the records of exactly the packages that files come from into the image, on scratch and on bases.
func TestRecordPackages(t *testing.T) {
	tree, err := host.Text(txtar.Parse([]byte(recorded)))
	if err != nil {
		t.Fatal(err)
	}
	status := "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nMulti-Arch: same\nVersion: 2.36-9\n"
	apk := "P:musl\nV:1.2\nA:x86_64\n\n"
	baseOf := func(release string, kinds map[string]base.Kind) *baseImage {
		return &baseImage{content: base.Content{Kinds: kinds, Files: map[string][]byte{"/usr/lib/os-release": []byte(release)}}}
	}
	for name, c := range map[string]struct {
		base  *baseImage
		want  map[string]string
		skips int
	}{
		"scratch": {want: map[string]string{
			"/etc/os-release": "ID=debian\nVERSION_ID=\"12\"\n", "/var/lib/dpkg/status.d/libc6": status, "/lib/apk/db/installed": apk,
		}, skips: 1},
		"same_distribution": {base: baseOf("ID=debian\nVERSION_ID=12\n", map[string]base.Kind{"/lib/apk/db/installed": base.File}), want: map[string]string{
			"/var/lib/dpkg/status.d/libc6": status,
		}, skips: 2},
		"another_distribution": {base: baseOf("ID=debian\nVERSION_ID=11\n", nil), want: map[string]string{}, skips: 1},
	} {
		t.Run(name, func(t *testing.T) {
			p := &plan{tree: tree, items: map[model.Path]*item{}}
			for file, pkg := range map[model.Path]string{"/usr/lib/libc.so.6": "libc6:amd64 2.36-9", "/lib/ld-musl.so.1": "musl 1.2", "/usr/lib/gone.so": "gone 1"} {
				p.items[file] = &item{Entry: layer.Entry{Path: file, Kind: layer.File}, pkg: pkg}
			}
			p.items["/usr/bin"] = &item{Entry: layer.Entry{Path: "/usr/bin", Kind: layer.Dir}, pkg: "bash 5.2"}
			if err := p.recordPackages(c.base); err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			for _, it := range p.items {
				if it.content != nil {
					got[string(it.Path)] = string(it.content)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" || len(p.skips) != c.skips {
				t.Errorf("skips %v, want %d (-want +got):\n%s", p.skips, c.skips, diff)
			}
		})
	}
}
