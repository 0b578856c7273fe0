package proof

import (
	"archive/tar"
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
	"time"

	"a2c/model"
	"a2c/proof/apps"
)

// Secrets proves that nothing that a2c prints or writes holds a planted secret, whatever its notation, except files that belong to the
// image by decision, and that analyze names those.
func Secrets() Proof {
	return Proof{
		Name: "secrets", Needs: []Need{Root, AMD64, Packages}, Budget: 5 * time.Minute,
		Install: InstallApps(apps.All()...),
		Run: func(t *testing.T, b *Bench) {
			list := apps.All()
			site := b.Start(t, list...)
			c := b.Command(b.Scratch(t, "secrets"), "DOCKER_HOST="+b.Engine(t))
			jobs, inventory := b.Inventory(t, c, site, list)
			planted := site.Planted()
			checkOutput(t, planted, inventory)
			named := map[string]bool{}
			for _, a := range list {
				t.Run(a.Name, func(t *testing.T) {
					j := jobs[a.Name]
					j.Whole(t, c, site)
					for _, ran := range j.Runs {
						checkOutput(t, planted, ran)
					}
					checkNamed(t, planted, j)
					for _, s := range j.Analysis.AnalysisInfo.Secrets {
						named[string(s.Place.Path)] = true
					}
				})
			}
			hunt{planted, named}.workspace(t, c.Workspace)
		},
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
	planted []apps.Planted
	named   map[string]bool // paths of files that analyze named
}

// workspace searches every byte that was written, in compressed layers too.
func (h hunt) workspace(t *testing.T, workspace string) {
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
		h.search(t, path, strings.Contains(path, "/image/context/"), b)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if searched == 0 {
		t.Error("the workspace is empty: nothing was searched")
	}
}

func (h hunt) layer(t *testing.T, path string, compressed []byte) error {
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
		h.search(t, path+" /"+entry.Name, true, b)
	}
}

// search reports each secret in b.
func (h hunt) search(t *testing.T, path string, image bool, b []byte) {
	t.Helper()
	for _, p := range h.planted {
		if image && h.named[p.Place] && strings.HasSuffix(path, p.Place) {
			continue
		}
		for _, form := range p.Forms() {
			if bytes.Contains(b, []byte(form)) {
				t.Errorf("%s holds the secret %s of %s (a form of %d bytes)", path, p.Name, p.App, len(form))
			}
		}
	}
}
