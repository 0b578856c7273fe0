package build

import (
	"archive/tar"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTakeOut gives what a build step could have made of the folder of layers.
func TestTakeOut(t *testing.T) {
	file := func(name, body string) tar.Header {
		return tar.Header{Typeflag: tar.TypeReg, Name: name, Linkname: body}
	}
	cases := []struct {
		name    string
		entries []tar.Header // Linkname of a file is its content
		want    map[string]string
		err     string
	}{
		{"whole", []tar.Header{{Typeflag: tar.TypeDir, Name: "out/"}, file("out/0.tar", "a"), file("out/1.tar", "b")}, map[string]string{"0.tar": "a", "1.tar": "b"}, ""},
		{"more than announced", []tar.Header{file("out/0.tar", "a"), file("out/1.tar", "b"), file("out/2.tar", "c")}, map[string]string{"0.tar": "a", "1.tar": "b"}, ""},
		{"twice", []tar.Header{file("out/0.tar", "a"), file("out/0.tar", "x"), file("out/1.tar", "b")}, map[string]string{"0.tar": "a", "1.tar": "b"}, ""},
		{"a link", []tar.Header{{Typeflag: tar.TypeSymlink, Name: "out/0.tar", Linkname: "/etc/shadow"}, file("out/1.tar", "b")}, nil, "1 are missing"},
		{"elsewhere", []tar.Header{file("out/../../0.tar", "a"), file("out/deep/1.tar", "b")}, nil, "2 are missing"},
		{"none", nil, nil, "2 are missing"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			w := tar.NewWriter(&b)
			for _, h := range c.entries {
				body := ""
				if h.Typeflag == tar.TypeReg {
					body, h.Linkname = h.Linkname, ""
					h.Size = int64(len(body))
				}
				h.Mode = 0o600
				if err := w.WriteHeader(&h); err != nil {
					t.Fatal(err)
				}
				if _, err := w.Write([]byte(body)); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			err := takeOut(&b, dir, []RawLayer{{File: "0.tar"}, {File: "1.tar"}})
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Errorf("%v, want %q", err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			list, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range list {
				body, err := os.ReadFile(filepath.Join(dir, e.Name()))
				if err != nil {
					t.Fatal(err)
				}
				got[e.Name()] = string(body)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
