package parse

import "strings"

// FelixText is a value as Felix writes those with a type, without it: "text", I"5", B"true". A file has such values when all of its values are ones
// (org.apache.felix.utils.properties.TypedProperties). Arrays and lists stay as they are written.
func FelixText(value string) (text string, ok bool) {
	text = strings.TrimSpace(value)
	rest := strings.TrimLeft(text[:min(len(text), 1)], "TILFDXSCBilfdxscb") + text[min(len(text), 1):]
	if len(rest) < len(`""`) {
		return value, false
	}
	switch rest[:1] + rest[len(rest)-1:] {
	case `""`:
		return rest[1 : len(rest)-1], true
	case "[]", "()", "{}":
		return text, true
	}
	return value, false
}
