package parse

import "strings"

// QuarkusClass is what a class that Quarkus's build generated says of its configuration: the values that were fixed then, and all keys that it names.
type QuarkusClass struct {
	Fixed [][2]string
	Keys  []string
}

// ReadQuarkusClass reads a class of io.quarkus.runtime.generated. Values are put into a map there: two strings are loaded (ldc, ldc_w), then
// invokeinterface calls Map.put.
func ReadQuarkusClass(class []byte) QuarkusClass {
	var out QuarkusClass
	r, texts, names, ok := openClass(class)
	if !ok {
		return out
	}
	for _, at := range names {
		if isQuarkusKey(texts[at]) {
			out.Keys = append(out.Keys, texts[at])
		}
	}
	// loaded is the string that an instruction loads, and its length; 0 for any other.
	loaded := func(code []byte) (string, int) {
		index, size := 0, 2
		switch {
		case len(code) > 1 && code[0] == 0x12:
			index = int(code[1])
		case len(code) > 2 && code[0] == 0x13:
			index, size = int(code[1])<<8|int(code[2]), 3
		}
		if at, ok := names[index]; ok {
			return texts[at], size
		}
		return "", 0
	}
	for i := range r.data {
		key, n := loaded(r.data[i:])
		if n == 0 || !isQuarkusKey(key) {
			continue
		}
		text, m := loaded(r.data[i+n:])
		if end := i + n + m; m > 0 && end < len(r.data) && r.data[end] == 0xb9 {
			out.Fixed = append(out.Fixed, [2]string{key, text})
		}
	}
	return out
}

func isQuarkusKey(s string) bool {
	return strings.HasPrefix(s, "quarkus.") && !strings.ContainsAny(s, " ${*")
}
