package parse

import (
	"strconv"
	"strings"
	"testing"
)

// BenchmarkFindSecretsText reads small files as a folder of static content holds them by the hundred thousand: none holds a secret. Files are looked at by a Glance.
func BenchmarkFindSecretsText(b *testing.B) {
	words := strings.Fields("lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor name value title order price customer topic id user page key link")
	line := func(i, n int) string {
		var out []string
		for j := range n {
			out = append(out, words[(i*7+j*5)%len(words)])
		}
		return strings.Join(out, " ")
	}
	var text, doc, xml strings.Builder
	doc.WriteString("{\n")
	xml.WriteString("<r>\n")
	for i := range 60 {
		text.WriteString(line(i, 10) + "\n")
		doc.WriteString("  \"" + words[i%len(words)] + strconv.Itoa(i) + "\": \"" + line(i, 3) + "\",\n")
		xml.WriteString("  <p a=\"" + words[i%len(words)] + "\">" + line(i, 3) + "</p>\n")
	}
	doc.WriteString("  \"end\": 1\n}\n")
	xml.WriteString("</r>\n")
	for name, s := range map[string]string{"text": text.String(), "json": doc.String(), "xml": xml.String()} {
		b.Run(name+"-glance", func(b *testing.B) {
			b.SetBytes(int64(len(s)))
			g, data := NewGlance(), []byte(s)
			for b.Loop() {
				if !g.Innocent(data) {
					b.Fatal("not innocent")
				}
			}
		})
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(s)))
			b.ReportAllocs()
			for b.Loop() {
				if found := FindSecrets("", s); len(found) > 0 {
					b.Fatal(found)
				}
			}
		})
	}
}
