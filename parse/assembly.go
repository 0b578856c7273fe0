package parse

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf16"
)

// HasLiteral reports whether a managed assembly holds exactly this string as a literal. ECMA-335, II.24.2.4: the heap #US has each with its
// length in bytes in front (UTF-16 and one more), which tells it from the end of a longer one.
func HasLiteral(assembly []byte, text string) bool {
	units := utf16LE(text)
	n := len(units) + 1
	if n >= 0x4000 {
		return false
	}
	pattern := []byte{byte(n)}
	if n >= 0x80 {
		pattern = []byte{0x80 | byte(n>>8), byte(n)}
	}
	return bytes.Contains(assembly, append(pattern, units...))
}

func utf16LE(text string) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(text)) {
		out = append(out, byte(u), byte(u>>8))
	}
	return out
}

// maxMscorlib is far more than any mscorlib.dll: Mono 6.12's has 5 MB.
const maxMscorlib = 32 << 20

// ErrNoMono says that a file is no mscorlib.dll of Mono, or one of a Mono that does not tell its version.
var ErrNoMono = errors.New("no version of Mono in it")

// MonoVersion finds the version of Mono in its mscorlib.dll, whose class Consts has it beside the name of the company (mono/mono:
// mcs/build/common/Consts.cs.in). Constants are blobs of UTF-16 with their length in front (ECMA-335, II.24.2.4), in the order of the source.
func MonoVersion(r io.ReaderAt, size int64) (string, error) {
	const window, overlap = 256 << 10, 256
	company := utf16LE("Mono development team")
	company = append([]byte{byte(len(company))}, company...)
	if size > maxMscorlib {
		return "", fmt.Errorf("%w: %d bytes", ErrTooLarge, size)
	}
	buf := make([]byte, min(size, window))
	for at := int64(0); at < size; at += window - overlap {
		n, err := r.ReadAt(buf, at)
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("read mscorlib: %w", err)
		}
		if i := bytes.Index(buf[:n], company); i >= 0 {
			if v := versionBefore(buf[:i]); v != "" {
				return v, nil
			}
		}
	}
	return "", ErrNoMono
}

// versionBefore reads the blob "6.8.0.105" that ends here.
func versionBefore(data []byte) string {
	for n := 6; n <= 64 && n < len(data); n += 2 {
		blob := data[len(data)-n:]
		if int(data[len(data)-n-1]) != n || slices.ContainsFunc(blob, func(b byte) bool { return b != 0 && b != '.' && (b < '0' || b > '9') }) {
			continue
		}
		if v := string(bytes.ReplaceAll(blob, []byte{0}, nil)); len(v) == n/2 && strings.Contains(v, ".") {
			return v
		}
	}
	return ""
}

// IsNativeAOT reports whether an executable with these sections was compiled ahead of time from .NET code: the compiler's object files have compiled
// code in a section __managedcode, .managed before .NET 8, and the table of modules in __modules (dotnet/runtime:
// src/coreclr/tools/Common/Compiler/ObjectWriter).
func IsNativeAOT(sections []string) bool {
	has := func(name string) bool { return slices.Contains(sections, name) }
	return has("__modules") && (has("__managedcode") || has(".managed"))
}

// IsNativeImage reports whether GraalVM's native-image made an executable with these sections: .svm_heap holds the objects that exist at the start
// (graal: com.oracle.objectfile, SectionName.SVM_HEAP).
func IsNativeImage(sections []string) bool { return slices.Contains(sections, ".svm_heap") }
