// Package compare judges two answers of one request: the live application's and the twin's. The live application was asked twice, so that what
// it answers differently by itself (dates, session IDs, nonces) does not count against the twin.
package compare

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"mime"
	"strings"
	"unicode/utf8"
)

// Answer is an HTTP answer, or its beginning.
type Answer struct {
	Status      int
	ContentType string
	Location    string // of a redirect, as sent
	Certificate string // SHA-256 of the server's certificate, hex; "" without TLS
	Body        []byte
	Cut         bool // the body goes on beyond what was read
}

// SHA256 of the body that was read, hex.
func (a Answer) SHA256() string {
	sum := sha256.Sum256(a.Body)
	return hex.EncodeToString(sum[:])
}

// Result of a comparison.
type Result struct {
	Differences []string // empty: the same
	Masked      []string // parts that were not compared
	// Proof is set when equality means something: a success with a body of which at least half was compared, or a redirect. Two equal errors prove nothing.
	Proof bool
	Why   string // why it is no proof
}

// Options of a comparison.
type Options struct {
	Host   string              // what was asked for ("127.0.0.1:8080"): redirects to it are redirects to the same place
	Redact func(string) string // takes secrets out of what is shown, bodies of any size; nil: nothing is taken out
	Line   func(string) string // does so with one line of at most 8 KiB; nil: nothing is taken out
}

// Answers compares the twin's answer with the first of the live application's; again is the live application's second.
func Answers(live, again, twin Answer, o Options) Result {
	r := Result{}
	same := func(s string) string { return s }
	if o.Redact == nil {
		o.Redact = same
	}
	if o.Line == nil {
		o.Line = same
	}
	r.differ("status", fmt.Sprint(live.Status), fmt.Sprint(again.Status), fmt.Sprint(twin.Status), o)
	r.differ("content type", mediaType(live.ContentType), mediaType(again.ContentType), mediaType(twin.ContentType), o)
	r.differ("redirect to", place(live.Location, o.Host), place(again.Location, o.Host), place(twin.Location, o.Host), o)
	r.differ("certificate", live.Certificate, again.Certificate, twin.Certificate, o)
	share := r.body(live, again, twin, o)
	switch {
	case twin.Status >= 300 && twin.Status < 400 && twin.Location != "":
		r.Proof = true
	case twin.Status < 200 || twin.Status >= 300:
		r.Why = fmt.Sprintf("both answering %d proves nothing", twin.Status)
	case len(live.Body) == 0:
		r.Why = "an empty answer proves little"
	case share > 0.5:
		r.Why = fmt.Sprintf("the live application itself answers differently each time (%.0f %% of the body)", share*100)
	default:
		r.Proof = true
	}
	if len(r.Differences) > 0 {
		r.Proof, r.Why = false, ""
	}
	return r
}

// differ compares one header. One that the live application changes by itself is masked.
func (r *Result) differ(what, live, again, twin string, o Options) {
	switch {
	case live == twin:
	case live != again:
		r.Masked = append(r.Masked, what)
	default:
		r.Differences = append(r.Differences, fmt.Sprintf("%s: %s / %s", what, o.show(or(live)), o.show(or(twin))))
	}
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

// body compares the bodies and returns the share of the live one that is masked.
func (r *Result) body(live, again, twin Answer, o Options) float64 {
	if live.Cut || twin.Cut {
		r.Masked = append(r.Masked, fmt.Sprintf("body beyond the first %d bytes", min(len(live.Body), len(twin.Body))))
		n := min(len(live.Body), len(twin.Body), len(again.Body))
		live.Body, again.Body, twin.Body = live.Body[:n], again.Body[:n], twin.Body[:n]
	}
	if bytes.Equal(live.Body, twin.Body) {
		return 0
	}
	if !text(live) || !text(again) || !text(twin) {
		if !bytes.Equal(live.Body, again.Body) {
			r.Masked = append(r.Masked, "body (binary)")
			return 1
		}
		r.Differences = append(r.Differences, fmt.Sprintf("body: %d bytes, sha256:%.12s / %d bytes, sha256:%.12s",
			len(live.Body), live.SHA256(), len(twin.Body), twin.SHA256()))
		return 0
	}
	a, b, c := string(live.Body), string(again.Body), string(twin.Body)
	if ja, jb, jc := indent(a), indent(b), indent(c); ja != "" && jb != "" && jc != "" {
		a, b, c = ja, jb, jc
	}
	// The verdict is on the bodies as they are; what is shown of them is redacted before it is cut to lines and widths.
	m := mask(a, b, c)
	shown := mask(o.Redact(a), o.Redact(b), o.Redact(c))
	for _, part := range shown.parts {
		r.Masked = append(r.Masked, o.Line(part))
	}
	switch {
	case m.live == m.twin:
	case shown.live == shown.twin:
		r.Differences = append(r.Differences, "body: differs in what is redacted here")
	default:
		r.Differences = append(r.Differences, unified(shown.live, shown.twin, o))
	}
	return m.share
}

// text reports whether a body is to be compared by words: it says so, or its type says nothing, and it holds no NUL.
func text(a Answer) bool {
	if bytes.IndexByte(a.Body, 0) >= 0 {
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

// place writes a redirect's target without scheme and host when it is the host that was asked: servers write the same either way.
func place(location, host string) string {
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
