package compare

import (
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"a2c/model"
)

// way is how a header field is compared.
type way int

const (
	byValue    way = iota // as it stands; also every field that is not in the table
	asList                // its members, in any order
	asType                // a media type: case and order of parameters mean nothing
	asPlace               // a URL: this host's name means nothing
	asScheme              // schemes and realms of a challenge
	asTag                 // whether there is one, and whether it is weak
	byPresence            // whether there is one
	never
)

// ways is the table of header fields (RFC 9110 and the registry at iana.org/assignments/http-fields).
func ways() map[string]way {
	list := map[string]way{"Content-Type": asType, "Location": asPlace, "Content-Location": asPlace, "Www-Authenticate": asScheme, "Proxy-Authenticate": asScheme, "Etag": asTag}
	for way, names := range map[way]string{
		asList:     "Cache-Control Allow Vary Access-Control-Allow-Methods Access-Control-Allow-Headers Access-Control-Expose-Headers Content-Language Accept-Ranges Pragma",
		byPresence: "Last-Modified Expires Retry-After Alt-Svc Report-To Nel",
		// What belongs to the moment, the connection or the way there. Cookies are compared by themselves, lengths with the bodies, encodings where they are asked for.
		never: "Date Age Via Warning Connection Keep-Alive Proxy-Connection Transfer-Encoding Trailer Upgrade Content-Length Content-Encoding Set-Cookie " +
			"X-Request-Id X-Correlation-Id Request-Id Traceparent Tracestate X-B3-Traceid X-B3-Spanid X-Runtime X-Response-Time Server-Timing X-Cache X-Served-By",
	} {
		for name := range strings.FieldsSeq(names) {
			list[name] = way
		}
	}
	return list
}

// packing are the fields that differ by right when a body is compressed.
func packing(name string) bool {
	return slices.Contains([]string{"Vary", "Etag", "Accept-Ranges", "Content-Md5", "Digest", "Content-Digest"}, name)
}

func (c *comparer) headers(s Sides) {
	table := ways()
	names := map[string]bool{}
	for _, h := range []http.Header{s.Live.Header, s.Twin.Header} {
		for name := range h {
			names[http.CanonicalHeaderKey(name)] = true
		}
	}
	for _, name := range sorted(names) {
		if table[name] == never {
			continue
		}
		read := func(a Answer) string { return c.field(table[name], a.Header.Values(name)) }
		live, again, twin := read(s.Live), read(s.Again), read(s.Twin)
		if s.Packed != nil && packing(name) {
			again = live
		}
		c.header(name, live, again, twin)
	}
}

// header compares one field; "" where there is none.
func (c *comparer) header(name, live, again, twin string) {
	if live != "" && twin != "" && c.known.has(model.MaskHeader, name) {
		c.mask(model.MaskHeader, name, len(live))
		return
	}
	if live == again {
		if live != twin {
			c.difference("header "+name, live, twin)
		}
		return
	}
	if live == "" || again == "" { // it comes and goes
		c.mask(model.MaskHeader, name, len(live))
		return
	}
	// A policy with a nonce: the rest of it is compared.
	m := masked(line(live), line(again), line(twin), &places{kind: model.MaskHeader})
	size := 0
	for _, part := range m.masks {
		size += int(part.Bytes)
	}
	c.mask(model.MaskHeader, name, size)
	if m.live != m.twin {
		c.difference("header "+name, m.live, m.twin)
	}
}

// field writes the values of one field so that equal ones mean the same.
func (c *comparer) field(w way, values []string) string {
	all := strings.Join(values, ", ")
	switch {
	case all == "":
	case w == asType:
		return mediaType(all)
	case w == asPlace:
		return Place(all, c.o.Host)
	case w == asScheme:
		return challenges(values)
	case w == asTag && strings.HasPrefix(all, "W/"):
		return "weak"
	case w == asTag:
		return "strong"
	case w == byPresence:
		return "yes"
	case w == asList:
		list := strings.Split(all, ",")
		for i := range list {
			list[i] = strings.ToLower(strings.TrimSpace(list[i]))
		}
		slices.Sort(list)
		return strings.Join(slices.Compact(list), ", ")
	}
	return all
}

var realm = regexp.MustCompile(`(?i)\brealm\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,]+)`)

// challenges keeps the scheme and the realm of each challenge (RFC 9110, 11.6.1): a nonce belongs to the moment.
func challenges(values []string) string {
	list := make([]string, 0, len(values))
	for _, v := range values {
		scheme, rest, _ := strings.Cut(strings.TrimSpace(v), " ")
		text := strings.ToLower(scheme)
		if m := realm.FindStringSubmatch(rest); m != nil {
			text += " realm=" + m[1]
		}
		list = append(list, text)
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

// mediaType writes a Content-Type in one form: lower case, parameters sorted. What is none stays as it is.
func mediaType(s string) string {
	kind, parameters, err := mime.ParseMediaType(s)
	if err != nil {
		return s
	}
	if charset, ok := parameters["charset"]; ok {
		parameters["charset"] = strings.ToLower(charset)
	}
	return mime.FormatMediaType(kind, parameters)
}

func sorted[V any](m map[string]V) []string {
	list := make([]string, 0, len(m))
	for k := range m {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}

// Never lists the header fields that are not compared.
func Never() []string {
	list := ways()
	for name, w := range list {
		if w != never || name == "Set-Cookie" || name == "Content-Encoding" {
			delete(list, name)
		}
	}
	return sorted(list)
}
