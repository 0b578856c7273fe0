package parse

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"testing"
)

// directoryZip is an archive of so many empty entries, whose end record claims another number; with zip64 the end record of that says it.
func directoryZip(entries, claimed int, zip64 bool) []byte {
	le := binary.LittleEndian
	var b []byte
	for i := range entries {
		name := fmt.Sprintf("%07x", i)
		b = le.AppendUint32(b, 0x02014b50)
		b = append(b, make([]byte, 24)...)
		b = le.AppendUint16(b, uint16(len(name)))
		b = append(append(b, make([]byte, 16)...), name...)
	}
	size := len(b)
	records, length, offset := uint16(claimed), uint32(size), uint32(0)
	if zip64 {
		b = le.AppendUint32(b, 0x06064b50)
		b = le.AppendUint64(b, 44)
		b = append(b, make([]byte, 12)...)
		for _, v := range []int{claimed, claimed, size, 0} {
			b = le.AppendUint64(b, uint64(v))
		}
		b = le.AppendUint32(b, 0x07064b50)
		b = le.AppendUint32(b, 0)
		b = le.AppendUint64(b, uint64(size))
		b = le.AppendUint32(b, 1)
		records, length, offset = 0xffff, 0xffffffff, 0xffffffff
	}
	b = le.AppendUint32(b, 0x06054b50)
	b = append(b, 0, 0, 0, 0)
	b = le.AppendUint16(le.AppendUint16(b, records), records)
	b = le.AppendUint32(le.AppendUint32(b, length), offset)
	return append(b, 0, 0)
}

// TestJarCountsEntries holds that what counts is how many entries an archive has, not how many it says: archive/zip compares 16 bits of it.
func TestJarCountsEntries(t *testing.T) {
	const many = 1_000_000
	for _, tc := range []struct {
		name string
		data []byte
		want error
	}{
		{"as many as it says", directoryZip(1000, 1000, false), nil},
		{"as many as it says, in zip64", directoryZip(70_000, 70_000, true), nil},
		{"more than 65535 without zip64", directoryZip(70_000, 70_000, false), nil}, // as some writers do
		{"a million", directoryZip(many, many, true), ErrHostileZip},
		{"a million that it does not say", directoryZip(many, many%(1<<16), false), ErrHostileZip},
		{"a million that it does not say, in zip64", directoryZip(many, many%(1<<16), true), ErrHostileZip},
		{"more than it has", directoryZip(1000, 1<<40, true), ErrHostileZip},
	} {
		t.Run(tc.name, func(t *testing.T) {
			j, err := OpenJar(bytes.NewReader(tc.data), int64(len(tc.data)))
			if !errors.Is(err, tc.want) {
				t.Fatalf("%v, want %v", err, tc.want)
			}
			if err == nil && j.Len() != len(tc.data)/53 && j.Len() != (len(tc.data)-98)/53 { // without the records at the end
				t.Errorf("%d entries", j.Len())
			}
		})
	}
}
