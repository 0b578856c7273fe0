package parse

import (
	"encoding/binary"
	"errors"
	"io"
	"testing"
	"time"
)

// sparse is a file of a terabyte that holds nothing but its head.
type sparse struct{ head []byte }

const terabyte = 1 << 40

func (s sparse) ReadAt(p []byte, off int64) (int, error) {
	if off >= terabyte {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), terabyte-off))
	clear(p[:n])
	if off < int64(len(s.head)) {
		copy(p[:n], s.head[off:])
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// hostileELF is a 64-bit program whose section of names, and whose only segment, claim to be as large as the file.
func hostileELF(sections, segments uint16) []byte {
	h := make([]byte, 64+56+2*64)
	copy(h, "\x7fELF\x02\x01\x01")
	le := binary.LittleEndian
	le.PutUint16(h[16:], 2)  // ET_EXEC
	le.PutUint16(h[18:], 62) // x86-64
	le.PutUint32(h[20:], 1)
	le.PutUint64(h[32:], 64)    // program headers
	le.PutUint64(h[40:], 64+56) // sections
	le.PutUint16(h[52:], 64)    // size of this header
	le.PutUint16(h[54:], 56)    // and of those
	le.PutUint16(h[56:], segments)
	le.PutUint16(h[58:], 64)
	le.PutUint16(h[60:], sections)
	le.PutUint16(h[62:], 1)
	le.PutUint32(h[64:], 1) // PT_LOAD
	le.PutUint32(h[68:], 6) // readable, writable
	le.PutUint64(h[64+32:], terabyte-1)
	names := h[64+56+64:]
	le.PutUint32(names[4:], 3) // SHT_STRTAB
	le.PutUint64(names[32:], terabyte-1)
	return h
}

// TestSparseFilesAreNotRead holds that what a file claims of itself makes no reader allocate or read it: a user may run a program of a terabyte that takes
// no room on disk.
func TestSparseFilesAreNotRead(t *testing.T) {
	for _, counts := range [][2]uint16{{2, 1}, {65535, 65535}, {0, 1}, {2, 0}} {
		r := sparse{hostileELF(counts[0], counts[1])}
		done := make(chan bool)
		go func() {
			defer close(done)
			_, _ = FindBundle(r, terabyte)
			names, _ := ELFSections(r)
			IsNativeAOT(names)
			_, _ = ReadELF(r)
			_, _ = ReadBundle(r, 1, terabyte)
			_, _ = MonoVersion(r, terabyte)
			_, _ = OpenJar(r, terabyte)
		}()
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			t.Fatalf("%d sections and %d segments take longer than 10 s", counts[0], counts[1])
		}
	}
}

// placed is a sparse file with something at an offset.
type placed struct {
	sparse
	at   int64
	data []byte
}

func (p placed) ReadAt(b []byte, off int64) (int, error) {
	n, err := p.sparse.ReadAt(b, off)
	from, to := max(p.at, off), min(p.at+int64(len(p.data)), off+int64(n))
	if from < to {
		copy(b[from-off:to-off], p.data[from-p.at:])
	}
	return n, err
}

// TestBundleInMuchData holds that the marker is found in the first part of much writable data, and that the rest is not passed over silently.
func TestBundleInMuchData(t *testing.T) {
	const header = 1 << 30
	marked := append(binary.LittleEndian.AppendUint64(nil, header), bundleMarker()...)
	for _, tc := range []struct {
		name string
		at   int64
		want error
	}{
		{"at the beginning", 1 << 10, nil},
		{"at the end of what is searched", maxBundleSearch - int64(len(marked)), nil},
		{"behind it", maxBundleSearch, ErrTooLarge},
		{"nowhere", terabyte, ErrTooLarge},
	} {
		t.Run(tc.name, func(t *testing.T) {
			at, err := FindBundle(placed{sparse{hostileELF(2, 1)}, tc.at, marked}, terabyte)
			if !errors.Is(err, tc.want) || err == nil && at != header {
				t.Errorf("%d, %v; want %v", at, err, tc.want)
			}
		})
	}
}
