package parse

import (
	"os/exec"
	"strings"
	"testing"
)

func TestCmdline(t *testing.T) {
	got := Cmdline([]string{"/usr/bin/java", "-Ddb.password=x1", "-Dname=a b", "two\nlines", "", "it's", "\x1b[2J", "\xff\\'", "größe", "\u202eevil"})
	want := `/usr/bin/java '-Ddb.password=<redacted>' '-Dname=a b' $'two\nlines' '' 'it'\''s' $'\x1b[2J' $'\xff\\\'' 'größe' $'\xe2\x80\xaeevil'`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// FuzzQuoteArg asks a real shell, when there is one, to turn the argument back.
func FuzzQuoteArg(f *testing.F) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		f.Skip("no bash here")
	}
	for _, s := range []string{"", "a b", "it's", "\n\x1b\xff", `\'$x`, "!x", "$'a'", "ä\u200b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, arg string) {
		if strings.ContainsRune(arg, 0) {
			t.Skip("no argument holds NUL")
		}
		quoted := QuoteArg(arg)
		if !printableText(quoted) {
			t.Fatalf("%q is not printable", quoted)
		}
		out, err := exec.CommandContext(t.Context(), bash, "-c", "printf %s "+quoted+"; printf .").Output()
		if string(out) != arg+"." || err != nil {
			t.Errorf("%q became %s and was read as %q, %v", arg, quoted, out, err)
		}
	})
}
