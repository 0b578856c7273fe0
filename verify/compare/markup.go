package compare

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// nested is how deep elements have places of their own.
const nested = 100

// node is an element.
type node struct {
	parent   *node
	name     string
	number   int // among those of one name below its parent, from 1
	depth    int
	texts    int
	below    map[string]int
	mixed    bool // text stands between its elements
	preserve bool // xml:space
}

// path is "html/body/form[2]".
func (n *node) path() string {
	var parts []string
	for ; n.parent != nil; n = n.parent {
		part := n.name
		if n.number > 1 {
			part = fmt.Sprintf("%s[%d]", n.name, n.number)
		}
		parts = append(parts, part)
	}
	slices.Reverse(parts)
	return strings.Join(parts, "/")
}

// markup gathers the tokens of a document of elements.
type markup struct {
	tokens []token
	at     *node
}

func (m *markup) full() bool { return len(m.tokens) > tokenLimit }

// open begins an element, which is the one that is open afterwards. Its attributes have one order.
func (m *markup) open(name string, attributes []xml.Attr, end string) {
	parent := m.at
	if parent.below == nil {
		parent.below = map[string]int{}
	}
	parent.below[name]++
	n := &node{parent: parent, name: name, number: parent.below[name], depth: parent.depth + 1, preserve: parent.preserve}
	m.at = n
	m.tokens = append(m.tokens, token{text: "<" + name, key: "<" + name, shape: shapeOpen, node: n})
	slices.SortStableFunc(attributes, func(a, b xml.Attr) int { return strings.Compare(a.Name.Local, b.Name.Local) })
	for _, a := range attributes {
		if a.Name.Local == "xml:space" {
			n.preserve = a.Value == "preserve"
		}
		text := fmt.Sprintf(` %s="%s"`, a.Name.Local, html.EscapeString(a.Value))
		m.tokens = append(m.tokens, token{text: text, key: text, shape: "@" + a.Name.Local, node: n})
	}
	m.tokens = append(m.tokens, token{text: end, key: end, shape: shapeEnd, node: n})
}

// closed ends the innermost open element of a name, if there is one.
func (m *markup) closed(name string) {
	text := "</" + name + ">"
	m.tokens = append(m.tokens, token{text: text, key: text, shape: shapeEnd, node: m.at})
	for n := m.at; n.parent != nil; n = n.parent {
		if n.name == name {
			m.at = n.parent
			return
		}
	}
}

// leave ends an element that has no content, or lies too deep to have a place.
func (m *markup) leave() { m.at = m.at.parent }

// text adds the words of a text. White space counts once, unless kept.
func (m *markup) text(s string, kept bool) {
	m.at.texts++
	word := 0
	for _, w := range words(s) {
		t := token{text: w, key: w, shape: shapeWord, node: m.at, line: m.at.texts}
		if !blank(w) {
			word++
		} else if last := len(m.tokens) - 1; !kept {
			if t.key = " "; last >= 0 && m.tokens[last].key == " " && m.tokens[last].node == m.at && m.tokens[last].line == m.at.texts {
				m.tokens[last].text += w
				continue
			}
		}
		t.word = word
		m.tokens = append(m.tokens, t)
	}
}

// htmlTokens reads HTML as it stands, without what a browser would make of it. Any text is HTML, unless it has too many parts.
func htmlTokens(s string) ([]token, bool) {
	m := markup{at: &node{}}
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		kind := z.Next()
		raw := string(z.Raw())
		switch kind {
		case html.ErrorToken:
			if raw != "" {
				m.text(raw, true)
			}
			return m.tokens, errors.Is(z.Err(), io.EOF) && !m.full()
		case html.StartTagToken, html.SelfClosingTagToken:
			m.start(z.Token(), kind == html.SelfClosingTagToken)
		case html.EndTagToken:
			name, _ := z.TagName()
			m.closed(string(name))
		default: // text, comments, the type
			m.text(raw, slices.Contains([]string{"pre", "textarea", "script", "style"}, m.at.name))
		}
		if m.full() {
			return nil, false
		}
	}
}

func (m *markup) start(t html.Token, selfClosing bool) {
	attributes := make([]xml.Attr, len(t.Attr))
	for i, a := range t.Attr {
		attributes[i] = xml.Attr{Name: xml.Name{Local: a.Key}, Value: a.Val}
	}
	end := ">"
	if selfClosing {
		end = "/>"
	}
	m.open(t.Data, attributes, end)
	if selfClosing || void(t.Data) || m.at.depth > nested {
		m.leave()
	}
}

// void elements have no content (HTML, 13.1.2).
func void(name string) bool {
	return slices.Contains([]string{"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}, name)
}

// xmlTokens reads well-formed XML; no entity is declared or looked up. false: it is none.
func xmlTokens(s string) ([]token, bool) {
	m := markup{at: &node{}}
	d := xml.NewDecoder(strings.NewReader(s))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // the bytes are compared
	open := 0
	for !m.full() {
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return m.significant(), open == 0 && len(m.tokens) > 0
		}
		if err != nil {
			return nil, false
		}
		switch t := t.(type) {
		case xml.StartElement:
			if open++; open > nested {
				return nil, false
			}
			m.open(qualified(t.Name), attributesOf(t), ">")
		case xml.EndElement:
			if open--; m.at.name != qualified(t.Name) || open < 0 {
				return nil, false
			}
			m.closed(m.at.name)
		case xml.CharData:
			m.at.mixed = m.at.mixed || !blank(string(t))
			m.text(string(t), true)
		case xml.ProcInst:
			m.text("<?"+t.Target+" "+string(t.Inst)+"?>", false)
		case xml.Directive:
			m.text("<!"+string(t)+">", false)
		case xml.Comment:
			m.text("<!--"+string(t)+"-->", false)
		}
	}
	return nil, false
}

// significant leaves out white space between elements where no other text stands between them.
func (m *markup) significant() []token {
	return slices.DeleteFunc(m.tokens, func(t token) bool {
		return t.shape == shapeWord && blank(t.text) && !t.node.mixed && !t.node.preserve
	})
}

func qualified(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}

func attributesOf(t xml.StartElement) []xml.Attr {
	list := make([]xml.Attr, len(t.Attr))
	for i, a := range t.Attr {
		list[i] = xml.Attr{Name: xml.Name{Local: qualified(a.Name)}, Value: a.Value}
	}
	return list
}
