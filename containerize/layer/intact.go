package layer

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"a2c/internal/disk"
)

// Whole is which blobs of the image p the layout at dir holds unchanged: those are read that were written to since seen, by hexadecimal digits, was noted.
// After the end of ctx it holds those that were looked at by then.
func Whole(ctx context.Context, dir string, p Published, seen map[string]disk.Stamp) map[v1.Hash]bool {
	blobs := []v1.Hash{p.Digest, p.ConfigDigest}
	for _, l := range p.Layers {
		if h, err := v1.NewHash(l.Digest); err == nil {
			blobs = append(blobs, h)
		}
	}
	out := map[v1.Hash]bool{}
	for _, b := range blobs {
		if ctx.Err() != nil {
			return out
		}
		name := filepath.Join(dir, "blobs", b.Algorithm, b.Hex)
		if was, noted := seen[b.Hex]; noted {
			if info, err := os.Lstat(name); err == nil && disk.StampOf(info) == was {
				out[b] = true
				continue
			}
		}
		if got, err := disk.SHA256(name); err == nil && got == b.Hex {
			out[b] = true
		}
	}
	return out
}

// Intact reports whether the layout at dir names the image p; whole are the blobs that it has of that.
func Intact(dir string, p Published, whole map[v1.Hash]bool) error {
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
	if !whole[p.Digest] {
		return fmt.Errorf("read image layout: blob %s was changed", p.Digest)
	}
	m, err := img.Manifest()
	if err != nil {
		return fmt.Errorf("read image layout: %w", err)
	}
	for _, d := range append(m.Layers, m.Config) {
		if !whole[d.Digest] {
			return fmt.Errorf("read image layout: blob %s was changed", d.Digest)
		}
	}
	return nil
}
