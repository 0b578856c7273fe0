package parse

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path"
	"unicode/utf8"
)

// Bounds of a single-file bundle's manifest: the largest seen have some 1,000 files.
const (
	maxBundleFiles  = 100_000
	maxBundleHeader = 8 << 20
)

// Bundle is the manifest of a .NET single-file application (github.com/dotnet/designs: accepted/2020/single-file/bundler.md; header in
// dotnet/runtime: src/native/corehost/bundle). The files stand in the executable itself, behind its ELF image.
type Bundle struct {
	Major, Minor  uint32 // 1.0: .NET Core 3, 2.0: .NET 5, 6.0: .NET 6 and later
	ID            string
	HeaderOffset  int64
	Files         []BundleFile
	DepsJSON      BundleFile // Size 0 when there is none
	RuntimeConfig BundleFile
}

// BundleFile is one embedded file.
type BundleFile struct {
	Path   string // relative, with "/"
	Offset int64
	Size   int64 // unpacked
	Packed int64 // bytes stored when deflated; 0: stored as is
	Type   BundleType
}

// BundleType is bundle::file_type_t as it is since .NET 5.
type BundleType byte

// The types of embedded files.
const (
	BundleUnknown BundleType = iota
	BundleAssembly
	BundleNative
	BundleDeps
	BundleRuntimeConfig
	BundleSymbols
)

// ReadBundle reads the manifest at offset (from FindBundle) of an executable of size bytes.
func ReadBundle(r io.ReaderAt, offset, size int64) (*Bundle, error) {
	if offset < 0 || offset >= size {
		return nil, fmt.Errorf("bundle header at %d of %d bytes", offset, size)
	}
	data := make([]byte, min(size-offset, maxBundleHeader))
	if n, err := r.ReadAt(data, offset); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read bundle header: %w", err)
	} else {
		data = data[:n]
	}
	h := bundleReader{data: data, size: size}
	b := &Bundle{HeaderOffset: offset, Major: uint32(h.int(4)), Minor: uint32(h.int(4))}
	count := h.int(4)
	b.ID = h.string()
	if h.err == nil && b.Major != 1 && b.Major != 2 && b.Major != 6 {
		return nil, fmt.Errorf("bundle version %d.%d is not known (1, 2 and 6 are)", b.Major, b.Minor)
	}
	if h.err == nil && (count < 0 || count > maxBundleFiles) {
		return nil, fmt.Errorf("bundle claims %d files (%d allowed)", count, maxBundleFiles)
	}
	if b.Major >= 2 {
		b.DepsJSON = h.located(BundleDeps)
		b.RuntimeConfig = h.located(BundleRuntimeConfig)
		h.int(8) // flags
	}
	for i := int64(0); i < count && h.err == nil; i++ {
		b.Files = append(b.Files, h.file(b.Major))
	}
	if h.err != nil {
		return nil, h.err
	}
	return b, nil
}

// SelfContained reports whether the runtime is in the bundle, or linked into its executable.
func (b *Bundle) SelfContained(c RuntimeConfig) bool {
	return c.SelfContained() || b.Has("System.Private.CoreLib.dll")
}

// Has reports whether a file of that base name is embedded.
func (b *Bundle) Has(base string) bool {
	for _, f := range b.Files {
		if path.Base(f.Path) == base {
			return true
		}
	}
	return false
}

// bundleReader reads what BinaryWriter wrote; after the first error everything is zero.
type bundleReader struct {
	data []byte
	size int64
	err  error
}

func (h *bundleReader) take(n int) []byte {
	if h.err == nil && n > len(h.data) {
		h.err = errors.New("bundle header ends too early")
	}
	if h.err != nil {
		return make([]byte, min(n, 8))
	}
	out := h.data[:n]
	h.data = h.data[n:]
	return out
}

func (h *bundleReader) int(n int) int64 {
	b := h.take(n)
	switch n {
	case 1:
		return int64(b[0])
	case 4:
		return int64(int32(binary.LittleEndian.Uint32(b)))
	}
	return int64(binary.LittleEndian.Uint64(b))
}

// string has its length in front in 7-bit groups; bundles allow two of them (4,095 bytes and more are refused by the host too).
func (h *bundleReader) string() string {
	n := h.int(1)
	if n&0x80 != 0 {
		second := h.int(1)
		if second&0x80 != 0 && h.err == nil {
			h.err = errors.New("bundle header: a string longer than 16,383 bytes")
		}
		n = n&0x7f | second<<7
	}
	if h.err != nil {
		return ""
	}
	s := string(h.take(int(n)))
	if h.err == nil && !utf8.ValidString(s) {
		h.err = errors.New("bundle header: a path is not UTF-8")
	}
	return s
}

func (h *bundleReader) located(t BundleType) BundleFile {
	return h.bounded(BundleFile{Offset: h.int(8), Size: h.int(8), Type: t})
}

func (h *bundleReader) file(major uint32) BundleFile {
	f := BundleFile{Offset: h.int(8), Size: h.int(8)}
	if major >= 6 {
		f.Packed = h.int(8)
	}
	f.Type = bundleType(major, h.int(1))
	f.Path = h.string()
	return h.bounded(f)
}

// bundleType translates .NET Core 3's numbers (assembly, ready-to-run, deps, runtimeconfig, extracted), which were others than those since .NET 5.
func bundleType(major uint32, n int64) BundleType {
	if major > 1 {
		return BundleType(n)
	}
	switch n {
	case 0, 1:
		return BundleAssembly
	case 2:
		return BundleDeps
	case 3:
		return BundleRuntimeConfig
	}
	return BundleUnknown
}

func (h *bundleReader) bounded(f BundleFile) BundleFile {
	stored := f.Size
	if f.Packed != 0 {
		stored = f.Packed
	}
	if h.err == nil && (f.Offset < 0 || stored < 0 || f.Size < 0 || f.Offset > h.size-stored) {
		h.err = fmt.Errorf("bundle file %q lies outside of the executable: %d bytes at %d of %d", excerpt(f.Path), stored, f.Offset, h.size)
	}
	return f
}

// ReadStored returns an embedded file that is not compressed, such as runtimeconfig.json and deps.json, at most limit bytes.
func (b *Bundle) ReadStored(r io.ReaderAt, f BundleFile, limit int64) ([]byte, error) {
	switch {
	case f.Packed != 0:
		return nil, fmt.Errorf("bundle file %q is compressed", f.Path)
	case f.Size > limit:
		return nil, fmt.Errorf("bundle file %q: %w: %d bytes, %d allowed", f.Path, ErrTooLarge, f.Size, limit)
	}
	data := make([]byte, f.Size)
	if n, err := r.ReadAt(data, f.Offset); n < len(data) {
		return nil, fmt.Errorf("read bundle file %q: %w", f.Path, err)
	}
	return data, nil
}
