package model

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"time"
)

// AppendLine appends the file as a line of files.jsonl holds it, without the line feed: what encoding/json writes with SetEscapeHTML(false), and reasons
// that are none as an empty list. There may be millions of them, which reflection makes slow.
func (f File) AppendLine(b []byte) ([]byte, error) {
	if f.Reasons == nil {
		f.Reasons = []string{}
	}
	l := lineWriter{b: b}
	l.file(f)
	return l.b, l.err
}

// AppendBasis appends the file's Basis as encoding/json writes it, with a line feed; nothing when there is none.
func (f File) AppendBasis(b []byte) ([]byte, error) {
	basis, in := f.Basis()
	if !in {
		return b, nil
	}
	l := lineWriter{b: b, html: true}
	l.file(basis)
	return append(l.b, '\n'), l.err
}

// lineWriter writes JSON for files alone, as encoding/json would.
type lineWriter struct {
	b    []byte
	html bool // <, > and & are escaped
	err  error
}

func (l *lineWriter) file(f File) {
	l.text(`{"path":`, f.Path.String())
	l.text(`,"type":`, f.Type)
	l.number(`,"mode":`, int64(f.Mode))
	l.number(`,"uid":`, int64(f.UID))
	l.number(`,"gid":`, int64(f.GID))
	l.number(`,"size":`, f.Size)
	l.time(`,"mtime":`, f.MTime)
	l.optional(`,"target":`, f.Target.String())
	l.xattrs(f.Xattrs)
	l.optional(`,"hardLink":`, f.HardLink.String())
	l.optional(`,"recovered":`, f.Recovered)
	l.optional(`,"package":`, f.Package)
	l.text(`,"decision":`, f.Decision)
	l.optional(`,"layer":`, f.Layer)
	l.optional(`,"group":`, f.Group)
	l.optional(`,"doubt":`, f.Doubt)
	l.b = append(l.b, `,"reasons":`...)
	if f.Reasons == nil {
		l.b = append(l.b, "null}"...)
		return
	}
	between := "["
	for _, r := range f.Reasons {
		l.text(between, r)
		between = ","
	}
	if len(f.Reasons) == 0 {
		l.b = append(l.b, '[')
	}
	l.b = append(l.b, "]}"...)
}

func (l *lineWriter) number(key string, n int64) {
	l.b = strconv.AppendInt(append(l.b, key...), n, 10)
}

func (l *lineWriter) time(key string, t time.Time) {
	l.b = append(append(l.b, key...), '"')
	var err error
	if l.b, err = t.AppendText(l.b); err != nil { // a year beyond 9999
		l.err = err
	}
	l.b = append(l.b, '"')
}

func (l *lineWriter) optional(key, s string) {
	if s != "" {
		l.text(key, s)
	}
}

func (l *lineWriter) text(key, s string) {
	l.b = append(l.b, key...)
	if l.simple(s) {
		l.b = append(append(append(l.b, '"'), s...), '"')
		return
	}
	var quoted bytes.Buffer
	e := json.NewEncoder(&quoted)
	e.SetEscapeHTML(l.html)
	if err := e.Encode(s); err != nil {
		l.err = err
	}
	l.b = append(l.b, bytes.TrimSuffix(quoted.Bytes(), []byte("\n"))...)
}

// simple reports a text that stands in JSON as it is.
func (l *lineWriter) simple(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ' || c > '~' || c == '"' || c == '\\':
			return false
		case l.html && (c == '<' || c == '>' || c == '&'):
			return false
		}
	}
	return true
}

func (l *lineWriter) xattrs(attrs map[string][]byte) {
	if len(attrs) == 0 {
		return
	}
	names := make([]string, 0, len(attrs))
	for name := range attrs {
		names = append(names, name)
	}
	slices.Sort(names)
	between := `,"xattrs":{`
	for _, name := range names {
		l.b = append(l.b, between...)
		between = ","
		l.text("", name)
		l.b = append(l.b, ':')
		if value := attrs[name]; value == nil {
			l.b = append(l.b, "null"...)
		} else {
			l.b = append(base64.StdEncoding.AppendEncode(append(l.b, '"'), value), '"')
		}
	}
	l.b = append(l.b, '}')
}
