package config

import (
	"strings"

	"a2c/parse"
)

// flattenXML makes settings of a document: "Server/Service/Connector@port" for an attribute, "web-app/context-param[dbUrl]/param-value" for
// text. An element is told from its brothers by its name, id, className or path attribute, or by the text of its …-name child.
func flattenXML(e *parse.XMLElement, at string) []parse.Setting {
	if e == nil {
		return nil
	}
	var out []parse.Setting
	key := strings.TrimPrefix(at+"/"+e.Name+label(e), "/")
	for _, a := range e.Attrs {
		out = append(out, parse.Setting{Key: key + "@" + a.Name, Value: a.Value, Line: a.Line})
	}
	if text := strings.TrimSpace(e.Text); text != "" {
		out = append(out, parse.Setting{Key: key, Value: text, Line: e.Line})
	}
	for _, kid := range e.Children {
		out = append(out, flattenXML(kid, key)...)
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
