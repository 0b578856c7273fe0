package parse

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// Bounds of an archive's directory. The largest shaded jars seen have some 100,000 entries.
const (
	maxJarEntries   = 200_000
	maxJarDirectory = 64 << 20
	// deflateRatio is the best that deflate can do (RFC 1951: 258 bytes from 2 bits): a header that claims more lies.
	deflateRatio = 1032
)

// ErrNotZip says that the bytes are no zip archive.
var ErrNotZip = errors.New("is no zip archive")

// ErrHostileZip says that an archive's headers lie or that it is made to exhaust its reader.
var ErrHostileZip = errors.New("hostile zip archive")

// ErrNoEntry says that an archive has no entry of that name.
var ErrNoEntry = errors.New("no such entry")

// ErrTooLarge says that something is larger than the caller allowed.
var ErrTooLarge = errors.New("larger than allowed")

// Jar is the directory of a zip archive: a jar, a war, a Spring Boot jar with a shell script in front. Entries are read one at a
// time, each with a limit.
type Jar struct {
	r      io.ReaderAt
	size   int64
	files  []*zip.File
	byName map[string]int
}

// JarEntry is one entry of the central directory (APPNOTE.TXT 4.3.12). Names are as stored and may climb ("../"): they are keys,
// never paths to write to.
type JarEntry struct {
	Name           string
	Size           int64 // uncompressed, as declared
	CompressedSize int64
	CRC32          uint32
	Stored         bool // not compressed, as Spring Boot stores its nested jars
	Dir            bool
}

// OpenJar reads the central directory of the archive r, which is size bytes long. Errors are ErrNotZip, ErrHostileZip or r's own.
func OpenJar(r io.ReaderAt, size int64) (*Jar, error) {
	if err := boundDirectory(r, size); err != nil {
		return nil, err
	}
	counted := &countedDirectory{r: r}
	z, err := zip.NewReader(counted, size)
	counted.read = true
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		if errors.Is(err, ErrHostileZip) {
			return nil, err
		}
		if errors.Is(err, zip.ErrFormat) || errors.Is(err, zip.ErrAlgorithm) {
			return nil, fmt.Errorf("%w: %w", ErrNotZip, err)
		}
		return nil, fmt.Errorf("read zip directory: %w", err)
	}
	j := &Jar{r: r, size: size, files: z.File, byName: make(map[string]int, len(z.File))}
	var packed uint64
	for i, f := range z.File {
		if f.CompressedSize64 > uint64(size) || packed+f.CompressedSize64 > uint64(size) {
			return nil, fmt.Errorf("%w: entries overlap or lie about their size: more than the %d bytes of the archive", ErrHostileZip, size)
		}
		packed += f.CompressedSize64
		j.byName[f.Name] = i // the last of equal names counts, as in java.util.zip.ZipFile
	}
	return j, nil
}

// Len is the number of entries.
func (j *Jar) Len() int { return len(j.files) }

// Entries lists the archive in the directory's order.
func (j *Jar) Entries() []JarEntry {
	out := make([]JarEntry, len(j.files))
	for i, f := range j.files {
		out[i] = entryOf(f)
	}
	return out
}

// Entry finds an entry by its exact name.
func (j *Jar) Entry(name string) (JarEntry, bool) {
	i, ok := j.byName[name]
	if !ok {
		return JarEntry{}, false
	}
	return entryOf(j.files[i]), true
}

// Read returns an entry's bytes, at most limit of them: ErrNoEntry, ErrTooLarge, ErrHostileZip, or a damaged entry's error.
func (j *Jar) Read(name string, limit int64) ([]byte, error) {
	f, err := j.find(name, limit)
	if err != nil {
		return nil, err
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("open entry %q: %w", name, err)
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read entry %q: %w", name, err)
	case int64(len(data)) > limit:
		return nil, fmt.Errorf("entry %q: %w: over %d bytes", name, ErrTooLarge, limit)
	}
	return data, nil
}

