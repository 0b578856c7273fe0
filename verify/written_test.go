package verify

import (
	"archive/tar"
	"bytes"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"a2c/model"
)

func TestMounts(t *testing.T) {
	image := map[model.Path]bool{
		"/": true, "/app": true, "/app/app.jar": false, "/app/logs": true, "/var": true, "/var/cache": true, "/var/cache/old": true, "/etc": true, "/etc/conf": false,
	}
	file := func(p model.Path) Changed { return Changed{Path: p} }
	folder := func(p model.Path) Changed { return Changed{p, true} }
	cases := []struct {
		name    string
		written []Changed
		list    []model.Path
		why     []string
	}{
		{"a file in an empty folder", []Changed{folder("/app/logs"), file("/app/logs/a.log")}, []model.Path{"/app/logs"}, nil},
		{"removed again", []Changed{folder("/var/cache")}, []model.Path{"/var/cache"}, nil},
		{"a new folder", []Changed{folder("/app"), folder("/app/work"), folder("/app/work/x"), file("/app/work/x/f")}, []model.Path{"/app/work"}, nil},
		{"an empty new folder", []Changed{folder("/app"), folder("/app/work")}, []model.Path{"/app/work"}, nil},
		{
			"beside the program",
			[]Changed{folder("/app"), file("/app/app.pid")},
			nil,
			[]string{"it writes /app/app.pid, where nothing can be mounted, since the image has /app/app.jar there"},
		},
		{"its own file", []Changed{file("/etc/conf")}, nil, []string{"it writes /etc/conf, where nothing can be mounted, since the image has /etc/conf there"}},
		{"at the top", []Changed{file("/core")}, nil, []string{"it writes /core, where nothing can be mounted, since the image has /app/app.jar there"}},
		{"one in another", []Changed{file("/var/cache/f"), file("/var/cache/old/f")}, []model.Path{"/var/cache"}, nil},
		{"what is mounted", []Changed{folder("/srv"), folder("/srv/data"), file("/srv/data/db"), file("/tmp/x"), folder("/etc"), file("/etc/hosts"), folder("/proc")}, nil, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			list, why := mounts(c.written, image, []model.Path{"/srv/data", "/tmp"}, "/home/app")
			if diff := cmp.Diff(c.list, list) + cmp.Diff(c.why, why); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestLayerEntries has a second layer that removes a file and all of a folder.
func TestLayerEntries(t *testing.T) {
	entries := map[model.Path]bool{}
	for _, names := range [][]string{{"app/", "app/a/x", "app/b", "./app/c/y"}, {"app/.wh.b", "app/c/.wh..wh..opq", "app/c/z"}} {
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		for _, name := range names {
			h := &tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644}
			if name[len(name)-1] == '/' {
				h.Typeflag = tar.TypeDir
			}
			if err := w.WriteHeader(h); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		l, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.Bytes())), nil })
		if err != nil {
			t.Fatal(err)
		}
		if err := layerEntries(t.Context(), l, entries); err != nil {
			t.Fatal(err)
		}
	}
	want := map[model.Path]bool{"/app": true, "/app/a": true, "/app/a/x": false, "/app/c": true, "/app/c/z": false}
	if diff := cmp.Diff(want, entries); diff != "" {
		t.Error(diff)
	}
}

func TestRestrictions(t *testing.T) {
	one := strictest()
	one.writable, one.capabilities = []model.Path{"/a", "/b"}, []string{"CHOWN", "KILL"}
	for _, c := range []struct {
		set  restrictions
		want string
	}{
		{strictest(), "read-only root, no capabilities, no new privileges"},
		{usual(), "writable root, the usual capabilities, new privileges"},
		{one, "read-only root with /a and /b in memory, no capabilities but CHOWN and KILL, no new privileges"},
	} {
		if got := c.set.String(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestCleanCodes(t *testing.T) {
	for name, want := range map[string][]int{"SIGTERM": {0, 143}, "2": {0, 130}, "SIGNONE": {0}} {
		if diff := cmp.Diff(want, cleanCodes(name)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
