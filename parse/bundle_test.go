package parse

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// bundleExe makes the smallest executable with the marker in its writable data; what is appended follows. offset is what the marker points to
// (0: an apphost; -1: the end of the image).
func bundleExe(offset int64, appended []byte) []byte {
	le := binary.LittleEndian
	const data = 64 + 56
	image := make([]byte, data+8+32+64)
	copy(image, "\x7fELF\x02\x01\x01")
	le.PutUint16(image[16:], 2)     // ET_EXEC
	le.PutUint16(image[18:], 62)    // x86-64
	le.PutUint32(image[20:], 1)     // version
	le.PutUint64(image[32:], 64)    // program headers
	le.PutUint16(image[52:], 64)    // header size
	le.PutUint16(image[54:], 56)    // program header size
	le.PutUint16(image[56:], 1)     // one of them
	le.PutUint16(image[58:], 64)    // section header size
	le.PutUint32(image[64:], 1)     // PT_LOAD
	le.PutUint32(image[64+4:], 2|4) // writable
	le.PutUint64(image[64+8:], data)
	le.PutUint64(image[64+32:], 40)
	le.PutUint64(image[64+40:], 40)
	le.PutUint64(image[40:], data+40) // one empty section header ends the image
	le.PutUint16(image[60:], 1)
	if offset < 0 {
		offset = int64(len(image))
	}
	le.PutUint64(image[data:], uint64(offset))
	copy(image[data+8:], bundleMarker())
	return append(image, appended...)
}

// bundleHeader writes the manifest of one file, a runtimeconfig.json.
func bundleHeader(major uint32, path string, offset, size, packed int64) []byte {
	le := binary.LittleEndian
	var b []byte
	b = le.AppendUint32(b, major)
	b = le.AppendUint32(b, 0)
	b = le.AppendUint32(b, 1)
	b = append(append(b, 5), "hash1"...)
	if major >= 2 {
		for _, v := range []int64{0, 0, offset, size, 0} {
			b = le.AppendUint64(b, uint64(v))
		}
	}
	b = le.AppendUint64(b, uint64(offset))
	b = le.AppendUint64(b, uint64(size))
	if major >= 6 {
		b = le.AppendUint64(b, uint64(packed))
	}
	if kind := byte(BundleRuntimeConfig); major == 1 {
		b = append(b, 3)
	} else {
		b = append(b, kind)
	}
	if len(path) < 128 {
		b = append(b, byte(len(path)))
	} else {
		b = append(b, byte(len(path))|0x80, byte(len(path)>>7))
	}
	return append(b, path...)
}

func TestBundle(t *testing.T) {
	long := string(bytes.Repeat([]byte("d"), 300)) + "/x.runtimeconfig.json"
	for _, tc := range []struct {
		name  string
		major uint32
		path  string
	}{{"core_3", 1, "x.runtimeconfig.json"}, {"net_5", 2, "x.runtimeconfig.json"}, {"net_6", 6, "x.runtimeconfig.json"}, {"long_path", 6, long}} {
		t.Run(tc.name, func(t *testing.T) {
			exe := bundleExe(-1, bundleHeader(tc.major, tc.path, 10, 4, 0))
			r, size := bytes.NewReader(exe), int64(len(exe))
			at, err := FindBundle(r, size)
			if err != nil {
				t.Fatal(err)
			}
			b, err := ReadBundle(r, at, size)
			if err != nil {
				t.Fatal(err)
			}
			want := BundleFile{Path: tc.path, Offset: 10, Size: 4, Type: BundleRuntimeConfig}
			if diff := cmp.Diff([]BundleFile{want}, b.Files); diff != "" || b.ID != "hash1" || !b.Has("x.runtimeconfig.json") || b.SelfContained(RuntimeConfig{}) {
				t.Error(diff, b)
			}
			if got, err := b.ReadStored(r, b.Files[0], 10); err != nil || !bytes.Equal(got, exe[10:14]) {
				t.Errorf("%q, %v", got, err)
			}
			if _, err := b.ReadStored(r, b.Files[0], 3); !errors.Is(err, ErrTooLarge) {
				t.Error(err)
			}
		})
	}
}

func TestNoBundle(t *testing.T) {
	plain := bundleExe(-1, nil)
	for _, tc := range []struct {
		name string
		exe  []byte
	}{
		{"nothing_appended", plain},
		{"apphost", bundleExe(0, []byte("appended"))},
		{"offset_beyond_the_end", bundleExe(1<<40, []byte("appended"))},
		{"script", []byte("#!/bin/sh\nexec dotnet app.dll # this line makes it longer than an ELF header is\n")},
		{"empty", nil},
		{"self_extracting_archive", append(bytes.Replace(bundleExe(-1, nil), bundleMarker()[:4], []byte("none"), 1), "zip"...)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if at, err := FindBundle(bytes.NewReader(tc.exe), int64(len(tc.exe))); !errors.Is(err, ErrNoBundle) {
				t.Errorf("%d, %v", at, err)
			}
		})
	}
}

func TestParseBundleRefuses(t *testing.T) {
	good := bundleHeader(6, "a", 0, 4, 0)
	count := bytes.Clone(good)
	binary.LittleEndian.PutUint32(count[8:], 1<<30)
	for _, tc := range []struct {
		name string
		data []byte
	}{
		{"cut", good[:len(good)-1]},
		{"many_files", count},
		{"negative_count", append(append(bytes.Clone(good[:8]), 0xff, 0xff, 0xff, 0xff), good[12:]...)},
		{"unknown_version", bundleHeader(7, "a", 0, 4, 0)},
		{"file_outside", bundleHeader(6, "a", 1<<40, 4, 0)},
		{"file_negative", bundleHeader(6, "a", -4, 4, 0)},
		{"packed_outside", bundleHeader(6, "a", 0, 4, 1<<62)},
		{"path_is_not_utf8", bundleHeader(6, "\xff", 0, 4, 0)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if b, err := ReadBundle(bytes.NewReader(tc.data), 0, int64(len(tc.data))); err == nil {
				t.Errorf("%+v", b)
			}
		})
	}
	if _, err := ReadBundle(bytes.NewReader(good), 1<<40, int64(len(good))); err == nil {
		t.Error("an offset behind the end was read")
	}
}

func FuzzBundle(f *testing.F) {
	f.Add(bundleExe(-1, bundleHeader(6, "a/b", 0, 4, 0)))
	f.Add(bundleExe(0, []byte("x")))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, size := bytes.NewReader(data), int64(len(data))
		_, _ = FindBundle(r, size)
		b, err := ReadBundle(r, 0, size)
		if err != nil {
			return
		}
		for _, file := range b.Files {
			if file.Offset < 0 || file.Size < 0 {
				t.Errorf("%+v", file)
			}
			if got, err := b.ReadStored(r, file, 1<<16); err == nil && int64(len(got)) != file.Size {
				t.Errorf("%+v: %d bytes", file, len(got))
			}
		}
	})
}
