package parse

import "testing"

func TestFelixText(t *testing.T) {
	for value, want := range map[string]string{`"a"`: "a", `I"5"`: "5", ` b"true" `: "true", `""`: "", `["a","b"]`: `["a","b"]`, `I`: "-", `"`: "-", "": "-", "text": "-", `"open`: "-", `"bright red"`: "bright red"} {
		got, ok := FelixText(value)
		if ok != (want != "-") || ok && got != want || !ok && got != value {
			t.Errorf("%q: %q, %v", value, got, ok)
		}
	}
}
