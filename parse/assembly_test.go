package parse

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"strings"
	"testing"
)

// blob is a constant as an assembly has it.
func blob(text string) []byte {
	units := utf16LE(text)
	return append([]byte{byte(len(units))}, units...)
}

func TestMonoVersion(t *testing.T) {
	consts := bytes.Join([][]byte{blob("1ABB721D"), blob("6.8.0.105"), blob("Mono development team"), blob("4.6.57.0")}, nil)
	far := append(bytes.Repeat([]byte("MZ"), 200_000), consts...)
	for _, tc := range []struct {
		name, want string
		data       []byte
	}{
		{"consts", "6.8.0.105", consts},
		{"behind_much_code", "6.8.0.105", far},
		{"across_two_windows", "6.8.0.105", append(make([]byte, 256<<10-40), consts...)},
		{"two_parts", "4.2", append(blob("4.2"), blob("Mono development team")...)},
		{"no_version_before", "", append(blob("team"), blob("Mono development team")...)},
		{"wrong_length", "", append(append([]byte{4}, utf16LE("6.8.0")...), blob("Mono development team")...)},
		{"another_library", "", blob("6.8.0.105")},
		{"empty", "", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := MonoVersion(bytes.NewReader(tc.data), int64(len(tc.data)))
			if got != tc.want || (err != nil) != (tc.want == "") || err != nil && !errors.Is(err, ErrNoMono) {
				t.Errorf("%q, %v, want %q", got, err, tc.want)
			}
		})
	}
	if _, err := MonoVersion(bytes.NewReader(nil), 1<<40); !errors.Is(err, ErrTooLarge) {
		t.Errorf("1 TB: %v", err)
	}
}

func TestMonoVersionOfThisMachine(t *testing.T) {
	f, err := os.Open("/usr/lib/mono/4.5/mscorlib.dll")
	if err != nil {
		t.Skip("no Mono here")
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if v, err := MonoVersion(f, info.Size()); err != nil || strings.Count(v, ".") < 2 {
		t.Errorf("%q, %v", v, err)
	}
}

func FuzzHasLiteral(f *testing.F) {
	f.Add([]byte("\x03a\x00\x00"), "a")
	f.Fuzz(func(t *testing.T, assembly []byte, text string) {
		if HasLiteral(assembly, text) && len(assembly) < len(utf16LE(text)) {
			t.Errorf("%q is found in %d bytes", text, len(assembly))
		}
	})
}

func FuzzMonoVersion(f *testing.F) {
	f.Add(append(blob("6.8.0.105"), blob("Mono development team")...))
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := MonoVersion(bytes.NewReader(data), int64(len(data)))
		if (v == "") == (err == nil) || strings.Trim(v, "0123456789.") != "" {
			t.Errorf("%q, %v", v, err)
		}
	})
}

func TestHasLiteral(t *testing.T) {
	literal := func(text string) []byte {
		units := utf16LE(text)
		return append(append(binary.AppendUvarint(nil, uint64(len(units)+1)), units...), 0)
	}
	long := strings.Repeat("x", 100)
	heap := bytes.Join([][]byte{{0}, literal("hostsettings.json"), literal("other")}, nil)
	if !HasLiteral(heap, "hostsettings.json") || HasLiteral(heap, "settings.json") || HasLiteral(nil, "a") {
		t.Error("a literal is found by its whole text alone")
	}
	// 201 bytes: 0x80 | 0, 201
	if units := utf16LE(long); !HasLiteral(append([]byte{0x80, 201}, units...), long) {
		t.Error("a long literal has its length in two bytes")
	}
	if HasLiteral(heap, strings.Repeat("y", 10_000)) {
		t.Error("a literal of 10,000 letters")
	}
}

// What the linker left of a program that .NET 10's compiler made, and of one that native-image made (readelf -S).
func TestAheadOfTime(t *testing.T) {
	for _, tc := range []struct {
		name       string
		sections   []string
		aot, image bool
	}{
		{"net10", []string{".init", ".text", "__managedcode", "__unbox", ".rodata", ".dotnet_eh_table", ".data", "__modules", ".bss", ".hydrated"}, true, false},
		{"net7", []string{".text", ".managed", "__modules"}, true, false},
		{"another_language", []string{".text", "__modules"}, false, false},
		{"native_image", []string{".text", ".rodata", ".svm_heap"}, false, true},
		{"stripped", nil, false, false},
	} {
		if aot, image := IsNativeAOT(tc.sections), IsNativeImage(tc.sections); aot != tc.aot || image != tc.image {
			t.Errorf("%s: .NET %v, Java %v", tc.name, aot, image)
		}
	}
}
