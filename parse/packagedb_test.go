package parse

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPackageDatabases(t *testing.T) {
	var got []string
	add := func(parts ...string) { got = append(got, strings.Join(parts, "|")) }
	status := "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2.36-9\nDescription: C\n Version: 1\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1\n\n" +
		"Package: none\nStatus: unknown ok not-installed\n\nPackage: last\nStatus: install ok half-configured\nArchitecture: all\nVersion: 1:2-3"
	err1 := ReadDpkgStatus(strings.NewReader(status), func(p PackageRecord) { add(p.Name, p.Architecture, p.Version) })
	err2 := ReadDpkgDiversions(strings.NewReader("/bin/sh\n/bin/sh.distrib\ndash\n/x\n"), func(f, i, b string) { add(f, i, b) })
	err3 := ReadApkInstalled(strings.NewReader("C:Q1x=\nP:musl\nV:1.2.4-r2\nF:lib\nR:ld-musl-x86_64.so.1\na:0:0:755\nF:\nR:top\n\nP:next\nV:1\nF:etc/a\nR:b"), func(n, v, f string) { add(n, v, f) })
	err4 := ReadDpkgList(strings.NewReader("/.\n/usr/lib/a b\n"), func(f string) { add(f) })
	want := []string{
		"libc6|amd64|2.36-9", "last|all|1:2-3", "/bin/sh|/bin/sh.distrib|dash",
		"musl|1.2.4-r2|/lib/ld-musl-x86_64.so.1", "musl|1.2.4-r2|/top", "next|1|/etc/a/b", "/.", "/usr/lib/a b",
	}
	if diff := cmp.Diff(want, got); diff != "" || err1 != nil || err2 != nil || err3 != nil || err4 != nil {
		t.Errorf("%v %v %v %v (-want +got):\n%s", err1, err2, err3, err4, diff)
	}
	if err := ReadDpkgList(strings.NewReader(strings.Repeat("x", maxPackageLine+1)), func(string) {}); err == nil {
		t.Error("a line without an end is no error")
	}
}

func TestPackageRecords(t *testing.T) {
	var got []PackageRecord
	add := func(p PackageRecord) { got = append(got, p) }
	dpkg := "Package: libc6\nStatus: install ok installed\nSource: glibc (2.36-8)\nArchitecture: amd64\nVersion: 2.36-9\nConffiles:\n /etc/ld.so.conf 1\nDescription: C\n more\n\n"
	apk := "C:Q1x=\nP:musl\nV:1.2.4-r2\nA:x86_64\no:musl-src\nF:lib\nM:0:0:755\nR:ld.so\na:0:0:755\nZ:Q1y=\nF:etc\n"
	if err := ReadDpkgStatus(strings.NewReader(dpkg), add); err != nil {
		t.Error(err)
	}
	if err := ReadApkRecords(strings.NewReader(apk), add); err != nil {
		t.Error(err)
	}
	want := []PackageRecord{
		{"libc6", "amd64", "2.36-9", "glibc", "Package: libc6\nStatus: install ok installed\nSource: glibc (2.36-8)\nArchitecture: amd64\nVersion: 2.36-9\nDescription: C\n more\n"},
		{"musl", "x86_64", "1.2.4-r2", "musl-src", "C:Q1x=\nP:musl\nV:1.2.4-r2\nA:x86_64\no:musl-src\n"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func FuzzPackageDatabases(f *testing.F) {
	f.Add("Package: a\nVersion: 1\n\nP:a\nR:b\n")
	f.Fuzz(func(t *testing.T, text string) {
		total := 0
		count := func(parts ...string) {
			for _, p := range parts {
				total += len(p)
			}
		}
		_ = ReadDpkgStatus(strings.NewReader(text), func(p PackageRecord) { count(p.Name, p.Architecture, p.Version, p.Source, p.Text) })
		_ = ReadDpkgDiversions(strings.NewReader(text), func(f, i, b string) { count(f, i, b) })
		_ = ReadDpkgList(strings.NewReader(text), func(f string) { count(f) })
		if total > 4*len(text)+2 {
			t.Errorf("%d bytes of %d", total, len(text))
		}
		_ = ReadApkRecords(strings.NewReader(text), func(p PackageRecord) {
			if p.Name == "" || len(p.Text) > len(text)+1 {
				t.Errorf("record %+v", p)
			}
		})
		_ = ReadApkInstalled(strings.NewReader(text), func(_, _, file string) {
			if !strings.HasPrefix(file, "/") {
				t.Errorf("file %q", file)
			}
		})
	})
}
