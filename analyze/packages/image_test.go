package packages

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
)

func TestOfImage(t *testing.T) {
	var wall bytes.Buffer
	z, err := zstd.NewWriter(&wall)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := z.Write([]byte(`{"jsonwall":"1.0","schema":"1.0","count":3}
{"kind":"content","slice":"libc6_libs","path":"/usr/lib/libc.so.6"}
{"kind":"package","name":"libc6","version":"2.39-0ubuntu8","sha256":"aa","arch":"amd64"}
`)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	debian := "Package: libc6\nSource: glibc\nArchitecture: amd64\nVersion: 2.36-9\n\n"
	for name, c := range map[string]struct {
		files map[string]string
		want  string
		skips int
	}{
		"dpkg":       {map[string]string{"/var/lib/dpkg/status": debian + "Package: gone\nStatus: deinstall ok config-files\nVersion: 1\nArchitecture: all\n"}, "deb libc6 2.36-9 amd64 glibc", 0},
		"distroless": {map[string]string{"/var/lib/dpkg/status.d/libc6": debian, "/var/lib/dpkg/status.d/libc6.md5sums": "x", "/var/lib/dpkg/status.d/tz": "Package: tz\nVersion: 2\n"}, "deb libc6 2.36-9 amd64 glibc, deb tz 2  ", 0},
		"apk":        {map[string]string{"/usr/lib/apk/db/installed": "P:musl\nV:1.2-r1\nA:x86_64\no:musl\n"}, "apk musl 1.2-r1 x86_64 musl", 0},
		"mariner":    {map[string]string{"/var/lib/rpmmanifest/container-manifest-2": "tool\t2-3.azl3\t1\t1\tM\t(none)\t9\tnoarch\t7\ttool-2.src.rpm\n"}, "rpm tool 7:2-3.azl3 noarch tool-2.src.rpm", 0},
		"chiseled":   {map[string]string{"/var/lib/chisel/manifest.wall": wall.String()}, "deb libc6 2.39-0ubuntu8 amd64 ", 0},
		"broken":     {map[string]string{"/var/lib/chisel/manifest.wall": "x", "/var/lib/rpm/rpmdb.sqlite": "x", "/var/lib/rpmmanifest/container-manifest-2": "x", "/etc/passwd": "x"}, "", 3},
		"nothing":    {nil, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string][]byte{}
			for at, text := range c.files {
				files[at] = []byte(text)
			}
			list, skips := OfImage(files)
			var got []string
			for _, r := range list {
				got = append(got, strings.Join([]string{string(r.Database), r.Name, r.Version, r.Architecture, r.Source}, " "))
			}
			if d := cmp.Diff(c.want, strings.Join(got, ", ")); d != "" || len(skips) != c.skips {
				t.Errorf("skips %v, want %d (-want +got):\n%s", skips, c.skips, d)
			}
		})
	}
}

// TestOfImageReadsThisMachine compares with the machine's own database where it has one.
func TestOfImageReadsThisMachine(t *testing.T) {
	data, err := os.ReadFile("/var/lib/dpkg/status")
	if err != nil {
		t.Skip("no dpkg here")
	}
	if list, skips := OfImage(map[string][]byte{"/var/lib/dpkg/status": data}); len(list) < 20 || len(skips) > 0 {
		t.Errorf("%d packages, skips %v", len(list), skips)
	}
}
