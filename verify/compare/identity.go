package compare

import (
	"regexp"
	"slices"
	"strings"

	"a2c/model"
)

// identity is the name of a Java object: its class, and the hash code that the JVM drew for it in this start (Object.toString; Jetty has a hyphen between them).
// Neither asking twice nor starting twice shows that it changes: a JVM that starts alike draws alike.
var identity = regexp.MustCompile(`\b((?:[a-z_][\w$]*\.)+[A-Z][\w$.]*[@-])[0-9a-f]{5,8}\b`)

const hashCode = "hash code of " // and the class

// identities takes the hash codes out of the texts of bodies, where the live one and the other have the same objects with other codes.
func (c *comparer) identities(live, again, twin *Answer) {
	here, there := identity.FindAllSubmatch(live.Body, -1), identity.FindAllSubmatch(twin.Body, -1)
	if len(here) == 0 || len(here) != len(there) {
		return
	}
	same := func(a, b [][]byte) bool { return string(a[0]) == string(b[0]) }
	if slices.EqualFunc(here, there, same) {
		return
	}
	object := func(a, b [][]byte) bool { return string(a[1]) == string(b[1]) }
	if !slices.EqualFunc(here, there, object) {
		return
	}
	for i, h := range here {
		if !same(h, there[i]) {
			c.mask(model.MaskOther, hashCode+string(h[1][:len(h[1])-1]), len(h[0])-len(h[1]))
		}
	}
	for i, m := range c.result.Masks {
		c.result.Masks[i].Start = m.Start || strings.HasPrefix(m.Where, hashCode)
	}
	for _, a := range []*Answer{live, again, twin} {
		a.Body = identity.ReplaceAll(a.Body, []byte("${1}"+hidden))
	}
}
