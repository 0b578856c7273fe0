package servers

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
)

// bundleEverything makes the host unpack all files at the start, as IncludeAllContentForSelfExtract and .NET Core 3 do
// (dotnet/runtime: src/native/corehost/bundle/header.h, header_flags_t::netcoreapp3_compat_mode).
const bundleEverything = 1

// named makes an executable that starts a dll beside it (or within it) of an apphost, as the SDK does: the name stands in the apphost in a field of
// 1024 bytes (dotnet/runtime: src/installer/managed/Microsoft.NET.HostModel/AppHost/HostWriter.cs).
func namedAppHost(apphost, dll string) ([]byte, error) {
	exe, err := os.ReadFile(apphost)
	if err != nil {
		return nil, err
	}
	old := []byte("azmcp.dll\x00")
	if n := bytes.Count(exe, old); n != 1 {
		return nil, fmt.Errorf("%s names azmcp.dll %d times, not once", apphost, n)
	}
	at := bytes.Index(exe, old)
	copy(exe[at:], dll+"\x00")
	return exe, nil
}

// bundle makes a single file of an apphost and files, as the SDK's bundler does (same folder, Bundle/Manifest.cs: version 6). The first two files
// are NAME.deps.json and NAME.runtimeconfig.json.
func bundle(exe []byte, flags uint64, files ...string) ([]byte, error) {
	const page = 4096
	var list bytes.Buffer
	out := bytes.Clone(exe)
	le := binary.LittleEndian
	var located []int64
	for i, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		kind := byte(1) // assembly
		if i < 2 {
			kind = byte(3 + i)
		}
		out = append(out, make([]byte, (page-len(out)%page)%page)...)
		place := []int64{int64(len(out)), int64(len(data))}
		located = append(located, place...)
		_ = binary.Write(&list, le, append(place, 0))
		list.WriteByte(kind)
		writeString(&list, filepath.Base(name))
		out = append(out, data...)
	}
	var header bytes.Buffer
	_ = binary.Write(&header, le, []int32{6, 0, int32(len(files))})
	writeString(&header, fmt.Sprintf("%x", sha256.Sum256(out))[:12])
	_ = binary.Write(&header, le, located[:4])
	_ = binary.Write(&header, le, flags)
	marker := sha256.Sum256([]byte(".net core bundle\n"))
	at := bytes.Index(out, marker[:])
	if at < 8 {
		return nil, fmt.Errorf("the apphost has no place for a bundle")
	}
	le.PutUint64(out[at-8:], uint64(len(out)))
	return append(append(out, header.Bytes()...), list.Bytes()...), nil
}

func writeString(b *bytes.Buffer, s string) {
	b.WriteByte(byte(len(s))) // one byte is enough below 128
	b.WriteString(s)
}
