package around

import (
	"strings"
	"testing"
	"unicode"

	"a2c/parse"
)

// FuzzScript reads init scripts, which anybody's package may bring.
func FuzzScript(f *testing.F) {
	f.Add("#!/bin/sh\n### BEGIN INIT INFO\n# Provides:          shop\n### END INIT INFO\nDAEMON=/opt/shop/bin/shop\n", "/opt/shop")
	f.Add("aa", "a")
	f.Fuzz(func(t *testing.T, script, text string) {
		if name := lsbName(script); strings.ContainsFunc(name, unicode.IsSpace) {
			t.Errorf("name %q", name)
		}
		if text != "" && holdsWord(script, text) && !strings.Contains(script, text) {
			t.Errorf("%q is not in %q", text, script)
		}
	})
}

// FuzzSetting redacts what units say.
func FuzzSetting(f *testing.F) {
	f.Add("Environment", `"A=one two" DB_PASSWORD=x`)
	f.Add("SetCredential", "key:value")
	f.Add("ExecStart", "/usr/bin/java -Dpassword=x -jar a.jar")
	f.Fuzz(func(t *testing.T, key, value string) {
		text := redacted(key, value)
		for _, r := range safe(text) {
			if !unicode.IsPrint(r) && r != ' ' {
				t.Fatalf("%q=%q became %q", key, value, text)
			}
		}
		if strings.HasPrefix(key, "SetCredential") {
			if _, secret, ok := strings.Cut(value, ":"); ok && len(secret) > 20 && strings.Contains(text, secret) {
				t.Errorf("%q shows %q", text, secret)
			}
		}
		parse.UnitWords(text)
	})
}
