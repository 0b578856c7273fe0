package containerize

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"

	"a2c/model"
	"a2c/parse"
)

// maxServerXML bounds server.xml; real ones have some kilobytes.
const maxServerXML = 16 << 20

// openConnector sets the address of a Connector in the image's copy of server.xml; every other byte stays.
func (s *start) openConnector(b model.Binding, l model.Listener, reason string) (bool, error) {
	it, before, err := s.configFile(string(b.File), maxServerXML)
	if it == nil || err != nil {
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
	s.openedIn(it, before, after, model.Change{Before: b.Value, After: anywhere, Reason: reason, Port: l.Port})
	return true, nil
}

// isBinding finds the Connector by the line of its address, or by its port when the port is written as a number.
func isBinding(c parse.TomcatConnector, b model.Binding, l model.Listener) bool {
	if b.Line > 0 && c.Address.Set {
		return c.Address.Line == b.Line
	}
	return c.Port.Value == strconv.Itoa(l.Port)
}
