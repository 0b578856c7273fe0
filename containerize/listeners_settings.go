package containerize

import (
	"bytes"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// openVariable sets the variable that a framework binds to the key, which wins over its files: "Quarkus: Configuration Reference, Configuration sources";
// "Micronaut: Externalized Configuration with PropertySources"; "Helidon: Config Sources", whose order is the same by default.
func (s *start) openVariable(key, reason string, port int) bool {
	name := strings.NewReplacer(".", "_", "-", "_", "[", "_", "]", "").Replace(strings.ToUpper(key))
	if have := s.relaxedVariable(key); have != "" {
		name = have
	}
	s.set(name, anywhere, reason, port)
	return true
}

// openValue changes the address where it is written: an argument, or the one line of a file that holds it.
func (s *start) openValue(b model.Binding, reason string, port int) (bool, error) {
	after, ok := openText(b.Value)
	switch {
	case b.Value == "" && b.Mechanism == "liberty-endpoint":
		return s.openLiberty(b, reason, port)
	case !ok:
		return false, nil
	case b.Arg > 0:
		return s.argument(b.Arg, reason, port, func(v string) string { return strings.Replace(v, b.Value, after, 1) }), nil
	case b.File != "":
		return s.openLine(b, after, reason, port)
	case s.env[b.Key] == b.Value:
		s.set(b.Key, after, reason, port)
		return true, nil
	}
	return false, nil
}

// openPrefix opens a prefix of HttpListener, whose host the requests must have, unless it is "+" (learn.microsoft.com: "HttpListener Class").
func (s *start) openPrefix(b model.Binding, reason string, port int) bool {
	return s.argument(b.Arg, reason, port, func(v string) string {
		parsed, err := url.Parse(b.Value)
		if err != nil || !closed(parsed.Hostname()) {
			return v
		}
		every := strings.TrimSuffix("+:"+parsed.Port(), ":")
		return strings.Replace(v, b.Value, strings.Replace(b.Value, parsed.Host, every, 1), 1)
	})
}

// openText is the address opened; an expression like "${jboss.bind.address:127.0.0.1}" is, in the value that it has unless told otherwise.
func openText(value string) (string, bool) {
	if inner, ok := strings.CutPrefix(value, "${"); ok {
		name, otherwise, found := strings.Cut(strings.TrimSuffix(inner, "}"), ":")
		if !found || strings.ContainsAny(otherwise, "{}") || !closed(otherwise) {
			return "", false
		}
		return "${" + name + ":" + anywhere + "}", true
	}
	if closed(value) {
		return anywhere, true
	}
	after := openAddress(value)
	return after, after != value && strings.ContainsRune(value, ':')
}

// closed reports whether an address is one that a container could not serve.
func closed(address string) bool { return address == "localhost" || bound(strings.Trim(address, "[]")) }

// openLine changes one line of the image's copy, if the value stands there once.
func (s *start) openLine(b model.Binding, after, reason string, port int) (bool, error) {
	it, before, err := s.configFile(string(b.File), maxConfigFile)
	if it == nil || err != nil {
		return false, err
	}
	lines := bytes.SplitAfter(before, []byte{'\n'})
	if b.Line < 1 || b.Line > len(lines) {
		return false, nil
	}
	line := lines[b.Line-1]
	if !bytes.Contains(line, []byte(b.Value)) && bytes.Contains(line, []byte(after)) {
		return true, nil // for a listener beside this one
	}
	if bytes.Count(line, []byte(b.Value)) != 1 {
		return false, nil
	}
	lines[b.Line-1] = bytes.Replace(line, []byte(b.Value), []byte(after), 1)
	s.openedIn(it, before, bytes.Join(lines, nil), model.Change{Before: b.Value, After: after, Reason: reason, Port: port})
	return true, nil
}

func (s *start) openedIn(it *item, before, after []byte, c model.Change) {
	e := configEdit{base: path.Base(string(it.Path)), data: before}
	e.becomes(after)
	c.Kind = "listener"
	s.edited(it, &e, c)
}

// openLiberty gives an endpoint the attribute host, without which it listens on localhost ("Open Liberty: HTTP Endpoint").
func (s *start) openLiberty(b model.Binding, reason string, port int) (bool, error) {
	it, before, err := s.configFile(string(b.File), maxConfigFile)
	if it == nil || err != nil {
		return false, err
	}
	doc, err := parse.ReadXML(before)
	if err != nil {
		return false, fmt.Errorf("%s: %w", it.Path, err)
	}
	i := slices.IndexFunc(doc.Root.Children, func(e *parse.XMLElement) bool { return e.Line == b.Line })
	if i < 0 {
		return false, nil
	}
	e := doc.Root.Children[i]
	if host, set := e.Attr("host"); set {
		return host.Value == "*", nil // for a listener beside this one
	}
	s.openedIn(it, before, parse.SetXMLAttr(before, e, "host", "*"), model.Change{After: "*", Reason: reason, Port: port})
	return true, nil
}
