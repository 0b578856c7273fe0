package term

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// Format is how data is written.
type Format string

// Formats of -o. Every command has the first three, some have more.
const (
	Table Format = "table"
	JSON  Format = "json"
	YAML  Format = "yaml"
	Wide  Format = "wide" // all that there is, for people
	CSV   Format = "csv"  // one line each, for spreadsheets (RFC 4180)
)

// ParseFormat reads the value of -o; "" is a table on a terminal and JSON else. more are the formats that a command has beside the three.
func (s *Streams) ParseFormat(value string, more ...string) (Format, error) {
	formats := append([]string{string(Table), string(JSON), string(YAML)}, more...)
	switch {
	case value == "" && s.OutTerminal:
		return Table, nil
	case value == "":
		return JSON, nil
	case slices.Contains(formats, value):
		return Format(value), nil
	}
	return "", fmt.Errorf("output %q is none of %s", value, strings.Join(formats, ", "))
}

// Print writes v as JSON or YAML, or what table writes.
func (s *Streams) Print(f Format, v any, table func(io.Writer) error) error {
	switch f {
	case JSON:
		data, err := marshal(v)
		if err != nil {
			return err
		}
		_, err = s.Out.Write(data)
		return err
	case YAML:
		data, err := toYAML(v)
		if err != nil {
			return err
		}
		_, err = s.Out.Write(data)
		return err
	}
	return table(s.Out)
}

// marshal is JSON with a list where the model has none.
func marshal(v any) ([]byte, error) {
	data, err := EncodeJSON(model.WithLists(v))
	if err != nil {
		return nil, fmt.Errorf("encode output: %w", err)
	}
	return data, nil
}

// EncodeJSON is indented JSON in which every character that Safe escapes is written as \uXXXX: the same value, but nothing for a terminal to obey.
func EncodeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return EscapeJSON(b.Bytes()), nil
}

// toYAML writes block YAML 1.2 with keys in the model's order; text is quoted as JSON unless it is a plain word, so that every reader, of YAML 1.1 too,
// reads the same and nothing unprintable is left. (YAML libraries sort keys and print bidirectional overrides.)
func toYAML(v any) ([]byte, error) {
	data, err := marshal(v)
	if err != nil {
		return nil, err
	}
	n, err := parse.JSON(data)
	if err != nil {
		return nil, fmt.Errorf("encode output: %w", err)
	}
	var b bytes.Buffer
	yamlValue(&b, n, 0, "")
	return b.Bytes(), nil
}

// yamlValue writes a value behind a key or dash; first is what stands between that and a scalar.
func yamlValue(b *bytes.Buffer, n *parse.Node, depth int, first string) {
	switch {
	case n.Kind == parse.Object && len(n.Fields) > 0:
		b.WriteString(strings.TrimSuffix(first, " "))
		if first != "" && !strings.HasSuffix(first, "- ") {
			b.WriteByte('\n')
		}
		for i, f := range n.Fields {
			if i > 0 || !strings.HasSuffix(first, "- ") {
				b.WriteString(strings.Repeat("  ", depth))
			} else {
				b.WriteByte(' ')
			}
			b.WriteString(yamlKey(f.Name, depth))
			yamlValue(b, f.Value, depth+1, " ")
		}
	case n.Kind == parse.Array && len(n.Items) > 0:
		b.WriteString(strings.TrimSuffix(first, " "))
		if first != "" {
			b.WriteByte('\n')
		}
		for _, i := range n.Items {
			b.WriteString(strings.Repeat("  ", depth))
			yamlValue(b, i, depth+1, "- ")
		}
	case n.Kind == parse.Object:
		b.WriteString(first + "{}\n")
	case n.Kind == parse.Array:
		b.WriteString(first + "[]\n")
	case n.Kind == parse.String:
		b.WriteString(first + yamlText(n.Text) + "\n")
	default:
		b.WriteString(first + n.JSON() + "\n")
	}
}

// yamlKey is a key with its colon; one of more than 1024 characters must say that it is a key (YAML 1.2, 7.4.2).
func yamlKey(name string, depth int) string {
	k := yamlText(name)
	if len(k) > 1000 {
		return "? " + k + "\n" + strings.Repeat("  ", depth) + ":"
	}
	return k + ":"
}

var plainWord = regexp.MustCompile(`^[A-Za-z_/][A-Za-z0-9_./-]*$`)

func yamlText(s string) string {
	reserved := []string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
	if plainWord.MatchString(s) && !slices.Contains(reserved, strings.ToLower(s)) {
		return s
	}
	n := parse.Node{Kind: parse.String, Text: s}
	return string(EscapeYAML([]byte(n.JSON())))
}
