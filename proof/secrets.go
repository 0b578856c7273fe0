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
			for _, a := range list {
				t.Run(a.Name, func(t *testing.T) {
					j := jobs[a.Name]
					j.Whole(t, c, site)
					for _, ran := range j.Runs {
						checkOutput(t, planted, ran)
					}
					checkNamed(t, planted, j)
				})
			}
			checkWorkspace(t, planted, c.Workspace)
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
			if p.Place == "environment" {
				return s.Name == p.Name
			}
			return string(s.Place.Path) == p.Place
		})
		if !named {
			t.Errorf("analyze does not name the secret %s in %s", p.Name, p.Place)
		}
	}
}

// checkWorkspace searches every byte that was written, in compressed layers too. Let through are only the files of the host that hold a
// planted secret themselves, where they are part of the image: in the plain folders of the context and in a layer.
func checkWorkspace(t *testing.T, planted []apps.Planted, workspace string) {
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
			return searchLayer(t, planted, path, b)
		}
		search(t, planted, path, strings.Contains(path, "/image/context/"), b)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if searched == 0 {
		t.Error("the workspace is empty: nothing was searched")
	}
}

func searchLayer(t *testing.T, planted []apps.Planted, path string, compressed []byte) error {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(compressed))
	if err != nil {
		return fmt.Errorf("read the layer %s: %w", path, err)
	}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the layer %s: %w", path, err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			return fmt.Errorf("read %q of the layer %s: %w", h.Name, path, err)
		}
		search(t, planted, path+" /"+h.Name, true, b)
	}
}

// search reports each secret in b. In files of the image the host's own file with the secret is let through.
func search(t *testing.T, planted []apps.Planted, path string, image bool, b []byte) {
	t.Helper()
	for _, p := range planted {
		if image && strings.HasSuffix(path, p.Place) {
			continue
		}
		for _, form := range p.Forms() {
			if bytes.Contains(b, []byte(form)) {
				t.Errorf("%s holds the secret %s of %s (a form of %d bytes)", path, p.Name, p.App, len(form))
			}
		}
	}
}
