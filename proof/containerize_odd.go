package proof

import (
	"archive/tar"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"a2c/containerize"
	"a2c/containerize/build"
	"a2c/containerize/layer"
	"a2c/inventory/host"
	"a2c/model"
)

// odd is one path that some tool on the way loses or changes.
type odd struct {
	path   string
	kind   byte // as ls -l shows, 'h' for a hard link
	mode   uint32
	uid    int
	gid    int
	body   string
	target string
	xattr  map[string]string
	size   int64 // of a sparse file
}

func odds() []odd {
	// vfs_cap_data, revision 2: CAP_NET_BIND_SERVICE permitted and effective (capabilities(7)).
	bind := "\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	return []odd{
		{path: "/bin/app", kind: '-', mode: 0o755, body: "#!program"},
		{path: "/opt/app", kind: 'd', mode: 0o2750, uid: 4242, gid: 4243},
		{path: "/opt/app/-rf", kind: '-', mode: 0o644, uid: 4242, gid: 4243, body: "rf"},
		{path: "/opt/app/$(x) `y` [z]*?", kind: '-', mode: 0o600, uid: 4242, gid: 4243, body: "glob"},
		{path: "/opt/app/bound", kind: '-', mode: 0o755, body: "cap", xattr: map[string]string{"security.capability": bind}},
		{path: "/opt/app/dangling", kind: 'l', target: "/nowhere/at/all", uid: 4242, gid: 4243},
		{path: "/opt/app/empty", kind: '-', mode: 0o400, uid: 1, gid: 2},
		{path: "/opt/app/first", kind: '-', mode: 0o640, uid: 4242, gid: 4243, body: "linked"},
		{path: "/opt/app/line\nRUN rm -rf \\\nname", kind: '-', mode: 0o644, uid: 4242, gid: 4243, body: "newline"},
		{path: "/opt/app/loop", kind: 'l', target: "loop"},
		{path: "/opt/app/not-utf8-\xff\xfe", kind: '-', mode: 0o644, uid: 4000000000, gid: 4000000000, body: "bytes"},
		{path: "/opt/app/ro", kind: 'd', mode: 0o555, uid: 4242, gid: 4243},
		{path: "/opt/app/ro/deep", kind: '-', mode: 0o444, uid: 7, gid: 7, body: "below a read-only folder"},
		{path: "/opt/app/second", kind: 'h', mode: 0o640, uid: 4242, gid: 4243, target: "/opt/app/first"},
		{path: "/opt/app/sparse", kind: '-', mode: 0o644, uid: 4242, gid: 4243, size: 64 << 20},
		{path: "/opt/app/su", kind: '-', mode: 0o4755, body: "setuid"},
		{path: "/opt/app/sg", kind: '-', mode: 0o2711, uid: 4242, gid: 5, body: "setgid", xattr: map[string]string{"user.note": "kept\x00whole"}},
		{path: "/opt/app/through-a-file", kind: 'l', target: "su/x"},
		{path: "/opt/app/" + strings.Repeat("long", 60), kind: '-', mode: 0o644, body: "long"},
	}
}

// plant makes the odd files below root and the list that analyze would write of them.
func plant(t *testing.T, root string) []model.File {
	t.Helper()
	for _, o := range odds() {
		name := filepath.Join(root, o.path)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := plantOne(root, name, o); err != nil {
			t.Fatalf("%q: %v", o.path, err)
		}
	}
	return listOdd(t, root)
}

func plantOne(root, name string, o odd) error {
	switch o.kind {
	case 'd':
		if err := os.Mkdir(name, 0o700); err != nil {
			return err
		}
	case 'l':
		if err := os.Symlink(o.target, name); err != nil {
			return err
		}
	case 'h':
		return os.Link(filepath.Join(root, o.target), name)
	default:
		if err := os.WriteFile(name, []byte(o.body), 0o600); err != nil {
			return err
		}
		if o.size > 0 {
			if err := os.Truncate(name, o.size); err != nil {
				return err
			}
		}
	}
	if err := os.Lchown(name, o.uid, o.gid); err != nil || o.kind == 'l' {
		return err
	}
	if err := unix.Chmod(name, o.mode); err != nil {
		return err
	}
	for key, value := range o.xattr { // after chown, which takes capabilities away
		if err := unix.Lsetxattr(name, key, []byte(value), 0); err != nil {
			return err
		}
	}
	return nil
}

