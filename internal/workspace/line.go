package workspace

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"a2c/model"
)

// lineReader reads lines of files.jsonl. What model.File.AppendLine writes it takes apart itself; every other line, which may say the same, encoding/json
// does, ten times as slowly.
type lineReader struct {
	rest    []byte
	raw     []byte // the reasons of the last line, which most files of a folder have in common
	reasons []string
}

// read decodes one line. Unknown keys are an error.
func (r *lineReader) read(line []byte) (model.File, error) {
	r.rest = line
	if f, ok := r.file(); ok {
		return f, nil
	}
	var f model.File
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return f, err
	}
	if rest := bytes.TrimSpace(line[d.InputOffset():]); len(rest) > 0 {
		return f, fmt.Errorf("%.20q stands behind the file", rest)
	}
	return f, nil
}

// file reads the fields in the order in which they are written.
func (r *lineReader) file() (f model.File, ok bool) {
	ok = r.path(`{"path":"`, &f.Path) && r.word(`,"type":"`, &f.Type)
	var mode, uid, gid int64
	ok = ok && r.number(`,"mode":`, &mode) && r.number(`,"uid":`, &uid) && r.number(`,"gid":`, &gid) && r.number(`,"size":`, &f.Size) && r.time(&f.MTime)
	f.Mode, f.UID, f.GID = uint32(mode), int(uid), int(gid)
	if !ok || int64(f.Mode) != mode || int64(f.UID) != uid || int64(f.GID) != gid {
		return f, false
	}
	ok = r.optional(`,"target":"`, func(key string) bool { return r.path(key, &f.Target) }) &&
		r.optional(`,"hardLink":"`, func(key string) bool { return r.path(key, &f.HardLink) }) &&
		r.optional(`,"recovered":"`, func(key string) bool { return r.word(key, &f.Recovered) }) &&
		r.optional(`,"package":"`, func(key string) bool { return r.word(key, &f.Package) }) &&
		r.word(`,"decision":"`, &f.Decision) &&
		r.optional(`,"layer":"`, func(key string) bool { return r.word(key, &f.Layer) }) &&
		r.optional(`,"group":"`, func(key string) bool { return r.word(key, &f.Group) }) &&
		r.optional(`,"doubt":"`, func(key string) bool { return r.word(key, &f.Doubt) })
	if !ok {
		return f, false
	}
	f.Reasons, ok = r.list()
	return f, ok
}

// skip goes over what has to stand here.
func (r *lineReader) skip(text string) bool {
	if len(r.rest) < len(text) || string(r.rest[:len(text)]) != text {
		return false
	}
	r.rest = r.rest[len(text):]
	return true
}

// optional reads a field that may be left out.
func (r *lineReader) optional(key string, read func(key string) bool) bool {
	if len(r.rest) < len(key) || string(r.rest[:len(key)]) != key {
		return true
	}
	return read(key)
}

// text is what stands up to the next quote; false when it means something else than it says.
func (r *lineReader) text() ([]byte, bool) {
	end := bytes.IndexByte(r.rest, '"')
	if end < 0 {
		return nil, false
	}
	s := r.rest[:end]
	r.rest = r.rest[end+1:]
	return s, plainText(s)
}

func plainText(s []byte) bool {
	ascii := true
	for _, c := range s {
		if c < ' ' || c == '\\' {
			return false
		}
		ascii = ascii && c < utf8.RuneSelf
	}
	return ascii || utf8.Valid(s)
}

func (r *lineReader) path(key string, p *model.Path) bool {
	if !r.skip(key) {
		return false
	}
	s, ok := r.text()
	*p = model.Path(s)
	return ok
}

// word reads a string, of which there are few.
func (r *lineReader) word(key string, to *string) bool {
	if !r.skip(key) {
		return false
	}
	s, ok := r.text()
	switch string(s) {
	case "file":
		*to = "file"
	case model.In:
		*to = model.In
	case model.LayerApp:
		*to = model.LayerApp
	case model.GroupApplication:
		*to = model.GroupApplication
	default:
		*to = string(s)
	}
	return ok
}

// maxDigits keeps a number within 64 bits.
const maxDigits = 18

func (r *lineReader) number(key string, to *int64) bool {
	if !r.skip(key) {
		return false
	}
	n, i := int64(0), 0
	for ; i < len(r.rest) && r.rest[i] >= '0' && r.rest[i] <= '9'; i++ {
		n = 10*n + int64(r.rest[i]-'0')
		if i == maxDigits {
			return false
		}
	}
	if i == 0 || i > 1 && r.rest[0] == '0' {
		return false
	}
	*to, r.rest = n, r.rest[i:]
	return true
}

func (r *lineReader) time(to *time.Time) bool {
	const key = `,"mtime":`
	if !r.skip(key + `"`) {
		return false
	}
	s, ok := r.text()
	return ok && to.UnmarshalText(s) == nil
}

// list reads the reasons, to the end of the line.
func (r *lineReader) list() ([]string, bool) {
	if !r.skip(`,"reasons":[`) {
		return nil, false
	}
	if r.raw != nil && bytes.Equal(r.raw, r.rest) {
		return slices.Clone(r.reasons), true
	}
	raw := slices.Clone(r.rest)
	reasons := []string{}
	for between := `"`; !r.skip("]}"); between = `,"` {
		if !r.skip(between) {
			return nil, false
		}
		s, ok := r.text()
		if !ok {
			return nil, false
		}
		reasons = append(reasons, string(s))
	}
	if len(r.rest) > 0 {
		return nil, false
	}
	r.raw, r.reasons = raw, reasons
	return slices.Clone(reasons), true
}
