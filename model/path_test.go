package model_test

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"a2c/model"
)

func TestPathText(t *testing.T) {
	tests := map[string]struct {
		path model.Path
		text string
	}{
		"plain":        {"/opt/shop/shop.jar", "/opt/shop/shop.jar"},
		"umlaut":       {"/opt/büro", "/opt/büro"},
		"latin1":       {"/opt/b\xfcro", `/opt/b\xfcro`},
		"newline":      {"/opt/a\nb", `/opt/a\x0ab`},
		"escape_code":  {"/opt/\x1b[31m", `/opt/\x1b[31m`},
		"backslash":    {`/opt/a\b`, `/opt/a\x5cb`},
		"bidi":         {"/opt/\u202egpj", `/opt/\xe2\x80\xaegpj`},
		"looks_quoted": {`/opt/\x41`, `/opt/\x5cx41`},
		"replacement":  {"/opt/\ufffd", "/opt/\ufffd"},
		"empty":        {"", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := tt.path.String(); got != tt.text {
				t.Errorf("String() = %q, want %q", got, tt.text)
			}
			var back model.Path
			if err := back.UnmarshalText([]byte(tt.text)); err != nil || back != tt.path {
				t.Errorf("UnmarshalText(%q) = %q, %v, want %q", tt.text, back, err, tt.path)
			}
		})
	}
}

func TestPathBadText(t *testing.T) {
	for _, text := range []string{`\`, `\x`, `\x1`, `\xzz`, `\n`, `a\`} {
		var p model.Path
		if err := p.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("UnmarshalText(%q) = %q, want an error", text, p)
		}
	}
}

func FuzzPath(f *testing.F) {
	f.Add("/opt/b\xfcro\n\\x41")
	f.Fuzz(func(t *testing.T, raw string) {
		b, err := json.Marshal(model.Path(raw))
		if err != nil || !utf8.Valid(b) {
			t.Fatalf("Marshal(%q) = %q, %v", raw, b, err)
		}
		var back model.Path
		if err := json.Unmarshal(b, &back); err != nil || string(back) != raw {
			t.Fatalf("%q came back as %q, %v", raw, back, err)
		}
	})
}
