package parse

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// LDCacheEntry is one line of what `ldconfig -p` prints.
type LDCacheEntry struct {
	Name  string // "libz.so.1"
	Path  string // "/lib/x86_64-linux-gnu/libz.so.1"
	Flags int32  // 0x0303 is libc6,x86-64; 0x0a03 libc6,AArch64; 0x0003 libc6 (i386)
	// HWCap is nonzero for a library of a subfolder that only some processors use (glibc-hwcaps/x86-64-v3).
	HWCap uint64
}

// ErrLDCache says that the bytes are no cache of a known format.
var ErrLDCache = errors.New("is no ld.so.cache of a known format")

const (
	ldCacheOld = "ld.so-1.7.0"
	ldCacheNew = "glibc-ld.so.cache1.1"
	// A real cache holds a few thousand entries.
	ldCacheMaxEntries = 1 << 18
)

// ReadLDCache reads /etc/ld.so.cache (ldconfig(8)) in the format of glibc 2.2 and later, alone or behind the older one
// (sysdeps/generic/dl-cache.h). Entries keep the file's order, which is the loader's order of preference.
// An entry whose strings lie outside the file is an error.
func ReadLDCache(data []byte) ([]LDCacheEntry, error) {
	base := 0
	if bytes.HasPrefix(data, []byte(ldCacheOld)) {
		if len(data) < 16 {
			return nil, fmt.Errorf("%w: cut short", ErrLDCache)
		}
		n := uint64(binary.NativeEndian.Uint32(data[12:]))
		end := 16 + n*12
		end = (end + 7) &^ 7 // the new header is aligned
		if end > uint64(len(data)) {
			return nil, fmt.Errorf("%w: cut short", ErrLDCache)
		}
		base = int(end)
	}
	b := data[base:]
	if !bytes.HasPrefix(b, []byte(ldCacheNew)) || len(b) < 48 {
		return nil, ErrLDCache
	}
	order := ldCacheOrder(b)
	n := int(order.Uint32(b[20:]))
	if n < 0 || n > ldCacheMaxEntries || 48+n*24 > len(b) {
		return nil, fmt.Errorf("%w: %d entries do not fit in %d bytes", ErrLDCache, n, len(b))
	}
	out := make([]LDCacheEntry, 0, n)
	for i := range n {
		e := b[48+i*24:]
		key, ok1 := ldCacheString(b, order.Uint32(e[4:]))
		value, ok2 := ldCacheString(b, order.Uint32(e[8:]))
		if !ok1 || !ok2 {
			return nil, fmt.Errorf("%w: entry %d points outside the file", ErrLDCache, i)
		}
		out = append(out, LDCacheEntry{Name: key, Path: value, Flags: int32(order.Uint32(e)), HWCap: order.Uint64(e[16:])})
	}
	return out, nil
}

// ldCacheOrder is the byte order named in the header's flags (2 little, 3 big); caches of glibc before 2.33 leave it 0: the host's.
func ldCacheOrder(b []byte) binary.ByteOrder {
	switch b[28] & 3 {
	case 2:
		return binary.LittleEndian
	case 3:
		return binary.BigEndian
	}
	return binary.NativeEndian
}

func ldCacheString(b []byte, at uint32) (string, bool) {
	if uint64(at) >= uint64(len(b)) {
		return "", false
	}
	i := bytes.IndexByte(b[at:min(uint64(len(b)), uint64(at)+elfMaxString)], 0)
	if i < 0 {
		return "", false
	}
	return string(b[at : int(at)+i]), true
}
