package proof

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"a2c/model"
	"a2c/proof/apps"
)

// checkSecrets proves that nothing that a2c printed or wrote over the whole job holds a planted secret, whatever its notation, except files that
// belong to the image by decision, and that analyze names those.
func checkSecrets(t *testing.T, planted []apps.Planted, workspace string, jobs []Job) {
	t.Helper()
	if len(planted) == 0 || len(jobs) == 0 {
		t.Fatalf("%d secrets, %d applications: nothing to look for", len(planted), len(jobs))
	}
	named := map[string]bool{}
	for _, j := range jobs {
		for _, ran := range j.Runs {
			checkOutput(t, planted, ran)
		}
		checkNamed(t, planted, j)
		for _, s := range j.Analysis.AnalysisInfo.Secrets {
			named[string(s.Place.Path)] = true
		}
	}
	h := newHunt(planted, named)
	h.workspace(t, workspace)
	for _, where := range h.found {
		t.Error(where)
	}
}

func checkOutput(t *testing.T, planted []apps.Planted, ran Ran) {
	t.Helper()
	for _, p := range planted {
		for _, form := range p.Forms() {
			if bytes.Contains(ran.Stdout, []byte(form)) || bytes.Contains(ran.Stderr, []byte(form)) {
				t.Errorf("a2c %s prints the secret %s of %s (as %d bytes)", strings.Join(ran.Args, " "), p.Name, p.App, len(form))
			}
		}
	}
}

// checkNamed demands that analyze knows each planted secret of the application by name or place. The values in files stand in Place.Path.
func checkNamed(t *testing.T, planted []apps.Planted, j Job) {
	t.Helper()
	for _, p := range planted {
		if p.App != j.App.Name {
			continue
		}
		named := slices.ContainsFunc(j.Analysis.AnalysisInfo.Secrets, func(s model.Secret) bool {
			// setenv.sh exports its secret: it is named as a variable of the process, and the script stays out of the image
			return s.Name == p.Name || string(s.Place.Path) == p.Place
		})
		if !named {
			t.Errorf("analyze does not name the secret %s in %s", p.Name, p.Place)
		}
	}
}

// hunt looks for planted secrets. Let through are only the files of the host that hold one themselves and that analyze named, where they
// are part of the image: in the plain folders of the context and in a layer.
type hunt struct {
	named map[string]bool     // paths of files that analyze named
	forms map[uint16][]sought // by their first two bytes, so that gigabytes are read once and not once for each form
	begin [1 << 16]bool
	found []string // where one was found that may not be there
}

// sought is one notation of a planted secret.
type sought struct {
	text []byte
	of   apps.Planted
}

func newHunt(planted []apps.Planted, named map[string]bool) *hunt {
	h := &hunt{named: named, forms: map[uint16][]sought{}}
	for _, p := range planted {
		for _, form := range p.Forms() {
			first := uint16(form[0])<<8 | uint16(form[1])
			h.begin[first] = true
			h.forms[first] = append(h.forms[first], sought{[]byte(form), p})
		}
	}
	return h
}

// workspace searches every byte that was written, in compressed layers too.
func (h *hunt) workspace(t *testing.T, workspace string) {
	t.Helper()
	searched := 0
	err := filepath.WalkDir(workspace, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		searched++
		if strings.Contains(path, "/image/oci/blobs/") && bytes.HasPrefix(b, []byte{0x1f, 0x8b}) {
			return h.layer(t, path, b)
		}
		image := strings.Contains(path, "/image/context/")
		h.search(path, image, b)
		return h.archive(path, image, b)
	})
	if err != nil {
		t.Fatal(err)
	}
	if searched == 0 {
		t.Error("the workspace is empty: nothing was searched")
	}
}

// archive searches what is compressed in a file: the entries of a jar, of which an image may hold those that analyze named.
func (h *hunt) archive(path string, image bool, b []byte) error {
	if bytes.HasPrefix(b, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			return nil //nolint:nilerr // it only begins like one
		}
		text, _ := io.ReadAll(z) // as far as it goes
		h.search(path, image, text)
		return nil
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil //nolint:nilerr // most files are none
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return fmt.Errorf("read %s of %s: %w", f.Name, path, err)
		}
		text, err := io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil {
			return fmt.Errorf("read %s of %s: %w", f.Name, path, err)
		}
		h.search(path+"!/"+f.Name, image, text)
	}
	return nil
}

func (h *hunt) layer(t *testing.T, path string, compressed []byte) error {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(compressed))
	if err != nil {
		return fmt.Errorf("read the layer %s: %w", path, err)
	}
	for r := tar.NewReader(z); ; {
		entry, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the layer %s: %w", path, err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			return fmt.Errorf("read %q of the layer %s: %w", entry.Name, path, err)
		}
		h.search(path+" /"+entry.Name, true, b)
		if err := h.archive(path+" /"+entry.Name, true, b); err != nil {
			return err
		}
	}
}

// search notes each secret in b.
func (h *hunt) search(path string, image bool, b []byte) {
	for i := 1; i < len(b); i++ {
		first := uint16(b[i-1])<<8 | uint16(b[i])
		if !h.begin[first] {
			continue
		}
		for _, s := range h.forms[first] {
			if !bytes.HasPrefix(b[i-1:], s.text) || image && h.named[s.of.Place] && strings.HasSuffix(path, s.of.Place) {
				continue
			}
			h.found = append(h.found, fmt.Sprintf("%s holds the secret %s of %s (a form of %d bytes)", path, s.of.Name, s.of.App, len(s.text)))
		}
	}
}
