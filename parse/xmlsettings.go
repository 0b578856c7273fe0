package parse

import "strings"

// XMLSettings makes settings of a document: "Server/Service/Connector@port" for an attribute, "web-app/context-param[dbUrl]/param-value" for
// text. An element is told from its brothers by its name, id, className or path attribute, or by the text of its …-name child.
func XMLSettings(root *XMLElement) []Setting {
	count := 0
	return flattenElement(root, "", &count)
}

// flattenElement counts the elements, so that those which have the same key can be told apart.
func flattenElement(e *XMLElement, at string, count *int) []Setting {
	if e == nil {
		return nil
	}
	var out []Setting
	n := *count
	*count++
	key := strings.TrimPrefix(at+"/"+e.Name+xmlLabel(e), "/")
	for _, a := range e.Attrs {
		out = append(out, Setting{Key: key + "@" + a.Name, Value: a.Value, Line: a.Line, Document: n})
	}
	if text := strings.TrimSpace(e.Text); text != "" {
		out = append(out, Setting{Key: key, Value: text, Line: e.Line, Document: n})
	}
	for _, kid := range e.Children {
		out = append(out, flattenElement(kid, key, count)...)
	}
	return out
}

func xmlLabel(e *XMLElement) string {
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
