package parse

import (
	"bytes"
	"slices"
	"strings"
)

// ManifestName is where an archive keeps its manifest.
const ManifestName = "META-INF/MANIFEST.MF"

// MaxManifest is how large a manifest is read: the Class-Path of the largest thin jars stays below 1 MiB.
const MaxManifest = 4 << 20

// Manifest is the main section of META-INF/MANIFEST.MF (JAR File Specification, "JAR Manifest").
type Manifest struct {
	Attributes []ManifestAttribute // in order
}

// ManifestAttribute is one "Name: value" with its continuation lines joined.
type ManifestAttribute struct {
	Name  string
	Value string
	Line  int // 1-based, of the name
}

// ReadManifest reads the main section, up to the first empty line. Lines end with CR LF, LF or CR; one that begins with a space
// continues the line before it:
//
//	Start-Class: com.example.ShopApplication
//	Class-Path: lib/spring-core-6.1.jar lib/spr
//	 ing-beans-6.1.jar
func ReadManifest(data []byte) (Manifest, error) {
	var m Manifest
	var value []byte // of the last attribute, as far as it is read
	finish := func() {
		if n := len(m.Attributes); n > 0 {
			m.Attributes[n-1].Value = string(value)
		}
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	for n := 1; len(data) > 0; n++ {
		var line []byte
		line, data = cutLine(data)
		switch {
		case len(line) == 0:
			if len(m.Attributes) > 0 {
				finish()
				return m, nil
			}
		case line[0] == ' ':
			if len(m.Attributes) == 0 {
				return m, syntaxf(n, "a continuation without a line before it")
			}
			value = append(value, line[1:]...)
		default:
			finish()
			name, rest, ok := bytes.Cut(line, []byte(":"))
			if !ok {
				return m, syntaxf(n, "no colon in %q", excerpt(string(line)))
			}
			if len(m.Attributes) >= maxSettings {
				return m, syntaxf(n, "more than %d attributes", maxSettings)
			}
			m.Attributes = append(m.Attributes, ManifestAttribute{Name: string(name), Line: n})
			value = append(value[:0], bytes.TrimPrefix(rest, []byte(" "))...)
		}
	}
	finish()
	return m, nil
}

// Get finds an attribute; names have no case. The last of equal names counts, as in java.util.jar.Attributes.
func (m Manifest) Get(name string) (ManifestAttribute, bool) {
	for _, a := range slices.Backward(m.Attributes) {
		if strings.EqualFold(a.Name, name) {
			return a, true
		}
	}
	return ManifestAttribute{}, false
}

// Value is an attribute's value, "" when there is none.
func (m Manifest) Value(name string) string {
	a, _ := m.Get(name)
	return a.Value
}

// Manifest reads and parses the archive's manifest; ErrNoEntry when it has none.
func (j *Jar) Manifest() (Manifest, error) {
	data, err := j.Read(ManifestName, MaxManifest)
	if err != nil {
		return Manifest{}, err
	}
	return ReadManifest(data)
}

// cutLine splits off one line that ends with CR LF, LF, CR or the end.
func cutLine(data []byte) (line, rest []byte) {
	i := bytes.IndexAny(data, "\r\n")
	if i < 0 {
		return data, nil
	}
	rest = data[i+1:]
	if data[i] == '\r' && len(rest) > 0 && rest[0] == '\n' {
		rest = rest[1:]
	}
	return data[:i], rest
}

// excerpt keeps error messages readable.
func excerpt(s string) string {
	if len(s) > 60 {
		return s[:57] + "..."
	}
	return s
}
