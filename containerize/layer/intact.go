package layer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// Intact reports whether the layout at dir holds the whole image p and nothing of it was changed: every blob is read.
func Intact(ctx context.Context, dir string, p Published) error {
	img, err := Load(dir)
	if err != nil {
		return err
	}
	digest, err := img.Digest()
	if err != nil {
		return fmt.Errorf("read image layout: %w", err)
	}
	if digest != p.Digest {
		return fmt.Errorf("image layout %s holds %s instead of %s", dir, digest, p.Digest)
	}
	m, err := img.Manifest()
	if err != nil {
		return fmt.Errorf("read image layout: %w", err)
	}
	blobs := []v1.Hash{digest, m.Config.Digest}
	for _, l := range m.Layers {
		blobs = append(blobs, l.Digest)
	}
	for _, b := range blobs {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := whole(filepath.Join(dir, "blobs", b.Algorithm, b.Hex), b.Hex); err != nil {
			return err
		}
	}
	return nil
}

func whole(name, want string) error {
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("read image layout: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return fmt.Errorf("read image layout: %w", err)
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		return fmt.Errorf("read image layout: blob %s was changed", want)
	}
	return nil
}
