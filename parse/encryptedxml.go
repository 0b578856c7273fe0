package parse

import (
	"regexp"
	"strings"
)

// EncryptedPart is a part of an XML document that is encrypted (XML Encryption, www.w3.org/TR/xmlenc-core): text[Start:End].
type EncryptedPart struct {
	Start, End int
	Name       string // of the element that holds it
	At         int    // where that begins
}

var encryptedData = regexp.MustCompile(`<(\w+:)?EncryptedData[\s>]`)

// EncryptedParts finds them: protected sections of ASP.NET (learn.microsoft.com, "Encrypting Configuration Information Using Protected Configuration"),
// encrypted keys of its data protection.
func EncryptedParts(text string) []EncryptedPart {
	if !strings.Contains(text, "EncryptedData") {
		return nil
	}
	var parts []EncryptedPart
	for _, m := range encryptedData.FindAllStringIndex(text, -1) {
		if n := len(parts); n > 0 && m[0] < parts[n-1].End {
			continue
		}
		part := EncryptedPart{Start: m[0], End: len(text), At: max(0, strings.LastIndexByte(text[:m[0]], '<'))}
		if i := strings.Index(text[m[0]:], "EncryptedData>"); i >= 0 {
			part.End = m[0] + i + len("EncryptedData>")
		}
		end := part.At + 1
		for end < m[0] && nameByte(text[end]) {
			end++
		}
		part.Name = text[min(part.At+1, end):end]
		parts = append(parts, part)
	}
	return parts
}
