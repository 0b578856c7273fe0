package jlink

import "bytes"

// runtimeName reports whether a name begins as those of the runtime's classes do; what begins otherwise is not looked up.
func runtimeName(name []byte) bool {
	for _, top := range []string{"java", "javax", "jdk", "sun", "com", "org", "netscape"} {
		if len(name) > len(top) && string(name[:len(top)]) == top && (name[len(top)] == '/' || name[len(top)] == '.') {
			return true
		}
	}
	return false
}

// part reports whether a byte can be part of a class's name, in either notation.
func part(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '_' || b == '$' || b == '/' || b == '.'
}

// look finds the names of the runtime's classes in bytes of any kind: "java/sql/Connection" alone, in descriptors and signatures; "java.sql.Connection" in
// texts and configuration, with a member behind it too; "java.sql.*" as an import says it.
func (s *Scan) look(data []byte) {
	for i := 0; i < len(data); {
		if !part(data[i]) {
			i++
			continue
		}
		end := i + 1
		for end < len(data) && part(data[end]) {
			end++
		}
		if end-i > len("java/a/") {
			s.word(data[i:end], end < len(data) && data[end] == '*')
		}
		i = end
	}
}

func (s *Scan) word(word []byte, star bool) {
	if !runtimeName(word) {
		at := bytes.IndexByte(word, 'L') // "(IJLjava/sql/Connection;": primitive types stand before the first class
		if at < 0 || !primitives(word[:at]) || !runtimeName(word[at+1:]) {
			return
		}
		word = word[at+1:]
	}
	if len(word) > maxName {
		return
	}
	dotted := bytes.IndexByte(word, '/') < 0
	if dotted {
		s.buf = append(s.buf[:0], word...)
		word = s.buf
		for i, b := range word {
			if b == '.' {
				word[i] = '/'
			}
		}
	}
	if star && word[len(word)-1] == '/' {
		s.need(s.index.packages[string(word[:len(word)-1])], word)
		return
	}
	const members = 2 // "java.sql.Types.VARCHAR.name"
	for cut := 0; ; cut++ {
		if module, ok := s.index.classes[string(word)]; ok {
			s.need(module, word)
			return
		}
		i := bytes.LastIndexByte(word, '/')
		if !dotted || cut == members || i < 0 {
			return
		}
		word = word[:i]
	}
}

const maxName = 512

func primitives(b []byte) bool {
	for _, c := range b {
		if bytes.IndexByte([]byte("BCDFIJSZV"), c) < 0 {
			return false
		}
	}
	return true
}