func listOdd(t *testing.T, root string) []model.File {
	t.Helper()
	tree := oddTree(t, root)
	var out []model.File
	for _, o := range odds() {
		info, err := tree.Lstat(o.path)
		if err != nil {
			t.Fatal(err)
		}
		f := model.File{Path: model.Path(o.path), Mode: o.mode, UID: o.uid, GID: o.gid, Size: info.Size, MTime: info.MTime, Decision: model.In, Layer: model.LayerApp}
		switch o.kind {
		case 'd':
			f.Type = "dir"
		case 'l':
			f.Type, f.Target = "symlink", model.Path(o.target)
		case 'h':
			f.Type, f.HardLink = "file", model.Path(o.target)
		default:
			f.Type = "file"
		}
		if strings.HasPrefix(o.path, "/bin") {
			f.Layer = model.LayerRuntime
		}
		if f.Xattrs, err = tree.Xattrs(o.path); err != nil {
			t.Fatal(err)
		}
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b model.File) int { return strings.Compare(string(a.Path), string(b.Path)) })
	return out
}

func oddTree(t *testing.T, root string) host.Tree {
	t.Helper()
	tree, err := host.Machine(root)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// oddOptions containerizes the odd files into dir.
func oddOptions(t *testing.T, b *Bench, root string, files []model.File, dir string) containerize.Options {
	t.Helper()
	return containerize.Options{
		Analysis: model.Analysis{AnalysisInfo: model.AnalysisInfo{
			AppID: "odd-00000001", Exe: "/bin/app", Cwd: "/opt/app", Umask: 0o022, Cmdline: []string{"/bin/app", "a\nb"},
			App: model.App{Name: "odd\nRUN x", User: model.User{Name: "odd", UID: 4242, GID: 4243}},
		}},
		Files: sequence(files), Tree: oddTree(t, root), Dir: dir, Force: true, Jobs: 2,
		Builder: build.Kaniko{Program: filepath.Join(filepath.Dir(b.A2C), build.ProgramName)},
	}
}

func sequence(files []model.File) iter.Seq2[model.File, error] {
	return func(yield func(model.File, error) bool) {
		for _, f := range files {
			if !yield(f, nil) {
				return
			}
		}
	}
}

func wantOdd() map[string]odd {
	want := map[string]odd{}
	for _, o := range odds() {
		if o.kind == '-' && o.size > 0 {
			o.body = "" // compared by size and by being zeros
		}
		if o.kind == 'l' {
			o.mode = 0o777
		}
		want[o.path] = o
	}
	return want
}

// readOdd reads the image's entries below /opt/app and /bin, as planted ones.
func readOdd(t *testing.T, oci string) map[string]odd {
	t.Helper()
	got := map[string]odd{}
	eachLayerEntry(t, oci, func(h *tar.Header, body io.Reader) {
		name := "/" + strings.TrimSuffix(h.Name, "/")
		if name == "/bin/app" || strings.HasPrefix(name, "/opt/app") {
			got[name] = oddOf(t, name, h, body)
		}
	})
	return got
}

func oddOf(t *testing.T, name string, h *tar.Header, body io.Reader) odd {
	t.Helper()
	o := odd{path: name, mode: uint32(h.Mode), uid: h.Uid, gid: h.Gid, target: h.Linkname}
	if !h.ModTime.Equal(layer.Epoch()) {
		t.Errorf("%q has time %v", name, h.ModTime)
	}
	switch h.Typeflag {
	case tar.TypeDir:
		o.kind = 'd'
	case tar.TypeSymlink:
		o.kind = 'l'
	case tar.TypeLink:
		o.kind, o.target = 'h', "/"+h.Linkname
	case tar.TypeReg:
		o.kind = '-'
	}
	data, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	if zeros := strings.Trim(string(data), "\x00"); len(data) > 1<<20 && zeros == "" {
		o.size = int64(len(data))
	} else {
		o.body = string(data)
	}
	for key, value := range h.PAXRecords {
		if name, ok := strings.CutPrefix(key, "SCHILY.xattr."); ok {
			if o.xattr == nil {
				o.xattr = map[string]string{}
			}
			o.xattr[name] = value
		}
	}
	return o
}
