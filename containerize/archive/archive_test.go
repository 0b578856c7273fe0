package archive

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"a2c/internal/disk"
)

// planted is a folder with what applications have: odd names, a hole, two names of one file, a link that leads nowhere, a folder nobody writes to.
func planted(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"a/one": "1", "a/new\nline": "2", "a/-rf $(x)": "3", "a/\xff\xfe": "4", "a/empty": "", "plan.json": "{}", "a/" + strings.Repeat("long/", 60) + "x": "5"} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755), os.WriteFile(filepath.Join(dir, name), []byte(text), 0o640)); err != nil {
			t.Fatal(err)
		}
	}
	hole, err := os.Create(filepath.Join(dir, "a/hole"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := hole.WriteAt([]byte("end"), 5<<20); err != nil {
		t.Fatal(err)
	}
	err = errors.Join(hole.Close(), os.Link(filepath.Join(dir, "a/one"), filepath.Join(dir, "a/two")), os.Symlink("../../../etc/shadow\xff", filepath.Join(dir, "a/link")), os.Chmod(filepath.Join(dir, "a"), 0o755))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func archived(t testing.TB, dir string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(t.Context(), &b, Manifest{Version: "v1", ApplicationID: "java-x-1", Platform: "linux/amd64"}, dir, 2); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// seen describes everything below a folder.
func seen(t testing.TB, dir string) map[string]string {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	out := map[string]string{}
	err = disk.Walk(root, ".", func(name string, e fs.DirEntry) error {
		out[name] = e.Type().String()
		switch {
		case e.Type().IsRegular():
			info, err := e.Info()
			if err != nil {
				return err
			}
			text, err := os.ReadFile(filepath.Join(dir, name))
			out[name] = info.Mode().String() + " " + string(text)
			return err
		case e.Type() == fs.ModeSymlink:
			target, err := root.Readlink(name)
			out[name] = target
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func unpack(t testing.TB, data []byte) (string, error) {
	t.Helper()
	file, to := filepath.Join(t.TempDir(), "x.tar.zst"), t.TempDir()
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Open(file)
	if err != nil {
		return to, err
	}
	defer func() { _ = r.Close() }() // was only read
	return to, r.Unpack(t.Context(), to)
}

func TestRoundTrip(t *testing.T) {
	dir := planted(t)
	data := archived(t, dir)
	if !bytes.Equal(data, archived(t, dir)) {
		t.Error("the same content gives other bytes")
	}
	to, err := unpack(t, data)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(seen(t, dir), seen(t, to)); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	var one, two, hole syscall.Stat_t
	if err := errors.Join(syscall.Stat(to+"/a/one", &one), syscall.Stat(to+"/a/two", &two), syscall.Stat(to+"/a/hole", &hole)); err != nil {
		t.Fatal(err)
	}
	if one.Ino != two.Ino || hole.Blocks*512 > 1<<20 {
		t.Errorf("inodes %d and %d of one file, %d blocks of a hole", one.Ino, two.Ino, hole.Blocks)
	}
}

// TestChanged cuts an archive everywhere, and changes bytes of it.
func TestChanged(t *testing.T) {
	dir := planted(t)
	data, want := archived(t, dir), seen(t, dir)
	for n := 0; n < len(data); n += 1 + len(data)/97 {
		if _, err := unpack(t, data[:n]); err == nil {
			t.Errorf("the first %d bytes of %d are taken", n, len(data))
		}
		other := bytes.Clone(data)
		other[n] ^= 0x40
		if to, err := unpack(t, other); err == nil && !cmp.Equal(want, seen(t, to)) { // some bits of a block mean nothing
			t.Errorf("byte %d is another one, and it is taken", n)
		}
	}
	if _, err := unpack(t, append(bytes.Clone(data), data...)); !errors.Is(err, ErrBroken) {
		t.Errorf("twice: %v", err)
	}
}

// forged packs what a manifest says beside what is really there.
func forged(t *testing.T, m Manifest, headers ...tar.Header) []byte {
	t.Helper()
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	z, err := zstd.NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(z)
	for _, h := range append([]tar.Header{{Name: ManifestName, Typeflag: tar.TypeReg, Size: int64(len(text))}}, headers...) {
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		body := bytes.Repeat([]byte{0}, int(h.Size))
		if h.Name == ManifestName {
			body = text
		}
		if _, err := w.Write(body); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestHostile(t *testing.T) {
	zero := strings.Repeat("0", 64)
	const none = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	for name, c := range map[string]struct {
		members []Member
		headers []tar.Header
		want    string
	}{
		"outside":       {members: []Member{{Name: "../x", Kind: Dir}}, want: "is no name"},
		"absolute":      {members: []Member{{Name: "/etc/x", Kind: Dir}}, want: "is no name"},
		"unclean":       {members: []Member{{Name: "a/../../x", Kind: Dir}}, want: "is no name"},
		"itself":        {members: []Member{{Name: ".", Kind: Dir}}, want: "is no name"},
		"through_link":  {members: []Member{{Name: "a", Kind: Symlink, Target: "/etc"}, {Name: "a/x", Kind: File, SHA256: none}}, want: "no folder before it"},
		"twice":         {members: []Member{{Name: "a", Kind: Symlink, Target: "/etc"}, {Name: "a", Kind: Dir}}, want: "twice"},
		"hard_to_link":  {members: []Member{{Name: "a", Kind: Symlink, Target: "/etc/shadow"}, {Name: "b", Kind: HardLink, Target: "a"}}, want: "no file before it"},
		"hard_outside":  {members: []Member{{Name: "b", Kind: HardLink, Target: "/etc/shadow"}}, want: "no file before it"},
		"device":        {members: []Member{{Name: "a", Kind: "char"}}, want: `is a "char"`},
		"setuid":        {members: []Member{{Name: "a", Kind: File, Mode: 0o4755, SHA256: none}}, want: "which a file has not"},
		"huge":          {members: []Member{{Name: "a", Kind: File, Size: 1 << 62, SHA256: zero}, {Name: "b", Kind: File, Size: 1 << 62, SHA256: zero}}, want: "more than there is"},
		"bomb":          {members: []Member{{Name: "a", Kind: File, SHA256: none}}, headers: []tar.Header{{Name: "a", Typeflag: tar.TypeReg, Size: 1 << 20}}, want: "stands where"},
		"other_kind":    {members: []Member{{Name: "a", Kind: File, SHA256: none}}, headers: []tar.Header{{Name: "a", Typeflag: tar.TypeSymlink, Linkname: "/etc/shadow"}}, want: "stands where"},
		"other_target":  {members: []Member{{Name: "a", Kind: Symlink, Target: "b"}}, headers: []tar.Header{{Name: "a", Typeflag: tar.TypeSymlink, Linkname: "/etc/shadow"}}, want: "stands where"},
		"other_content": {members: []Member{{Name: "a", Kind: File, Size: 3, SHA256: zero}}, headers: []tar.Header{{Name: "a", Typeflag: tar.TypeReg, Size: 3}}, want: "not the one that was archived"},
		"missing":       {members: []Member{{Name: "a", Kind: Dir}}, want: "it ends in the middle"},
		"more":          {headers: []tar.Header{{Name: "a", Typeflag: tar.TypeReg}}, want: "more follows"},
	} {
		t.Run(name, func(t *testing.T) {
			to, err := unpack(t, forged(t, Manifest{Format: Format, Members: c.members}, c.headers...))
			if err == nil || !errors.Is(err, ErrBroken) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if _, err := os.Lstat(filepath.Join(filepath.Dir(to), "x")); err == nil {
				t.Error("something lies outside")
			}
		})
	}
	if _, err := unpack(t, forged(t, Manifest{Format: 7, Version: "v9"})); err == nil || !strings.Contains(err.Error(), `format 7, written by a2c "v9"`) {
		t.Errorf("another format: %v", err)
	}
	for _, data := range []string{"", "no archive at all", "\x28\xb5\x2f\xfd"} {
		if _, err := unpack(t, []byte(data)); !errors.Is(err, ErrBroken) {
			t.Errorf("%q: %v", data, err)
		}
	}
}

// FuzzManifest reads foreign bytes: what is taken leads nowhere but down, behind no link.
func FuzzManifest(f *testing.F) {
	good, err := json.Marshal(Manifest{Format: Format, Members: []Member{{Name: "a", Kind: Dir}, {Name: "a/b", Kind: Symlink, Target: "/"}, {Name: "a/c", Kind: File, Size: 1, SHA256: strings.Repeat("0", 64)}, {Name: "d", Kind: HardLink, Target: "a/c"}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"format":1,"members":[{"name":"../a","kind":"dir"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ReadManifest(data)
		if err != nil {
			return
		}
		dirs := map[string]bool{".": true}
		for _, e := range m.Members {
			if name := string(e.Name); !filepath.IsLocal(name) || !dirs[filepath.Dir(name)] {
				t.Fatalf("%q is taken", name)
			}
			dirs[string(e.Name)] = e.Kind == Dir
		}
	})
}
