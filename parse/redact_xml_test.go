package parse

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// FuzzStartTag holds that tags are found as this expression finds them, which was the search before and is ten times as slow.
func FuzzStartTag(f *testing.F) {
	tag := regexp.MustCompile(`<([A-Za-z_][\w.:-]{0,99})((?:\s+[\w.:-]{1,100}\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(/?)>`)
	for _, s := range []string{
		`<a>`, `<a b="c" d='e' />`, `<a b = "c"d="e">`, `<a b>`, `<a b="c`, `<1a>`, `<a:b.c-d>`, `< a>`, `<a/ >`, "<a\n b='<c>'>", `<a b="<c d='"'>`, "<" + strings.Repeat("a", 101) + ">", `<ä>`,
		"<" + strings.Repeat("a", 100) + ">", "<a " + strings.Repeat("b", 101) + "='c'>", `<a b=""/>`, `<a <b>`, "<a\v>",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var got []string
		want := tag.FindAllString(s, -1)
		x := xmlFinder{s: s, dead: map[int]bool{}}
		for at := 0; at < len(s); {
			if _, end := x.startTag(at); s[at] == '<' && end > 0 {
				got = append(got, s[at:end])
				at = end
				continue
			}
			at++
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q (-want +got)\n%s", s, d)
		}
	})
}

// TestXMLHostile holds that tags which never end take no longer than others.
func TestXMLHostile(t *testing.T) {
	for _, unit := range []string{`<a x="<a y='" z='" w='`, `<a x="<a" `, `<a x='`, `<a x="1" `, `<a b="'<a c='"`} {
		s := strings.Repeat(unit, 1<<20/len(unit))
		begin := time.Now()
		xmlSecrets(s + "</")
		if d := time.Since(begin); d > 5*time.Second {
			t.Errorf("%s: %s", unit, d)
		}
	}
}
