package layer

import (
	"context"
	"fmt"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"a2c/internal/disk"
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

// Whole leaves of the layers in the layout at dir those whose blobs were not changed: they are read.
func Whole(ctx context.Context, dir string, all map[string]Packed) (map[string]Packed, error) {
	out := map[string]Packed{}
	for from, p := range all {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if whole(filepath.Join(dir, "blobs", p.Digest.Algorithm, p.Digest.Hex), p.Digest.Hex) == nil {
			out[from] = p
		}
	}
	return out, nil
}

func whole(name, want string) error {
	got, err := disk.SHA256(name)
	if err != nil {
		return fmt.Errorf("read image layout: %w", err)
	}
	if got != want {
		return fmt.Errorf("read image layout: blob %s was changed", want)
	}
	return nil
}
