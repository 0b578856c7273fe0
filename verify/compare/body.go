package compare

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"a2c/model"
)

// bodies is what the bodies show.
type bodies struct {
	differences []model.Difference
	share       float64 // bytes of the live body that are masked, 0 to 1
}

// outcome is a live and another body with what does not count taken out: they are the same when these texts are.
type outcome struct {
	live, twin string
	masks      []model.Mask // of what the live application answers differently by itself
	share      float64
	places     []string // where they differ, as far as that has names
}

// body compares the bodies, those of compressed answers too.
func (c *comparer) body(s Sides) bodies {
	list := []*Answer{&s.Live, &s.Again, &s.Twin}
	if s.Again.Broken != "" {
		s.Again.Body = s.Live.Body
	}
	if s.Packed != nil {
		packed := *s.Packed
		s.Packed = &packed
		list = append(list, s.Packed)
	}
	c.shorten(list)
	b := c.match(s.Live, s.Again, s.Twin)
	if s.Packed == nil || s.Packed.Broken != "" || s.Again.Broken != "" || len(b.differences) > 0 || bytes.Equal(s.Packed.Body, s.Twin.Body) {
		return b
	}
	for _, d := range c.match(s.Live, s.Again, *s.Packed).differences {
		d.What += " with Accept-Encoding: gzip"
		b.differences = append(b.differences, d)
	}
	return b
}

// shorten makes bodies that go on as long as the shortest of them.
func (c *comparer) shorten(list []*Answer) {
	least, isCut := len(list[0].Body), false
	for _, a := range list {
		least, isCut = min(least, len(a.Body)), isCut || a.Cut
	}
	if !isCut {
		return
	}
	c.mask(model.MaskTail, fmt.Sprintf("body beyond the first %d bytes", least), len(list[0].Body)-least)
	for _, a := range list {
		a.Body = a.Body[:least]
	}
}

func (c *comparer) match(live, again, twin Answer) bodies {
	if bytes.Equal(live.Body, twin.Body) && bytes.Equal(live.Body, again.Body) {
		return bodies{}
	}
	if !text(live) || !text(again) || !text(twin) {
		return c.binary(live, again, twin)
	}
	c.identities(&live, &again, &twin)
	kind := kindOf(live)
	x := c.read(kind, string(live.Body), string(again.Body), string(twin.Body))
	for _, m := range x.masks {
		c.mask(m.Kind, m.Where, int(m.Bytes))
	}
	if x.live == x.twin {
		return bodies{share: x.share}
	}
	// The verdict is on the bodies as they are; what is shown of them is redacted before it is cut to lines and widths.
	d := model.Difference{What: "body"}
	if n := len(x.places); n > 0 {
		d.What = c.o.show("body at " + strings.Join(x.places[:min(n, 3)], ", "))
		if n > 3 {
			d.What += fmt.Sprintf(" and %d more", n-3)
		}
	}
	shown := c.read(kind, c.o.Redact(string(live.Body)), c.o.Redact(string(again.Body)), c.o.Redact(string(twin.Body)))
	if shown.live == shown.twin {
		d.Evidence = "differs in what is redacted here"
	} else {
		d.Evidence = unified(shown.live, shown.twin, c.o)
	}
	return bodies{[]model.Difference{d}, x.share}
}

// binary compares bodies that are no text by their digests.
func (c *comparer) binary(live, again, twin Answer) bodies {
	switch {
	case !bytes.Equal(live.Body, again.Body):
		c.mask(model.MaskBinary, "body", len(live.Body))
		return bodies{share: 1}
	case bytes.Equal(live.Body, twin.Body):
		return bodies{}
	}
	say := func(a Answer) string { return fmt.Sprintf("%d bytes, sha256:%.12s", len(a.Body), a.SHA256()) }
	return bodies{differences: []model.Difference{{What: "body", Live: say(live), Image: say(twin)}}}
}

// read takes three bodies apart in the way of their kind, or else as plain text.
func (c *comparer) read(kind, live, again, twin string) outcome {
	if x, ok := c.json(live, again, twin); ok {
		return x
	}
	for _, form := range []struct {
		kind string
		read func(string) ([]token, bool)
	}{{model.MaskXML, xmlTokens}, {model.MaskHTML, htmlTokens}, {model.MaskText, plainTokens}} {
		if form.kind != kind && form.kind != model.MaskText {
			continue
		}
		a, okA := form.read(live)
		b, okB := form.read(again)
		t, okT := form.read(twin)
		if okA && okB && okT {
			return masked(a, b, t, &places{kind: form.kind, known: c.known})
		}
	}
	// Too many parts: whole, or not at all.
	if live != again {
		return outcome{masks: []model.Mask{{Kind: model.MaskBinary, Where: "body", Bytes: int64(len(live))}}, share: 1}
	}
	return outcome{live: live, twin: twin}
}

// kindOf a body is what its type says, or what it begins with where that says nothing.
func kindOf(a Answer) string {
	kind, _, _ := strings.Cut(mediaType(a.ContentType), ";")
	begin := bytes.TrimSpace(a.Body[:min(len(a.Body), 512)])
	switch {
	case strings.HasSuffix(kind, "html") && kind != "application/xhtml+xml":
		return model.MaskHTML
	case strings.HasSuffix(kind, "xml"), kind == "" && bytes.HasPrefix(begin, []byte("<?xml")):
		return model.MaskXML
	case kind == "" && bytes.HasPrefix(begin, []byte("<")):
		return model.MaskHTML
	}
	return model.MaskText
}

// text reports whether a body is to be compared by words: it says so, or its type says nothing, and it holds no NUL.
func text(a Answer) bool {
	if bytes.IndexByte(a.Body, 0) >= 0 || a.Encoding != "" && a.Encoding != "identity" && a.Encoding != "gzip" && a.Encoding != "x-gzip" {
		return false
	}
	kind, _, _ := strings.Cut(mediaType(a.ContentType), ";")
	switch {
	case kind == "", strings.HasPrefix(kind, "text/"), strings.HasSuffix(kind, "json"), strings.HasSuffix(kind, "xml"),
		strings.HasSuffix(kind, "javascript"), strings.HasSuffix(kind, "yaml"), strings.HasSuffix(kind, "x-www-form-urlencoded"):
		return kind != "" || utf8.Valid(a.Body)
	}
	return false
}
