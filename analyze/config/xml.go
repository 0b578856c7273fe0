package config

import (
	"strings"

	"a2c/parse"
)

// flattenXML makes settings of a document: "Server/Service/Connector@port" for an attribute, "web-app/context-param[dbUrl]/param-value" for
// text. An element is told from its brothers by its name, id, className or path attribute, or by the text of its …-name child.
func flattenXML(e *parse.XMLElement, at string) []parse.Setting {
	count := 0
	return flattenElement(e, at, &count)
}

// flattenElement counts the elements, so that those which have the same key can be told apart.
func flattenElement(e *parse.XMLElement, at string, count *int) []parse.Setting {
	if e == nil {
		return nil
	}
	var out []parse.Setting
	n := *count
	*count++
	key := strings.TrimPrefix(at+"/"+e.Name+label(e), "/")
	for _, a := range e.Attrs {
		out = append(out, parse.Setting{Key: key + "@" + a.Name, Value: a.Value, Line: a.Line, Document: n})
	}
	if text := strings.TrimSpace(e.Text); text != "" {
		out = append(out, parse.Setting{Key: key, Value: text, Line: e.Line, Document: n})
	}
	for _, kid := range e.Children {
		out = append(out, flattenElement(kid, key, count)...)
	}
	return out
}

func label(e *parse.XMLElement) string {
	for _, name := range []string{"name", "id", "username", "key"} {
		if a, ok := e.Attr(name); ok && a.Value != "" {
			return "[" + a.Value + "]"
		}
	}
	for _, kid := range e.Children {
		if strings.HasSuffix(kid.Name, "-name") && kid.Text != "" {
			return "[" + strings.TrimSpace(kid.Text) + "]"
		}
	}
	return ""
}
