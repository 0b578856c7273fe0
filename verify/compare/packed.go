package compare

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
)

// Unpack takes the body out of its Content-Encoding, as far as limit bytes. Only gzip was asked for: another one stays as it is.
func (a *Answer) Unpack(limit int) {
	a.Packed, a.Encoding = int64(len(a.Body)), strings.ToLower(strings.TrimSpace(a.Header.Get("Content-Encoding")))
	if a.Encoding != "gzip" && a.Encoding != "x-gzip" || len(a.Body) == 0 {
		return
	}
	r, err := gzip.NewReader(bytes.NewReader(a.Body))
	if err != nil {
		a.Broken = err.Error()
		return
	}
	body, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if err != nil && !a.Cut {
		a.Broken = err.Error()
		return
	}
	if len(body) > limit {
		body, a.Cut = body[:limit], true
	}
	a.Body = body
}

// packed compares what came with Accept-Encoding: gzip: whether it is compressed, whether it unpacks, and what the answer depends on.
func (c *comparer) packed(s Sides) {
	if s.Packed == nil {
		return
	}
	const asked = " with Accept-Encoding: gzip"
	if s.Again.Encoding != s.Packed.Encoding {
		c.difference("header Content-Encoding"+asked, s.Again.Encoding, s.Packed.Encoding)
	}
	if s.Again.Broken != s.Packed.Broken {
		c.difference("unpacking the body"+asked, s.Again.Broken, s.Packed.Broken)
	}
	vary := func(a Answer) string { return c.field(asList, a.Header.Values("Vary")) }
	if live, twin := vary(s.Again), vary(*s.Packed); live != twin && vary(s.Live) == vary(s.Twin) { // else told already
		c.difference("header Vary"+asked, live, twin)
	}
	if s.Packed.Status != s.Twin.Status && s.Again.Status == s.Live.Status {
		c.difference("status"+asked, fmt.Sprint(s.Again.Status), fmt.Sprint(s.Packed.Status))
	}
}
