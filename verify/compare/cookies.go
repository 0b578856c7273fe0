package compare

import (
	"fmt"
	"net/http"
	"strings"

	"a2c/model"
)

// cookie is one Set-Cookie (RFC 6265): its attributes are compared, its value is not.
type cookie struct{ value, attributes string }

// readCookies by name. Of two of one name, on other paths, both sets of attributes count.
func readCookies(a Answer) map[string]cookie {
	list := map[string]cookie{}
	for _, line := range a.Header.Values("Set-Cookie") {
		parsed, err := http.ParseSetCookie(line)
		if err != nil {
			continue // no browser takes it
		}
		k := cookie{parsed.Value, attributes(parsed)}
		if before, ok := list[parsed.Name]; ok {
			k.attributes = before.attributes + " and " + k.attributes
		}
		list[parsed.Name] = k
	}
	return list
}

func attributes(k *http.Cookie) string {
	parts := []string{"set"}
	add := func(is bool, text string) {
		if is {
			parts = append(parts, text)
		}
	}
	add(k.Path != "", "Path="+k.Path)
	add(k.Domain != "", "Domain="+strings.ToLower(k.Domain))
	add(k.RawExpires != "", "Expires")
	add(k.MaxAge != 0, fmt.Sprintf("Max-Age=%d", k.MaxAge))
	add(k.Secure, "Secure")
	add(k.HttpOnly, "HttpOnly")
	add(k.Partitioned, "Partitioned")
	add(k.SameSite == http.SameSiteLaxMode, "SameSite=Lax")
	add(k.SameSite == http.SameSiteStrictMode, "SameSite=Strict")
	add(k.SameSite == http.SameSiteNoneMode, "SameSite=None")
	return strings.Join(parts, "; ")
}

// cookies compares names and attributes. One that comes and goes by itself is masked.
func (c *comparer) cookies(s Sides) {
	live, again, twin := readCookies(s.Live), readCookies(s.Again), readCookies(s.Twin)
	names := map[string]bool{}
	for _, side := range []map[string]cookie{live, twin} {
		for name := range side {
			names[name] = true
		}
	}
	for _, name := range sorted(names) {
		a, b, t := live[name], again[name], twin[name]
		if a.value != b.value || a.value != t.value {
			c.mask(model.MaskCookie, name, len(a.value))
		}
		if a.attributes != t.attributes && a.attributes == b.attributes {
			c.difference("cookie "+name, a.attributes, t.attributes)
		}
	}
}
