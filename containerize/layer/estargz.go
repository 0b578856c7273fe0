package layer

import (
	"errors"
	"fmt"
	"hash"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/containerd/stargz-snapshotter/estargz"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/klauspost/compress/gzip"
	"github.com/opencontainers/go-digest"
)

// packIndexed stores what write writes as eStargz (stargz-snapshotter, docs/estargz.md): every file a gzip stream of its own, and a table of contents at the
// end, from which a snapshotter mounts the layer and fetches only what is read. To all others it is gzip. As BuildKit does, the tar goes in as it is, its end
// included, and the table stands behind: other engines unpack exactly the plan, with neither table nor landmark file in the container. estargz.Build would not
// do: it cuts the tar by the number of cores, which then decides about the digest, and writes temporary files.
func (s *Store) packIndexed(write func(io.Writer) error) (Packed, error) {
	c := &fileByFile{GzipCompressor: estargz.NewGzipCompressorWithLevel(gzipLevel)}
	n := new(counter)
	var w *estargz.Writer
	var toc digest.Digest
	blob, err := s.Put(func(to io.Writer) error {
		w = estargz.NewWriterWithCompressor(to, c)
		r, pipe := io.Pipe()
		written := make(chan error, 1)
		go func() {
			err := write(io.MultiWriter(pipe, n))
			pipe.CloseWithError(err)
			written <- err
		}()
		err := w.AppendTarLossLess(r)
		_ = r.Close() // io.Pipe says that it never fails
		if cause := <-written; cause != nil && !errors.Is(cause, io.ErrClosedPipe) {
			return cause // the library would keep only its text
		}
		if err == nil {
			toc, err = w.Close()
		}
		if err != nil {
			return fmt.Errorf("compress layer: %w", err)
		}
		return nil
	})
	if err != nil {
		return Packed{}, err
	}
	diff, err := v1.NewHash(w.DiffID())
	if err != nil {
		return Packed{}, fmt.Errorf("compress layer: %w", err)
	}
	return Packed{Blob: blob, DiffID: diff, Uncompressed: int64(*n) + c.table, TOC: toc.String()}, nil
}

// fileByFile compresses with one encoder for all streams: a new one for each file would cost a megabyte of garbage.
type fileByFile struct {
	*estargz.GzipCompressor
	z     *gzip.Writer
	table int64 // bytes of the table of contents, as a tar
}

// Writer implements estargz.Compressor.
func (c *fileByFile) Writer(w io.Writer) (estargz.WriteFlushCloser, error) {
	if c.z != nil {
		c.z.Reset(w)
		return c.z, nil
	}
	var err error
	c.z, err = gzip.NewWriterLevel(w, gzipLevel)
	return c.z, err
}

// WriteTOCAndFooter implements estargz.Compressor.
func (c *fileByFile) WriteTOCAndFooter(w io.Writer, off int64, toc *estargz.JTOC, diff hash.Hash) (digest.Digest, error) {
	for _, e := range toc.Entries {
		if !utf8.ValidString(e.Name) || !utf8.ValidString(e.LinkName) {
			return "", fmt.Errorf("eStargz's table of contents is JSON, which cannot say the name %q: choose gzip or zstd", strings.TrimSuffix(e.Name, "/"))
		}
	}
	return c.GzipCompressor.WriteTOCAndFooter(w, off, toc, counted{diff, &c.table})
}

// counted is a hash that counts.
type counted struct {
	hash.Hash
	n *int64
}

func (c counted) Write(p []byte) (int, error) {
	*c.n += int64(len(p))
	return c.Hash.Write(p)
}

// annotations are what the layer's descriptor says of it: by the first a snapshotter verifies the table, by the second containers/storage knows the size.
func (p Packed) annotations() map[string]string {
	if p.TOC == "" {
		return nil
	}
	return map[string]string{estargz.TOCJSONDigestAnnotation: p.TOC, estargz.StoreUncompressedSizeAnnotation: strconv.FormatInt(p.Uncompressed, 10)}
}
