package containerize

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"a2c/containerize/layer"
	"a2c/model"
	"a2c/parse"
)

// maxServerXML bounds server.xml; real ones have some kilobytes.
const maxServerXML = 16 << 20

// openConnector sets the address of a Connector in the image's copy of server.xml; every other byte stays.
func (s *start) openConnector(b model.Binding, l model.Listener, reason string) (bool, error) {
	it := s.plan.find(string(b.File))
	if it == nil || it.Kind != layer.File {
		return false, nil
	}
	before, err := s.plan.current(it, maxServerXML)
	if err != nil {
		return false, err
	}
	server, err := parse.ReadTomcatServer(before, func(name string) (string, bool) { v, ok := s.info.Properties[name]; return v, ok })
	if err != nil {
		return false, fmt.Errorf("%s: %w", it.Path, err)
	}
	i := slices.IndexFunc(server.Connectors, func(c parse.TomcatConnector) bool { return isBinding(c, b, l) })
	if i < 0 {
		return false, nil
	}
	after := parse.SetXMLAttr(before, server.Connectors[i].Element, "address", anywhere)
	if bytes.Equal(before, after) {
		return true, nil
	}
	it.content, it.Size = after, int64(len(after))
	s.changes = append(s.changes, model.Change{
		Kind: "listener", Target: it.Path.String(), Before: b.Value, After: anywhere, Diff: xmlDiff(it.Path, before, after), Reason: reason, Port: l.Port,
	})
	return true, nil
}

// isBinding finds the Connector by the line of its address, or by its port when the port is written as a number.
func isBinding(c parse.TomcatConnector, b model.Binding, l model.Listener) bool {
	if b.Line > 0 && c.Address.Set {
		return c.Address.Line == b.Line
	}
	return c.Port.Value == strconv.Itoa(l.Port)
}

// xmlDiff is a unified diff without context of two texts with the same number of lines. Attributes that could hold a secret are
// redacted: a Connector may name a keystore's password.
func xmlDiff(name model.Path, before, after []byte) string {
	old, fresh := strings.Split(string(before), "\n"), strings.Split(string(after), "\n")
	var b strings.Builder
	fmt.Fprintf(&b, "--- host %s\n+++ image %s\n", name, name)
	for i := range min(len(old), len(fresh)) {
		if old[i] != fresh[i] {
			fmt.Fprintf(&b, "@@ -%d +%d @@\n-%s\n+%s\n", i+1, i+1, redactXML(old[i]), redactXML(fresh[i]))
		}
	}
	return b.String()
}

var xmlAttr = regexp.MustCompile(`([\w:.-]+)(\s*=\s*)("[^"]*"?|'[^']*'?)`)

// redactXML shows the values of attributes that say where and how a Connector listens, and no others.
func redactXML(line string) string {
	line = xmlAttr.ReplaceAllStringFunc(strings.TrimSuffix(line, "\r"), func(m string) string {
		part := xmlAttr.FindStringSubmatch(m)
		if slices.Contains([]string{"port", "address", "protocol", "connectionTimeout", "redirectPort", "scheme", "secure", "SSLEnabled", "maxThreads", "URIEncoding"}, part[1]) {
			return m
		}
		return part[1] + part[2] + `"` + model.Redacted + `"`
	})
	return model.Path(line).String() // control characters and terminal escapes become \xNN
}
