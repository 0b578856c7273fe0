package parse

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// jsonSecrets judges each string and number of a JSON document under its key; below a key that says secret every one counts. ok is false
// when the text is no JSON object or array: textSecrets then looks at it. Comments and commas too many, as .NET reads them, are no obstacle.
func jsonSecrets(s string) (spans []SecretSpan, ok bool) {
	trimmed := strings.TrimLeft(s, " \t\r\n\ufeff")
	if trimmed == "" || trimmed[0] != '{' && trimmed[0] != '[' {
		return nil, false
	}
	relaxed := string(RelaxJSON([]byte(s)))
	f := jsonFinder{s: relaxed, dec: json.NewDecoder(strings.NewReader(relaxed))}
	f.dec.UseNumber()
	if _, _, err := f.value("", "", 0); err != nil {
		return nil, false
	}
	if _, err := f.dec.Token(); !errors.Is(err, io.EOF) {
		return nil, false
	}
	if relaxed != s { // a comment may hold one
		f.spans = append(f.spans, textSecrets(s, false)...)
	}
	return merged(f.spans), true
}

type jsonFinder struct {
	s     string
	dec   *json.Decoder
	spans []SecretSpan
}

// maxNested is how deep documents are followed; deeper ones are looked at as text.
const maxNested = 100

var errNested = errors.New("nested too deep")

// value reads one value. key is the nearest key, secret the nearest one above it that says secret. The text of a string is returned with
// where it stands.
func (f *jsonFinder) value(key, secret string, depth int) (text string, at SecretSpan, err error) {
	if depth > maxNested {
		return "", at, errNested
	}
	before := int(f.dec.InputOffset())
	t, err := f.dec.Token()
	if err != nil {
		return "", at, err
	}
	switch v := t.(type) {
	case json.Delim:
		if v == '{' {
			return "", at, f.object(secret, depth)
		}
		for f.dec.More() {
			if _, _, err := f.value(key, secret, depth+1); err != nil {
				return "", at, err
			}
		}
		_, err = f.dec.Token()
		return "", at, err
	case string:
		at.End = int(f.dec.InputOffset()) - 1
		at.Start = before + strings.IndexByte(f.s[before:], '"') + 1
		f.leaf(key, secret, v, at)
		return v, at, nil
	case json.Number:
		at.End = int(f.dec.InputOffset())
		at.Start = at.End - len(v)
		f.leaf(key, secret, string(v), at)
	}
	return "", at, nil
}

func (f *jsonFinder) object(secret string, depth int) error {
	var name string      // of {"name": "DB_PASSWORD", "value": "x"}
	var value SecretSpan // and where x stands
	for f.dec.More() {
		t, err := f.dec.Token()
		if err != nil {
			return err
		}
		key, _ := t.(string)
		below := secret
		if SecretName(key) != "" {
			below = key
		}
		text, at, err := f.value(key, below, depth+1)
		if err != nil {
			return err
		}
		switch strings.ToLower(key) {
		case "name", "key", "variable", "property":
			name = text
		case "value":
			value = at
		}
	}
	if value.Start < value.End && name != "" {
		f.leaf(name, "", f.s[value.Start:value.End], value)
	}
	_, err := f.dec.Token()
	return err
}

// leaf adds the secrets of one string or number.
func (f *jsonFinder) leaf(key, secret, text string, at SecretSpan) {
	name := key
	if secret != "" && secret != key {
		name = secret + "." + key
	}
	for _, span := range findSecrets(name, text, true) {
		if span.Key == "" {
			span.Key = key
		}
		if at.End-at.Start != len(text) || f.s[at.Start:at.End] != text { // escapes: offsets differ
			span.Start, span.End = 0, at.End-at.Start
		}
		span.Start, span.End = span.Start+at.Start, span.End+at.Start
		f.spans = append(f.spans, span)
	}
}
