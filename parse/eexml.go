package parse

import (
	"net/url"
	"strings"
)

// EEModule is a web module of an enterprise archive.
type EEModule struct {
	URI     string // within the archive: "shop.war"
	Context string // as written; "" when the descriptor says nothing
	Line    int
}

// ReadApplicationXML reads the web modules of META-INF/application.xml (Jakarta EE Platform, "Application Assembly and Deployment").
//
//	<application><module><web><web-uri>shop.war</web-uri><context-root>/shop</context-root></web></module></application>
func ReadApplicationXML(data []byte) ([]EEModule, error) {
	doc, err := ReadXML(data)
	if err != nil {
		return nil, err
	}
	if localName(doc.Root.Name) != "application" {
		return nil, syntaxf(doc.Root.Line, "the root element is <%s>, not <application>", excerpt(doc.Root.Name))
	}
	var out []EEModule
	for _, m := range children(doc.Root, "module") {
		for _, w := range children(m, "web") {
			out = append(out, EEModule{URI: childText(w, "web-uri"), Context: childText(w, "context-root"), Line: w.Line})
		}
	}
	return out, nil
}

// ReadContextRoot reads the context root of a server's own web descriptor: jboss-web.xml, glassfish-web.xml, payara-web.xml, sun-web.xml, ibm-web-ext.xml
// (whose context-root is an element with the attribute uri). ok is false when the descriptor has none.
func ReadContextRoot(data []byte) (context string, line int, ok bool, err error) {
	doc, err := ReadXML(data)
	if err != nil {
		return "", 0, false, err
	}
	found := children(doc.Root, "context-root")
	if len(found) == 0 {
		return "", 0, false, nil
	}
	if uri, set := found[0].Attr("uri"); set {
		return uri.Value, found[0].Line, true, nil
	}
	return strings.TrimSpace(found[0].Text), found[0].Line, true, nil
}

// children are the direct children of that name, whatever their prefix.
func children(e *XMLElement, name string) []*XMLElement {
	var out []*XMLElement
	for _, c := range e.Children {
		if localName(c.Name) == name {
			out = append(out, c)
		}
	}
	return out
}

// childText is the text of the first child of that name.
func childText(e *XMLElement, name string) string {
	for _, c := range children(e, name) {
		return strings.TrimSpace(c.Text)
	}
	return ""
}

// attrOf is an attribute, zero when it is not there.
func attrOf(e *XMLElement, name string) XMLAttr {
	a, _ := e.Attr(name)
	return a
}

// notFalse reads a boolean attribute whose default is true; an expression counts as true.
func notFalse(e *XMLElement, name string) bool {
	return !strings.EqualFold(attrOf(e, name).Value, "false")
}

// FileURI is the path of a URI with the scheme file; anything else is a path already.
func FileURI(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "file" {
		return strings.TrimPrefix(s, "file:")
	}
	return u.Path + u.Opaque
}
