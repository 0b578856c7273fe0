package parse_test

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/internal/elftest"
	"a2c/parse"
)

func TestReadELF(t *testing.T) {
	object := elftest.Object{
		Interp: "/lib64/ld-linux-x86-64.so.2", SONAME: "libx.so.1", Needed: []string{"libz.so.1", "libc.so.6"}, RPath: "/old", RunPath: "$ORIGIN/../lib",
	}
	for name, change := range map[string]func(*elftest.Object){
		"64 little": func(*elftest.Object) {},
		"64 big":    func(o *elftest.Object) { o.Big, o.Machine = true, 22 },
		"32 little": func(o *elftest.Object) { o.Class32, o.Machine = true, 3 },
		"32 big":    func(o *elftest.Object) { o.Class32, o.Big, o.Machine = true, true, 8 },
	} {
		t.Run(name, func(t *testing.T) {
			o := object
			o.Machine = 62
			change(&o)
			got, err := parse.ReadELF(bytes.NewReader(elftest.Build(o)))
			if err != nil {
				t.Fatal(err)
			}
			class := 64
			if o.Class32 {
				class = 32
			}
			want := &parse.ELF{Class: class, Machine: o.Machine, Type: 3, Interp: o.Interp, SONAME: o.SONAME, Needed: o.Needed, RPath: o.RPath, RunPath: o.RunPath, Dynamic: true}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadELFBad(t *testing.T) {
	good := elftest.Build(elftest.Object{SONAME: "libx.so.1", Needed: []string{"libc.so.6"}})
	patch := func(at int, b ...byte) []byte {
		c := bytes.Clone(good)
		copy(c[at:], b)
		return c
	}
	for name, tt := range map[string]struct {
		data  []byte
		is    error
		about string
	}{
		"empty":             {nil, parse.ErrNotELF, ""},
		"script":            {[]byte("#!/bin/sh\n"), parse.ErrNotELF, ""},
		"magic alone":       {[]byte("\x7fELF"), parse.ErrNotELF, ""},
		"unknown order":     {patch(5, 7), parse.ErrNotELF, "byte order"},
		"unknown class":     {patch(4, 9), parse.ErrNotELF, "class"},
		"header cut":        {good[:40], parse.ErrNotELF, "cut short"},
		"headers outside":   {patch(32, 0, 0, 0, 0, 0, 0, 1, 0), nil, "program headers"},
		"many headers":      {patch(56, 0xff, 0xff), nil, "not plausible"},
		"offset negative":   {patch(32, 0, 0, 0, 0, 0, 0, 0, 0xff), nil, "outside any file"},
		"strings elsewhere": {patch(512+32+8, 0, 0, 0, 0, 0, 0, 0, 0x7f), nil, "no loaded segment"},
		"string behind":     {patch(512+8, 0xff, 0xff, 0xff, 0), nil, "behind the table"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parse.ReadELF(bytes.NewReader(tt.data))
			if err == nil || tt.is != nil && !errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.about) {
				t.Errorf("error %v, want one about %q", err, tt.about)
			}
		})
	}
}

// TestReadELFSelf reads the test's own program, a static one: no loader, no needs.
func TestReadELFSelf(t *testing.T) {
	f, err := os.Open("/proc/self/exe")
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	if _, err := parse.ReadELF(f); err != nil {
		t.Error(err)
	}
}

func TestReadLDCache(t *testing.T) {
	lines := []string{"libz.so.1 /lib/x86_64-linux-gnu/libz.so.1", "libc.so.6 /lib/x86_64-linux-gnu/libc.so.6"}
	want := []parse.LDCacheEntry{
		{Name: "libz.so.1", Path: "/lib/x86_64-linux-gnu/libz.so.1", Flags: 0x0303},
		{Name: "libc.so.6", Path: "/lib/x86_64-linux-gnu/libc.so.6", Flags: 0x0303},
	}
	for _, old := range []bool{false, true} {
		got, err := parse.ReadLDCache(elftest.Cache(lines, old))
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("old format in front %v: %v %s", old, err, diff)
		}
	}
	good := elftest.Cache(lines, false)
	for name, data := range map[string][]byte{
		"empty": nil, "text": []byte("include /etc/ld.so.conf.d/*.conf\n"), "cut": good[:60], "old alone": []byte("ld.so-1.7.0\x00\x01\x00\x00\x00"),
		"count": append(append(bytes.Clone(good[:20]), 0xff, 0xff, 0xff, 0x7f), good[24:]...),
	} {
		if _, err := parse.ReadLDCache(data); !errors.Is(err, parse.ErrLDCache) {
			t.Errorf("%s: error %v, want ErrLDCache", name, err)
		}
	}
}

func FuzzReadELF(f *testing.F) {
	f.Add(elftest.Build(elftest.Object{Interp: "/lib/ld.so", SONAME: "a", Needed: []string{"b"}, RunPath: "$ORIGIN"}))
	f.Add(elftest.Build(elftest.Object{Class32: true, Big: true, Needed: []string{"b", "c"}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := parse.ReadELF(bytes.NewReader(data))
		if err == nil && len(e.Needed) > len(data) {
			t.Errorf("%d needed libraries in %d bytes", len(e.Needed), len(data))
		}
	})
}

func FuzzReadLDCache(f *testing.F) {
	f.Add(elftest.Cache([]string{"a /a", "b /b"}, true))
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, err := parse.ReadLDCache(data)
		if err == nil && len(entries)*24 > len(data) {
			t.Errorf("%d entries in %d bytes", len(entries), len(data))
		}
	})
}
