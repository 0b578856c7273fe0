package parse

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// quarkusClass has a pool of texts, each with a string that names it, and the code behind it.
func quarkusClass(code string, texts ...string) []byte {
	class := []byte{0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 61, 0, byte(2*len(texts) + 1)}
	for i, s := range texts {
		class = append(append(class, constUTF8, 0, byte(len(s))), s...)
		class = append(class, constString, 0, byte(2*i+1))
	}
	return append(class, code...)
}

func TestReadQuarkusClass(t *testing.T) {
	texts := []string{"quarkus.a", "true", "quarkus.b", "quarkus.no key"}
	code := "\x2a\x12\x02\x12\x04\xb9\x00\x01" + // put(quarkus.a, true)
		"\x13\x00\x06\x12\x04\xb9" + // put(quarkus.b, true), the key by ldc_w
		"\x12\x02\x12\x04\xb6" + // another call
		"\x12\x08\x12\x04\xb9\x12\x02\x12" // no key, and an end too early
	got := ReadQuarkusClass(quarkusClass(code, texts...))
	if diff := cmp.Diff([][2]string{{"quarkus.a", "true"}, {"quarkus.b", "true"}}, got.Fixed); diff != "" {
		t.Error(diff)
	}
	if len(got.Keys) != 2 {
		t.Errorf("keys %q", got.Keys)
	}
}

func FuzzReadQuarkusClass(f *testing.F) {
	f.Add(quarkusClass("\x12\x02\x12\x04\xb9", "quarkus.a", "b"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, v := range ReadQuarkusClass(data).Fixed {
			if !isQuarkusKey(v[0]) {
				t.Errorf("%q", v)
			}
		}
	})
}

// TestReadPropertiesUTF8 has letters of one, two and four bytes, and backslashes before one.
func TestReadPropertiesUTF8(t *testing.T) {
	got, err := ReadPropertiesUTF8([]byte("a=\xc3\xa9 \\u00e9 \\t|\nb=\\\xc3\xa9\nc=\\\\\xc3\xa9\nd=\xf0\x9f\x98\x80\n"))
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	for _, s := range got {
		values = append(values, s.Value)
	}
	if diff := cmp.Diff([]string{"é é \t|", "é", `\é`, "😀"}, values); diff != "" {
		t.Error(diff)
	}
}

// TestReadSmallRyeYAML has what SmallRye's reader takes otherwise than Spring's (seen by the proof config).
func TestReadSmallRyeYAML(t *testing.T) {
	got, err := ReadSmallRyeYAML([]byte("a: {on: yes, octal: 010, none: ~, empty: {}, list: [], b.c: 1.10, text: \"on\"}\n"))
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	for _, s := range got {
		values = append(values, s.Key+"="+s.Value)
	}
	if diff := cmp.Diff([]string{"a.on=true", "a.octal=010", "a.list=", `a."b.c"=1.10`, "a.text=on"}, values); diff != "" {
		t.Error(diff)
	}
}
