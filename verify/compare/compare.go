// Package compare judges two answers of one request: the live application's and the twin's. The live application was asked twice, so that what
// it answers differently by itself (dates, session IDs, nonces) does not count against the twin.
package compare

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"

	"a2c/model"
)

// noise is the share of a body that may be masked: above it the rest shows too little.
const noise = 0.10

// Answer is an HTTP answer, or its beginning.
type Answer struct {
	Status      int
	ContentType string
	Location    string      // of a redirect, as sent
	Header      http.Header // all fields, as sent
	Certificate string      // SHA-256 of the server's certificate, hex; "" without TLS
	Body        []byte      // unpacked
	Cut         bool        // the body goes on beyond what was read
	Encoding    string      // Content-Encoding; "" when the body came as it is
	Packed      int64       // bytes of the body as it came
	Broken      string      // why the body does not unpack
}

// SHA256 of the body that was read, hex.
func (a Answer) SHA256() string {
	sum := sha256.Sum256(a.Body)
	return hex.EncodeToString(sum[:])
}

// Sides are the answers to one request.
type Sides struct {
	Live, Again Answer // the live application's first and second
	Twin        Answer
	Packed      *Answer // the twin's to the same with Accept-Encoding: gzip, as Again was asked then; nil: neither was
}

// Result of a comparison.
type Result struct {
	Verdict     string             // as of model.Comparison
	Differences []model.Difference // empty: the same
	Masks       []model.Mask       // parts that were not compared
	// Proof is set when equality means something: a success with a body of which enough was compared, or a redirect. Two equal errors prove nothing.
	Proof bool
	Why   string // why it is no proof
}

// Options of a comparison.
type Options struct {
	Host   string              // what was asked for ("127.0.0.1:8080"): redirects to it are redirects to the same place
	Masks  []model.Mask        // found by another verification of the same request
	Own    []model.Mask        // found by further answers of the live application
	Redact func(string) string // takes secrets out of what is shown, bodies of any size; nil: nothing is taken out
	// Unordered leaves the order of JSON lists out: the checks of a health page are in none, and a server may list them otherwise after each start.
	Unordered bool
	Line      func(string) string // does so with one line of at most 8 KiB; nil: nothing is taken out
}

// masks are the kinds and places of masks that are known before; true: given by another verification.
type masks map[string]bool

func (m masks) has(kind, where string) bool { _, ok := m[kind+" "+where]; return ok }

// comparer gathers what one comparison finds.
type comparer struct {
	o      Options
	known  masks
	result Result
}

// Answers compares the twin's answer with the first of the live application's.
func Answers(s Sides, o Options) Result {
	same := func(s string) string { return s }
	if o.Redact == nil {
		o.Redact = same
	}
	if o.Line == nil {
		o.Line = same
	}
	c := comparer{o: o, known: masks{}}
	for _, m := range o.Masks {
		c.known[m.Kind+" "+m.Where] = true
	}
	for _, m := range o.Own {
		c.known[m.Kind+" "+m.Where] = false
	}
	c.differ("status", fmt.Sprint(s.Live.Status), fmt.Sprint(s.Again.Status), fmt.Sprint(s.Twin.Status))
	c.headers(s)
	c.cookies(s)
	c.differ("certificate", s.Live.Certificate, s.Again.Certificate, s.Twin.Certificate)
	c.packed(s)
	c.judge(s, c.body(s))
	return c.result
}

// judge gives the verdict; b is what the bodies show.
func (c *comparer) judge(s Sides, b bodies) {
	r := &c.result
	noisy := b.share > noise
	if !noisy {
		r.Differences = append(r.Differences, b.differences...)
	}
	switch {
	case len(r.Differences) > 0:
		r.Verdict = model.VerifyDifferent
	case s.Live.Status != s.Again.Status:
		r.Verdict, r.Why = model.VerifyNotComparable, fmt.Sprintf("the live application itself answers once %d and once %d", s.Live.Status, s.Again.Status)
	case s.Twin.Status >= 400:
		r.Verdict, r.Why = model.VerifySameError, fmt.Sprintf("both answering %d proves nothing", s.Twin.Status)
	case noisy:
		r.Verdict, r.Why = model.VerifyNotComparable, fmt.Sprintf("the live application itself answers differently each time (%.0f %% of the body)", b.share*100)
	case s.Twin.Status >= 300 && s.Twin.Location != "":
		r.Verdict, r.Proof = model.VerifyEqual, true
	case s.Twin.Status < 200 || s.Twin.Status >= 300:
		r.Verdict, r.Why = model.VerifyEqual, fmt.Sprintf("both answering %d shows little", s.Twin.Status)
	case len(s.Live.Body) == 0:
		r.Verdict, r.Why = model.VerifyEqual, "an empty answer proves little"
	default:
		r.Verdict, r.Proof = model.VerifyEqual, true
	}
}

// differ compares one value. One that the live application changes by itself is masked.
func (c *comparer) differ(what, live, again, twin string) {
	switch {
	case live == twin:
	case live != again, c.known.has(model.MaskOther, what):
		c.mask(model.MaskOther, what, len(live))
	default:
		c.difference(what, live, twin)
	}
}

func (c *comparer) difference(what, live, twin string) {
	c.result.Differences = append(c.result.Differences, model.Difference{What: c.o.show(what), Live: c.o.show(or(live)), Image: c.o.show(or(twin))})
}

// mask notes a part that is not compared; how it reads is nobody's business.
func (c *comparer) mask(kind, where string, size int) {
	for _, m := range c.result.Masks {
		if m.Kind == kind && m.Where == where {
			return
		}
	}
	c.result.Masks = append(c.result.Masks, model.Mask{Kind: kind, Where: c.o.show(where), Bytes: int64(size), Given: c.known[kind+" "+where]})
}

// show makes one line fit to print.
func (o Options) show(s string) string {
	return Visible(cut(o.Line(cut(o.Redact(s), longLine)), widthLimit))
}

func or(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// Place writes a redirect's target without scheme and host when it is the host that was asked: servers write the same either way.
func Place(location, host string) string {
	for _, scheme := range []string{"http://", "https://", "//"} {
		rest, ok := strings.CutPrefix(location, scheme+host)
		switch {
		case !ok:
		case rest == "", rest[0] == '?':
			return "/" + rest
		case rest[0] == '/':
			return rest
		}
	}
	return location
}
