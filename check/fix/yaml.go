package fix

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"

	"go.yaml.in/yaml/v3"

	"a2c/parse"
)

// apply changes the text. The library keeps comments, quotes and the order of keys; blank lines and the indentation of lists it writes its own way. JSON is written as
// JSON again.
func apply(data []byte, edits []edit) ([]byte, error) {
	text := bytes.TrimLeft(data, " \t\r\n\xef\xbb\xbf")
	inJSON := len(text) > 0 && (text[0] == '{' || text[0] == '[')
	documents, err := decode(data, inJSON)
	if err != nil {
		return nil, err
	}
	for _, e := range edits {
		var in *yaml.Node
		for _, n := range documents {
			if len(n.Content) > 0 && n.Content[0].Line <= e.line {
				in = n.Content[0]
			}
		}
		if in != nil {
			change(in, e.path, e.value)
		}
	}
	if inJSON {
		var b bytes.Buffer
		writeJSON(&b, documents[0].Content[0], "")
		b.WriteByte('\n')
		return b.Bytes(), nil
	}
	var b bytes.Buffer
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	for _, n := range documents {
		if err := encoder.Encode(n); err != nil {
			return nil, fmt.Errorf("write the document: %w", err)
		}
	}
	return b.Bytes(), encoder.Close()
}

func decode(data []byte, inJSON bool) ([]*yaml.Node, error) {
	if inJSON {
		n, err := parse.JSON(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
		if err != nil {
			return nil, fmt.Errorf("read the document again: %w", err)
		}
		return []*yaml.Node{{Kind: yaml.DocumentNode, Content: []*yaml.Node{fromJSON(n)}}}, nil
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	var documents []*yaml.Node
	for {
		var n yaml.Node
		err := d.Decode(&n)
		if errors.Is(err, io.EOF) {
			return documents, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the document again: %w", err)
		}
		documents = append(documents, &n)
	}
}

// change sets or takes out the value that the path leads to. Aliases are not followed: what stands elsewhere is changed there alone.
func change(n *yaml.Node, path []string, value any) {
	if len(path) == 0 {
		return
	}
	if n.Kind == yaml.SequenceNode {
		i, err := strconv.Atoi(path[0])
		switch {
		case err != nil || i >= len(n.Content):
		case len(path) > 1:
			change(n.Content[i], path[1:], value)
		case value == nil:
			n.Content = append(n.Content[:i], n.Content[i+1:]...)
		default:
			set(n.Content[i], value)
		}
		return
	}
	if n.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value != path[0] {
			continue
		}
		switch {
		case len(path) > 1:
			change(n.Content[i+1], path[1:], value)
		case value == nil:
			n.Content = append(n.Content[:i], n.Content[i+2:]...)
		default:
			set(n.Content[i+1], value)
		}
		return
	}
	if len(path) == 1 && value != nil {
		key, v := &yaml.Node{}, &yaml.Node{}
		key.SetString(path[0])
		set(v, value)
		n.Content = append(n.Content, key, v)
	}
}

// set encodes a value in a node's place, which keeps its comments. A text that reads as a number stays one where a number stood.
func set(n *yaml.Node, value any) {
	var v yaml.Node
	if err := v.Encode(value); err != nil {
		return
	}
	if text, ok := value.(string); ok && n.Kind == yaml.ScalarNode && n.ShortTag() == "!!int" {
		v = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: text}
	}
	if v.Kind == yaml.SequenceNode {
		v.Style = yaml.FlowStyle
	}
	n.Kind, n.Tag, n.Value, n.Style, n.Content, n.Alias = v.Kind, v.Tag, v.Value, v.Style, v.Content, nil
}
