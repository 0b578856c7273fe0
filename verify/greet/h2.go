package greet

import (
	"bytes"
	"regexp"
)

// H2 says hello in versions of the protocol that no server knows any more: it answers with the versions that it knows and its own build
// (org.h2.server.TcpServerThread). No database is named, and none is opened.
func H2() Protocol {
	return exchange{name: "H2", say: []byte{0, 0, 0, 1, 0, 0, 0, 1}, read: func(data []byte) ([]string, bool) {
		text := bytes.ReplaceAll(data, []byte{0}, nil) // two bytes each character
		version, build := h2Version.FindSubmatch(text), h2Build.FindSubmatch(text)
		if version == nil || build == nil {
			return nil, false
		}
		return []string{"protocol: " + string(version[1]), "build: " + string(build[1])}, true
	}}
}

var (
	h2Version = regexp.MustCompile(`server version is "([0-9]{1,9})"`)
	h2Build   = regexp.MustCompile(`\[90[0-9]{3}-([0-9]{1,9})\]`)
)
