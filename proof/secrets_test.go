package proof

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/proof/apps"
)

// TestHuntFindsWhatWasPlanted holds that the proof of secrets can fail: in a document, at a file's end, in another notation, in a layer; and that it
// lets through only the file of the image that analyze named.
func TestHuntFindsWhatWasPlanted(t *testing.T) {
	const value = "x&yZ<secret3"
	planted := []apps.Planted{{App: "shop", Name: "PASSWORD", Value: value, Place: "/etc/shop.conf"}}
	dir := t.TempDir()
	write := func(name, text string) {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("analysis.json", `"`+value[:11])
	write("plain", value)
	write("task.json", `"x\u0026yZ\u003csecret3"`)
	write("id/image/context/etc/shop.conf", value)
	write("id/image/context/etc/other.conf", value)
	write("id/image/oci/blobs/sha256/1", layerOf(t, "etc/shop.conf", value))
	write("id/image/oci/blobs/sha256/2", layerOf(t, "etc/other.conf", value))
	h := newHunt(planted, map[string]bool{"/etc/shop.conf": true})
	h.workspace(t, dir)
	var got []string
	for _, name := range []string{"analysis.json", "plain", "task.json", "context/etc/shop.conf", "context/etc/other.conf", "sha256/1 ", "sha256/2 "} {
		if slices.ContainsFunc(h.found, func(s string) bool { return strings.Contains(s, name) }) {
			got = append(got, name)
		}
	}
	if diff := cmp.Diff([]string{"plain", "task.json", "context/etc/other.conf", "sha256/2 "}, got); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
}

func layerOf(t *testing.T, name, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(text))}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
