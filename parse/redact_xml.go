package parse

import "strings"

// xmlSecrets finds <password>x</password>, <property name="password">x</property>, <param name="password" value="x"/>, and pairs of elements:
// <key>password</key><value>x</value>; Jetty's <Property name="password" default="x"/>, where the default may be an element, too. Attributes that are named so
// themselves are pairs.
func xmlSecrets(s string) []SecretSpan {
	if !strings.Contains(s, "</") && !strings.Contains(s, "/>") {
		return nil
	}
	f := xmlFinder{s: s, unclosed: map[string]bool{}, dead: map[int]bool{}}
	for at := 0; ; {
		i := strings.IndexByte(s[at:], '<')
		if i < 0 {
			return f.spans
		}
		tag, end := f.startTag(at + i)
		if end == 0 {
			at += i + 1
			continue
		}
		if at += i; at >= f.done {
			f.tag(tag, end)
		}
		at = end
	}
}

// tag judges a start tag, behind which the element's content begins at body.
func (f *xmlFinder) tag(t xmlTag, body int) {
	label := t.label
	if f.set != "" && jettyAsks(t.name) && SecretName(label) == "" {
		label = f.set
	}
	f.set = ""
	if label != "" && t.value.End > 0 {
		f.spans = append(f.spans, shifted(findSecrets(label, f.s[t.value.Start:t.value.End], true), t.value.Start)...)
	}
	if !t.empty {
		f.element(t.name, label, body)
	}
}

// xmlTag is a start tag.
type xmlTag struct {
	name  string
	label string     // what its attributes name
	value SecretSpan // where its value attribute stands, if it has one, or the default of a property of Jetty's
	empty bool       // <x/>
}

// maxTagName bounds names of elements and attributes.
const maxTagName = 100

// startTag reads the tag that begins at i, and returns where it ends; 0 when it is none.
func (f *xmlFinder) startTag(i int) (t xmlTag, end int) {
	s, at := f.s, i+1
	for at < len(s) && nameByte(s[at]) {
		at++
	}
	t.name = s[i+1 : at]
	if t.name == "" || len(t.name) > maxTagName || isDigit(t.name[0]) || strings.IndexByte(".:-", t.name[0]) >= 0 {
		return t, 0
	}
	passed := []int{at}
	for !f.dead[at] {
		next, name, value := attribute(s, at)
		if next == 0 {
			break
		}
		at = next
		passed = append(passed, at)
		switch strings.ToLower(localName(name)) {
		case "name", "key", "property":
			t.label = s[value.Start:value.End]
		case "value", "connectionstring":
			t.value = value
		case "default":
			if jettyAsks(t.name) {
				t.value = value
			}
		}
	}
	end = skipSpace(s, at)
	if t.empty = end < len(s) && s[end] == '/'; t.empty {
		end++
	}
	if end < len(s) && s[end] == '>' {
		return t, end + 1
	}
	for _, at := range passed {
		f.dead[at] = true
	}
	return t, 0
}

// attribute reads blanks, a name, '=' and a value in quotes; next is 0 when they do not stand there.
func attribute(s string, at int) (next int, name string, value SecretSpan) {
	from := skipSpace(s, at)
	blank := from > at
	at = from
	for at < len(s) && nameByte(s[at]) {
		at++
	}
	name = s[from:at]
	at = skipSpace(s, at)
	if !blank || name == "" || len(name) > maxTagName || at == len(s) || s[at] != '=' {
		return 0, "", value
	}
	at = skipSpace(s, at+1)
	if at == len(s) || s[at] != '"' && s[at] != '\'' {
		return 0, "", value
	}
	end := strings.IndexByte(s[at+1:], s[at])
	if end < 0 {
		return 0, "", value
	}
	return at + 1 + end + 1, name, SecretSpan{Start: at + 1, End: at + 1 + end}
}

func nameByte(c byte) bool { return isWord(c) || c == '.' || c == ':' || c == '-' }

func skipSpace(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t' || s[i] == '\n' || s[i] == '\r' || s[i] == '\f') {
		i++
	}
	return i
}

type xmlFinder struct {
	s        string
	spans    []SecretSpan
	named    string          // by the element before this one: <key>password</key>; of a default of Jetty's by the one around it
	set      string          // by the element around this one: <Set name="KeyStorePassword"><Property name="store" default="x"/>
	done     int             // what lies before has been looked at
	dead     map[int]bool    // offsets behind a name or attribute from which no tag comes to its end: a hostile text would have each '<' go that way
	unclosed map[string]bool // elements without an end tag in the rest of the text
}

// element looks at the content of an element, which begins at body.
func (f *xmlFinder) element(element, label string, body int) {
	name := localName(element)
	switch {
	case SecretName(name) != "":
		label = name
	case f.named != "" && (name == "Name" || name == "Deprecated"): // of Jetty's; the default comes behind
		return
	case f.named != "" && name == "Default" && strings.HasPrefix(strings.TrimLeft(f.s[body:min(len(f.s), body+maxKey)], " \t\r\n"), "<"):
		f.named = "" // the elements inside say it
		return
	case f.named != "":
		label = f.named
	case SecretName(label) == "" || !leaf(f.s[body:]):
		f.named = keyElement(name, f.s[body:])
		if SecretName(label) != "" && jettyAsks(name) {
			f.named = label
		} else if SecretName(label) != "" && name == "Set" {
			f.set = label
		}
		return
	}
	f.named = ""
	end := len(f.s)
	if !f.unclosed[element] {
		if i := strings.Index(f.s[body:], "</"+element); i >= 0 {
			end = body + i
		} else {
			f.unclosed[element] = true
		}
	}
	text := f.s[body:end]
	start := body + len(text) - len(strings.TrimLeft(text, " \t\r\n"))
	f.spans = append(f.spans, shifted(findSecrets(label, strings.TrimSpace(text), true), start)...)
	f.done = end // the elements inside have been looked at with the text: not again, which would double the work at each level
}

func shifted(spans []SecretSpan, by int) []SecretSpan {
	for i := range spans {
		spans[i].Start, spans[i].End = spans[i].Start+by, spans[i].End+by
	}
	return spans
}

func localName(element string) string { return element[strings.IndexByte(element, ':')+1:] }

// leaf reports text, CDATA or a <value> element behind a start tag: no other elements.
func leaf(body string) bool {
	body = body[:min(len(body), 4096)]
	i := strings.IndexByte(body, '<')
	return i < 0 || strings.HasPrefix(body[i:], "</") || strings.HasPrefix(body[i:], "<![CDATA[") || strings.HasPrefix(body[i:], "<value>")
}

// keyElement returns the text of <key>, <name>, <param-name> when it names a secret.
func keyElement(name, body string) string {
	if name != "key" && name != "name" && name != "Name" && !strings.HasSuffix(name, "-name") {
		return ""
	}
	text, _, ok := strings.Cut(body[:min(len(body), maxKey)], "<")
	if text = strings.TrimSpace(text); ok && SecretName(text) != "" {
		return text
	}
	return ""
}
