package parse

import (
	"encoding/base64"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"a2c/internal/golden"
)

// TestPropertiesAsJava compares with what java.util.Properties of JDK 17 made of the same bytes: testdata/properties/java.txt, which
// -update makes anew with the java on the PATH. A line of it is the file, a tab, KEY=VALUE for each entry in order, and "!" when Java refuses the file.
func TestPropertiesAsJava(t *testing.T) {
	const name = "testdata/properties/java.txt"
	if golden.Updating() {
		askJava(t, name)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	for _, line := range lines {
		encoded, want, _ := strings.Cut(line, "\t")
		text := decode(t, encoded)
		list, err := ReadProperties(text)
		var got strings.Builder
		for _, s := range list {
			got.WriteString(encode(s.Key) + "=" + encode(s.Value) + " ")
		}
		refused := strings.HasSuffix(want, "!")
		if refused != (err != nil) || !refused && got.String() != want {
			t.Errorf("%q: got %q (%v), Java has %q", text, got.String(), err, want)
		}
	}
	if len(lines) < 1000 {
		t.Errorf("%d files are compared, want at least 1000", len(lines))
	}
}

func encode(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func decode(t *testing.T, s string) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// askJava draws files of pieces that mean something in this format and writes down Java's answer. No lone halves of surrogate pairs: UTF-8 has none.
func askJava(t *testing.T, name string) {
	t.Helper()
	pieces := []string{"a", "b", "=", ":", " ", "\t", "\f", "\\", "\\", "\n", "\n", "\r", "\r\n", "#", "!", "\\\n", "\\\r\n", "\\u00e9", "\\u20ac", "\\t", "\\:", "\xe9", "\\\n\n", "key=v\n", "\\u12"}
	texts := []string{"\\\n\na=b", "a=b\\", "\\", "a\\\n#b=c", "\\\n#b=c\nd=e", "#a\\\nb=c", "a=\\\n\nb=c", "\\u12", "a=\\ud83d\\ude00"}
	r := rand.New(rand.NewPCG(17, 1))
	for len(texts) < 2000 {
		var b strings.Builder
		for range 1 + r.IntN(12) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		texts = append(texts, b.String())
	}
	var in strings.Builder
	for _, s := range texts {
		in.WriteString(encode(s) + "\n")
	}
	java := exec.CommandContext(t.Context(), "java", "testdata/properties/Oracle.java")
	java.Stdin = strings.NewReader(in.String())
	java.Stderr = t.Output()
	out, err := java.Output()
	if err != nil {
		t.Fatal(err)
	}
	golden.Equal(t, name, out)
}
