package proof

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"a2c/internal/engine"
	"a2c/model"
)

// mutant is an image that is changed after it was built: by a further layer, and in its configuration. image.json says of it what it says of the good one, but
// for what names it and how it is started.
type mutant struct {
	c       Command
	job     Job
	image   v1.Image
	config  v1.Config
	file    string // of the layer
	archive *os.File
	tar     *tar.Writer
	entries int
}

func newMutant(t *testing.T, c Command, j Job, file string) *mutant {
	t.Helper()
	m := &mutant{c: c, job: j, file: file}
	var err error
	if m.image, err = engine.Layout(m.oci(), j.Image.Digest); err != nil {
		t.Fatal(err)
	}
	config, err := m.image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	m.config = *config.Config.DeepCopy()
	if m.archive, err = os.Create(file); err != nil {
		t.Fatal(err)
	}
	m.tar = tar.NewWriter(m.archive)
	t.Cleanup(func() { _ = os.Remove(file) })
	return m
}

func (m *mutant) oci() string { return filepath.Join(m.c.Workspace, m.job.ID, "image", "oci") }

// entry adds one; content may be nil.
func (m *mutant) entry(t *testing.T, h tar.Header, content []byte) {
	t.Helper()
	h.Name, h.Size = strings.TrimPrefix(h.Name, "/"), int64(len(content))
	if err := m.tar.WriteHeader(&h); err != nil {
		t.Fatal(err)
	}
	if _, err := m.tar.Write(content); err != nil {
		t.Fatal(err)
	}
	m.entries++
}

// remove takes a path out (image-spec, layer.md, "Whiteouts").
func (m *mutant) remove(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		m.entry(t, tar.Header{Name: path.Join(path.Dir(name), ".wh."+path.Base(name)), Typeflag: tar.TypeReg, Mode: 0o644}, nil)
	}
}

// matching are the paths of the image that a pattern means, with a slash before them.
func (m *mutant) matching(t *testing.T, pattern string) (list []string) {
	t.Helper()
	eachEntryOf(t, m.image, func(h *tar.Header, _ io.Reader) {
		name := "/" + strings.TrimSuffix(h.Name, "/")
		if ok, _ := path.Match(pattern, name); ok {
			list = append(list, name)
		}
	})
	if len(list) == 0 {
		t.Fatalf("nothing in the image is called %s", pattern)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// change writes a file of the image anew.
func (m *mutant) change(t *testing.T, name string, edit func(h *tar.Header, content []byte) []byte) {
	t.Helper()
	var found *tar.Header
	var content []byte
	eachEntryOf(t, m.image, func(h *tar.Header, body io.Reader) {
		if h.Name == strings.TrimPrefix(name, "/") {
			found = h
			content, _ = io.ReadAll(body) // a short one shows in the entry below
		}
	})
	if found == nil {
		t.Fatalf("the image has no %s", name)
	}
	m.entry(t, *found, edit(found, content))
}

// mode changes the mode alone.
func (m *mutant) mode(t *testing.T, name string, mode int64, uid, gid int) {
	t.Helper()
	m.change(t, name, func(h *tar.Header, content []byte) []byte {
		h.Mode, h.Uid, h.Gid = mode, uid, gid
		return content
	})
}

// replace edits a text, which must be there.
func (m *mutant) replace(t *testing.T, name, old, now string) {
	t.Helper()
	m.change(t, name, func(_ *tar.Header, content []byte) []byte {
		if !strings.Contains(string(content), old) {
			t.Fatalf("%s of the image does not say %q", name, old)
		}
		return []byte(strings.ReplaceAll(string(content), old, now))
	})
}

// tree adds a folder of this machine with all that is in it, as it is.
func (m *mutant) tree(t *testing.T, dir string, without ...string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if slices.Contains(without, strings.TrimPrefix(name, dir+"/")) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		h := tar.Header{Name: name, Mode: int64(info.Mode().Perm()), Typeflag: tar.TypeReg}
		if st, is := info.Sys().(*syscall.Stat_t); is {
			h.Uid, h.Gid = int(st.Uid), int(st.Gid)
		}
		var content []byte
		switch {
		case d.IsDir():
			h.Typeflag, h.Name = tar.TypeDir, name+"/"
		case d.Type()&fs.ModeSymlink != 0:
			h.Typeflag = tar.TypeSymlink
			h.Linkname, err = os.Readlink(name)
		default:
			content, err = os.ReadFile(name)
		}
		if err == nil {
			m.entry(t, h, content)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// env sets variables, or takes away those without a value.
func (m *mutant) env(pairs ...string) {
	for _, kv := range pairs {
		name, value, set := strings.Cut(kv, "=")
		m.config.Env = slices.DeleteFunc(m.config.Env, func(have string) bool { return strings.HasPrefix(have, name+"=") })
		if set {
			m.config.Env = append(m.config.Env, name+"="+value)
		}
	}
}

// argument replaces the one argument that contains old, or takes it away when now is "".
func (m *mutant) argument(t *testing.T, old, now string) {
	t.Helper()
	for _, list := range []*[]string{&m.config.Entrypoint, &m.config.Cmd} {
		for i, a := range *list {
			if !strings.Contains(a, old) {
				continue
			}
			changed := slices.Clone(*list)
			if changed[i] = strings.Replace(a, old, now, 1); changed[i] == "" || now == "" {
				changed = slices.Delete(changed, i, i+1)
			}
			*list = changed
			return
		}
	}
	t.Fatalf("no argument of the image contains %q: %q %q", old, m.config.Entrypoint, m.config.Cmd)
}

// write puts the image into the layout beside the good one, and has image.json name it.
func (m *mutant) write(t *testing.T) {
	t.Helper()
	if err := errors.Join(m.tar.Close(), m.archive.Close()); err != nil {
		t.Fatal(err)
	}
	image, added := m.image, int64(0)
	if m.entries > 0 {
		l, err := tarball.LayerFromFile(m.file, tarball.WithCompressionLevel(gzip.BestSpeed))
		if err != nil {
			t.Fatal(err)
		}
		if image, err = mutate.AppendLayers(image, l); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(m.file)
		if err != nil {
			t.Fatal(err)
		}
		added = info.Size()
	}
	image, err := mutate.Config(image, m.config)
	if err != nil {
		t.Fatal(err)
	}
	to, err := layout.FromPath(m.oci())
	if err != nil {
		t.Fatal(err)
	}
	digest, err := image.Digest()
	if err != nil {
		t.Fatal(err)
	}
	if digest.String() != m.job.Image.Digest {
		if err := to.AppendImage(image); err != nil {
			t.Fatal(err)
		}
	}
	m.describe(t, digest.String(), added)
}

func (m *mutant) describe(t *testing.T, digest string, added int64) {
	t.Helper()
	i := m.job.Image
	i.Digest, i.Uncompressed = digest, i.Uncompressed+added
	i.Config.User, i.Config.WorkingDir, i.Config.Entrypoint, i.Config.Cmd, i.Config.Env = m.config.User, model.Path(m.config.WorkingDir), m.config.Entrypoint, m.config.Cmd, m.config.Env
	text, err := json.MarshalIndent(i, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(m.c.Workspace, m.job.ID, "image", "image.json"), append(text, '\n'), 0o600); err != nil {
		t.Fatal(err)
	}
}
