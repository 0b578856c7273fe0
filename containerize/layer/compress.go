package layer

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/klauspost/compress/zstd"
	"github.com/klauspost/pgzip"
)

// Compression of layers.
type Compression string

// Compressions. Gzip is read by every engine and registry, and eStargz by them as gzip; zstd needs Docker 23, containerd 1.5 or later.
const (
	Gzip    Compression = "gzip"
	Zstd    Compression = "zstd"
	Estargz Compression = "estargz"
)

// Compressions lists the names, the default first.
func Compressions() []string { return []string{string(Gzip), string(Zstd), string(Estargz)} }

// gzipBlock is part of the digest: pgzip's output depends on it, not on how many blocks are compressed at once.
const gzipBlock = 1 << 20

// gzipLevel is part of the digest.
const gzipLevel = 6

// Check refuses a name that is none.
func (c Compression) Check() error {
	_, err := c.mediaType()
	return err
}

// zstdWindow bounds the encoder's memory; it is part of the digest.
const zstdWindow = 4 << 20

func (c Compression) mediaType() (types.MediaType, error) {
	switch c {
	case Gzip, Estargz, "":
		return types.OCILayer, nil
	case Zstd:
		return types.OCILayerZStd, nil
	}
	return "", fmt.Errorf("compression %q: there are %s", string(c), strings.Join(Compressions(), ", "))
}

// writer compresses into w with up to jobs threads.
func (c Compression) writer(w io.Writer, jobs int) (io.WriteCloser, error) {
	if c == Zstd {
		// The fastest level is smaller than gzip already, and the default one takes half as long again to be 4 % smaller.
		// At least two: with one, what feeds it waits for it. Not WithLowerEncoderMem: that moves a whole window in memory for each block.
		return zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(max(jobs, 2)), zstd.WithWindowSize(zstdWindow))
	}
	z, err := pgzip.NewWriterLevel(w, gzipLevel)
	if err != nil {
		return nil, err
	}
	// At least two, as above: the builder ends meanwhile, and leaves its core.
	return z, z.SetConcurrency(gzipBlock, max(jobs, 2))
}

// Packed is a layer in the store.
type Packed struct {
	Blob
	DiffID       v1.Hash // digest of the uncompressed tar
	Uncompressed int64
	TOC          string `json:",omitempty"` // digest of eStargz's table of contents
}

// pack stores what write writes, compressed, in one pass.
func (s *Store) pack(c Compression, jobs int, write func(io.Writer) error) (Packed, error) {
	if c == Estargz {
		return s.packIndexed(write)
	}
	sum, n := sha256.New(), new(counter)
	blob, err := s.Put(func(w io.Writer) error {
		z, err := c.writer(w, jobs)
		if err != nil {
			return fmt.Errorf("compress layer: %w", err)
		}
		if err := write(io.MultiWriter(z, sum, n)); err != nil {
			z.Close()
			return err
		}
		if err := z.Close(); err != nil {
			return fmt.Errorf("compress layer: %w", err)
		}
		return nil
	})
	if err != nil {
		return Packed{}, err
	}
	return Packed{Blob: blob, DiffID: v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(sum.Sum(nil))}, Uncompressed: int64(*n)}, nil
}
