package model

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// FuzzFileLine holds that files are written as encoding/json writes them, the line and the basis.
func FuzzFileLine(f *testing.F) {
	f.Add("/opt/a.jar", "file", int64(5), int64(1_700_000_000), int64(123456789), "", "", "", "in", "app", "layout: x", "")
	f.Add("/opt/\xffä<b>&\"\\\n\u202e", "symlink", int64(0), int64(-1), int64(0), "../x\u2028", "/opt/b&c", "libc6:amd64 2.36-9", "out", "", "user: \"x\" <y> \xff", "user.note")
	f.Add("/a", "dir", int64(1)<<62, int64(253402300800), int64(1), "", "", "", "state", "", "", "")
	f.Fuzz(func(t *testing.T, path, kind string, size, sec, nsec int64, target, hard, pack, decision, layer, reason, attr string) {
		file := File{
			Path: Path(path), Type: kind, Mode: uint32(size), UID: int(size >> 3), GID: int(sec), Size: size, MTime: time.Unix(sec, nsec).UTC(),
			Target: Path(target), HardLink: Path(hard), Package: pack, Decision: decision, Layer: layer, Group: layer, Doubt: reason, Recovered: pack,
		}
		if reason != "" {
			file.Reasons = []string{reason, "x"}
		}
		if attr != "" {
			file.Xattrs = map[string][]byte{attr: []byte(reason), "b": {}, "a": nil}
		}
		got, err := file.AppendLine([]byte("x"))
		same(t, "line", WithLists(file), false, got, err)
		got, err = file.AppendBasis([]byte("x"))
		if basis, in := file.Basis(); in {
			same(t, "basis", basis, true, bytes.TrimSuffix(got, []byte("\n")), err)
		} else if string(got) != "x" || err != nil {
			t.Errorf("a basis of what has none: %q, %v", got, err)
		}
	})
}

func same(t *testing.T, what string, v any, html bool, got []byte, err error) {
	t.Helper()
	var want bytes.Buffer
	want.WriteString("x")
	e := json.NewEncoder(&want)
	e.SetEscapeHTML(html)
	wantErr := e.Encode(v)
	if (wantErr == nil) != (err == nil) {
		t.Fatalf("%s: %v, encoding/json says %v", what, err, wantErr)
	}
	if d := cmp.Diff(string(bytes.TrimSuffix(want.Bytes(), []byte("\n"))), string(got)); err == nil && d != "" {
		t.Errorf("%s (-json +own)\n%s", what, d)
	}
}