// Nested opens a jar stored inside this one without unpacking it. A compressed one is read into memory, up to limit bytes.
func (j *Jar) Nested(name string, limit int64) (*Jar, error) {
	f, err := j.find(name, math.MaxInt64)
	if err != nil {
		return nil, err
	}
	if f.Method == zip.Store && f.CompressedSize64 == f.UncompressedSize64 {
		at, err := f.DataOffset()
		if err != nil {
			return nil, fmt.Errorf("open entry %q: %w", name, err)
		}
		n := int64(f.CompressedSize64)
		if at < 0 || at > j.size-n {
			return nil, fmt.Errorf("%w: entry %q ends behind the archive", ErrHostileZip, name)
		}
		inner, err := OpenJar(io.NewSectionReader(j.r, at, n), n)
		if err != nil {
			return nil, fmt.Errorf("entry %q: %w", name, err)
		}
		return inner, nil
	}
	data, err := j.Read(name, limit)
	if err != nil {
		return nil, err
	}
	inner, err := OpenJar(bytesAt(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("entry %q: %w", name, err)
	}
	return inner, nil
}

func (j *Jar) find(name string, limit int64) (*zip.File, error) {
	i, ok := j.byName[name]
	if !ok {
		return nil, fmt.Errorf("entry %q: %w", name, ErrNoEntry)
	}
	f := j.files[i]
	switch {
	case f.UncompressedSize64 > uint64(limit):
		return nil, fmt.Errorf("entry %q: %w: %d bytes, %d allowed", name, ErrTooLarge, f.UncompressedSize64, limit)
	case f.UncompressedSize64/deflateRatio > f.CompressedSize64+1:
		return nil, fmt.Errorf("%w: entry %q claims %d bytes from %d", ErrHostileZip, name, f.UncompressedSize64, f.CompressedSize64)
	case f.Flags&1 != 0:
		return nil, fmt.Errorf("entry %q is encrypted", name)
	}
	return f, nil
}

func entryOf(f *zip.File) JarEntry {
	return JarEntry{
		Name: f.Name, Size: clamp(f.UncompressedSize64), CompressedSize: clamp(f.CompressedSize64), CRC32: f.CRC32,
		Stored: f.Method == zip.Store, Dir: len(f.Name) > 0 && f.Name[len(f.Name)-1] == '/',
	}
}

func clamp(n uint64) int64 { return int64(min(n, math.MaxInt64)) }

// boundDirectory reads the end of central directory record (APPNOTE.TXT 4.3.16, 4.3.14) before archive/zip does, since that
// allocates by what the record claims.
func boundDirectory(r io.ReaderAt, size int64) error {
	const endLen, maxComment = 22, 1<<16 - 1
	n := min(size, endLen+maxComment)
	tail := make([]byte, max(n, 0))
	if len(tail) < endLen {
		return fmt.Errorf("%w: %d bytes", ErrNotZip, size)
	}
	if _, err := r.ReadAt(tail, size-n); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read zip directory: %w", err)
	}
	for i := len(tail) - endLen; i >= 0; i-- {
		end := tail[i:]
		if binary.LittleEndian.Uint32(end) != 0x06054b50 || int(binary.LittleEndian.Uint16(end[20:]))+endLen > len(end) {
			continue
		}
		records, length := uint64(binary.LittleEndian.Uint16(end[10:])), uint64(binary.LittleEndian.Uint32(end[12:]))
		if z64, ok := end64(r, size-n+int64(i)); ok { // whether it counts or not
			records = max(z64[0], records%math.MaxUint16)
			length = max(z64[1], length%math.MaxUint32)
		}
		if records > maxJarEntries || length > maxJarDirectory {
			return fmt.Errorf("%w: directory of %d entries in %d bytes (%d in %d allowed)", ErrHostileZip, records, length, maxJarEntries, maxJarDirectory)
		}
		return nil
	}
	return ErrNotZip
}

// countedDirectory is an archive while its directory is read: archive/zip reads entries as long as there are some, whatever their number is said to be
// (APPNOTE.TXT 4.4.22: it compares 16 bits of it), and where it is said to begin. Each entry begins with a signature.
type countedDirectory struct {
	r              io.ReaderAt
	read           bool // the directory was
	entries, bytes int
}

func (c *countedDirectory) ReadAt(p []byte, at int64) (int, error) {
	n, err := c.r.ReadAt(p, at)
	if c.read {
		return n, err
	}
	c.bytes += n
	c.entries += bytes.Count(p[:n], []byte("PK\x01\x02"))
	if c.entries > maxJarEntries || c.bytes > maxJarDirectory {
		return 0, fmt.Errorf("%w: its directory holds more than it says, and more than %d entries or %d bytes", ErrHostileZip, maxJarEntries, maxJarDirectory)
	}
	return n, err
}

// end64 reads records and bytes of the zip64 end of central directory through the locator that stands before the end record.
func end64(r io.ReaderAt, end int64) ([2]uint64, bool) {
	var locator [20]byte
	if end < int64(len(locator)) {
		return [2]uint64{}, false
	}
	if _, err := r.ReadAt(locator[:], end-int64(len(locator))); err != nil || binary.LittleEndian.Uint32(locator[:]) != 0x07064b50 {
		return [2]uint64{}, false
	}
	at := binary.LittleEndian.Uint64(locator[8:])
	var record [56]byte
	if at > uint64(end) {
		return [2]uint64{}, false
	}
	if _, err := r.ReadAt(record[:], int64(at)); err != nil || binary.LittleEndian.Uint32(record[:]) != 0x06064b50 {
		return [2]uint64{}, false
	}
	return [2]uint64{binary.LittleEndian.Uint64(record[32:]), binary.LittleEndian.Uint64(record[40:])}, true
}

// bytesAt is an io.ReaderAt over bytes in memory.
type bytesAt []byte

func (b bytesAt) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off >= int64(len(b)) {
		return 0, io.EOF
	}
	n := copy(p, b[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}
