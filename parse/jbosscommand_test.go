package parse

import (
	"strings"
	"testing"
)

// FuzzReadJBossCommand: what is found comes from an argument, or from the one before it.
func FuzzReadJBossCommand(f *testing.F) {
	f.Add("-mp\n/m\norg.jboss.as.standalone\n-Djboss.home.dir=/x\n-c\na.xml\n-P\nfile:x\n-b=0.0.0.0\n--server-config=b.xml\n-u")
	f.Add("-mp")
	f.Fuzz(func(t *testing.T, text string) {
		var args []JavaArg
		for i, s := range strings.Split(text, "\n") {
			args = append(args, JavaArg{Value: s, Index: i + 1})
		}
		c := ReadJBossCommand(args)
		for _, p := range c.Properties {
			if p.From.Index < 1 || p.From.Index > len(args) || !strings.Contains(text, p.Value) && p.Value != "true" || !strings.Contains(text, p.File) {
				t.Errorf("%+v", p)
			}
		}
		for name, o := range c.Options {
			if !strings.Contains(text, o.Value) {
				t.Errorf("%s: %+v", name, o)
			}
		}
	})
}
