package compare

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// masking is two bodies with what does not count taken out.
type masking struct {
	live, twin string
	parts      []string // what was taken out, for people, without the value
	share      float64  // bytes taken out of the live body, 0 to 1
}

// hidden stands where something was taken out.
const hidden = "‹differs by itself›"

// partLimit bounds the list of masked parts.
const partLimit = 20

// mask finds the words that the live application answers differently by itself (live against again). Where the twin differs from live in nothing but
// these, the difference is taken out of both.
func mask(live, again, twin string) masking {
	a, b, c := words(live), words(again), words(twin)
	own := edits(a, b)
	m := masking{share: 0}
	taken := 0
	for _, e := range own {
		for _, w := range a[e.from:e.to] {
			taken += len(w)
		}
		if len(m.parts) < partLimit {
			m.parts = append(m.parts, part(a, e))
		}
	}
	if more := len(own) - partLimit; more > 0 {
		m.parts = append(m.parts, fmt.Sprintf("body: %d more", more))
	}
	if len(live) > 0 {
		m.share = float64(taken) / float64(len(live))
	}
	var l, t strings.Builder
	at, to := 0, 0
	put := func(until int) { // the same words in both, masked ones hidden
		for at < until {
			if e, ok := covering(own, at, at+1); ok && e.to > e.from {
				l.WriteString(hidden)
				t.WriteString(hidden)
				n := min(e.to, until) - at
				at, to = at+n, to+n
				continue
			}
			l.WriteString(a[at])
			t.WriteString(c[to])
			at, to = at+1, to+1
		}
	}
	for _, e := range edits(a, c) {
		put(e.from)
		if _, ok := covering(own, e.from, e.to); ok {
			l.WriteString(hidden)
			t.WriteString(hidden)
		} else {
			l.WriteString(strings.Join(a[e.from:e.to], ""))
			t.WriteString(strings.Join(c[e.start:e.end], ""))
		}
		at, to = e.to, e.end
	}
	put(len(a))
	m.live, m.twin = l.String(), t.String()
	return m
}

// covering finds the edit whose words hold all of from to to.
func covering(own []edit, from, to int) (edit, bool) {
	for _, e := range own {
		if e.from <= from && to <= e.to {
			return e, true
		}
	}
	return edit{}, false
}

// part says where a masked place is: its line, size and what stands before it.
func part(a []string, e edit) string {
	before := strings.Join(a[:e.from], "")
	line := 1 + strings.Count(before, "\n")
	before = before[strings.LastIndexByte(before, '\n')+1:]
	if len(before) > 24 {
		before = before[len(before)-24:]
	}
	size := len(strings.Join(a[e.from:e.to], ""))
	return fmt.Sprintf("body line %d: %d bytes after %q", line, size, strings.TrimSpace(strings.ToValidUTF8(before, "")))
}

// words splits a text into the smallest pieces that are masked: what stands between white space, quotes, brackets, commas, semicolons, ampersands
// and equals signs. Dates, times, UUIDs, URLs and encoded tokens stay whole, so that a time whose seconds differ is masked with its hours.
func words(s string) []string {
	var list []string
	start := 0
	for i := range len(s) {
		if !strings.ContainsRune(" \t\r\n\"'<>(){}[],;&=", rune(s[i])) {
			continue
		}
		if start < i {
			list = append(list, s[start:i])
		}
		list = append(list, s[i:i+1])
		start = i + 1
	}
	if start < len(s) {
		list = append(list, s[start:])
	}
	return list
}

// indent writes JSON one value a line with sorted keys: neither white space nor the order of keys means anything (RFC 8259). "" for all else.
func indent(s string) string {
	if t := strings.TrimSpace(s); t == "" || t[0] != '{' && t[0] != '[' {
		return ""
	}
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber() // 1.0 and 1 stay apart
	var v any
	if d.Decode(&v) != nil {
		return ""
	}
	if _, err := d.Token(); err != io.EOF {
		return ""
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if e.Encode(v) != nil {
		return ""
	}
	return b.String()
}
