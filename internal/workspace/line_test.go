package workspace

import (
	"bytes"
	"encoding/json"
	"path"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"a2c/model"
)

func someFiles() []model.File {
	at := time.Date(2026, 11, 29, 13, 0, 0, 120, time.UTC)
	return []model.File{
		{Path: "/a", Type: "dir", Mode: 0o755, MTime: at, Decision: model.In, Layer: model.LayerApp, Reasons: []string{"layout: x", "parent: y"}},
		{Path: "/a/b<c>&d", Type: "file", Mode: 0o4755, UID: 1000, GID: -1, Size: 1 << 40, MTime: at, Package: "libc6 2.36", Decision: model.In, Layer: model.LayerLibs, Reasons: []string{"layout: x", "parent: y"}},
		{Path: "/a/b\xff\u202e\"\\", Type: "symlink", Mode: 0o777, MTime: at, Target: "../ü", Decision: model.In, Layer: model.LayerConfig, Reasons: []string{"a \"b\" \x7f"}},
		{Path: "/a/c", Type: "file", Size: 3, HardLink: "/a/b", Recovered: "1", Xattrs: map[string][]byte{"user.x": {0, 1}}, Decision: model.State, Group: model.GroupState, Doubt: "only its <time>", Reasons: []string{"state: x"}},
		{Path: "/a/d", Type: "fifo", Decision: model.Out, Reasons: []string{}},
	}
}

// TestFileWriterDigest holds that the digest of what is written is that of what is read.
func TestFileWriterDigest(t *testing.T) {
	w := open(t)
	out, err := w.CreateFiles("app")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range someFiles() {
		if err := out.Add(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Commit(); err != nil {
		t.Fatal(err)
	}
	want, err := w.Inputs("app", FilesFile)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, model.Inputs{FilesFile: out.Digest()}); d != "" {
		t.Errorf("digest (-read +written)\n%s", d)
	}
	var got []model.File
	for f, err := range w.Files("app") {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, f)
	}
	if d := cmp.Diff(someFiles(), got); d != "" {
		t.Errorf("read (-written +read)\n%s", d)
	}
}

// TestFileWriterRefuses holds that a child's line which is no file, or more than one, or not behind the last, is not written.
func TestFileWriterRefuses(t *testing.T) {
	for name, lines := range map[string][]string{
		"nothing":        {""},
		"no JSON":        {"hello"},
		"no file":        {`{"path":"/a","password":"x"}`},
		"text behind":    {`{"path":"/a","reasons":[]} x`},
		"another behind": {`{"path":"/a","reasons":[]}{"path":"/b","reasons":[]}`},
		"falls":          {`{"path":"/b","reasons":[]}`, `{"path":"/a","reasons":[]}`},
		"twice":          {`{"path":"/b","reasons":[]}`, `{"path":"/b","reasons":[]}`},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := open(t).CreateFiles("app")
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = out.Discard() }()
			for _, l := range lines {
				err = out.AddLine([]byte(l))
			}
			if err == nil {
				t.Errorf("%q is written", lines)
			}
		})
	}
}

// FuzzLine holds that a line says what encoding/json says it says, whatever line was read before.
func FuzzLine(f *testing.F) {
	for _, file := range someFiles() {
		line, err := file.AppendLine(nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(line)
		f.Add(bytes.Replace(line, []byte(`"mode":`), []byte(`"mode":0`), 1))
	}
	f.Add([]byte(`{"path":"/a\\x41","type":"file","mode":1,"uid":99999999999999999999,"gid":0,"size":0,"mtime":"2026-11-29T13:00:00Z","decision":"in","reasons":["a"]}`))
	f.Add([]byte(`{"path":"/a","type":"file","mode":4294967296,"uid":1,"gid":0,"size":0,"mtime":"2026-11-29T24:00:00Z","decision":"in","reasons":["a",]}`))
	f.Add([]byte(`{"path":"/a` + "\xff" + `","type":"file","mode":42,"uid":1,"gid":0,"size":0,"mtime":"2026-11-29T23:00:00Z","decision":"in","reasons":["a"]}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		var r lineReader
		_, _ = r.read([]byte(`{"path":"/a","type":"file","mode":420,"uid":0,"gid":0,"size":1,"mtime":"2026-11-29T13:00:00Z","decision":"in","reasons":["a"]}`))
		for range 2 {
			got, err := r.read(line)
			var want model.File
			d := json.NewDecoder(bytes.NewReader(line))
			d.DisallowUnknownFields()
			wantErr := d.Decode(&want)
			if wantErr == nil && len(bytes.TrimSpace(line[d.InputOffset():])) > 0 {
				wantErr = errNoBasis // any
			}
			if (err == nil) != (wantErr == nil) {
				t.Fatalf("%q: %v, encoding/json says %v", line, err, wantErr)
			}
			if diff := cmp.Diff(want, got); err == nil && diff != "" {
				t.Errorf("%q (-json +own)\n%s", line, diff)
			}
		}
	})
}

// BenchmarkFileWriter writes lines as the child sends them.
func BenchmarkFileWriter(b *testing.B) {
	w, err := Open(b.TempDir(), false)
	if err != nil {
		b.Fatal(err)
	}
	out, err := w.CreateFiles("app")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = out.Discard() }()
	at := time.Date(2026, 11, 29, 13, 0, 0, 123456789, time.UTC)
	name := path.Join("/srv", "orders", "many", "section-01", "page-00001")
	file := model.File{Path: model.Path(name), Type: "file", Mode: 0o644, Size: 2944, MTime: at, Decision: model.In, Layer: model.LayerApp, Reasons: []string{"layout: the application's own folder"}}
	b.ReportAllocs()
	for b.Loop() {
		file.Path += "0"
		if len(file.Path) > 120 {
			file.Path = model.Path(name)
			out.any = false
		}
		if err := out.Add(file); err != nil {
			b.Fatal(err)
		}
	}
}
