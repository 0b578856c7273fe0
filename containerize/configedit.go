package containerize

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"a2c/containerize/layer"
	"a2c/model"
	"a2c/parse"
)

// configEdit is a configuration file on its way to the image's copy, with what was changed for people to see.
type configEdit struct {
	base string
	data []byte
	diff strings.Builder
}

// set puts text in the place of a value, which is hidden where people see the edit.
func (e *configEdit) set(at model.Place, text string) bool { return e.edit(at, text, true) }

// show does so with a value that is no secret.
func (e *configEdit) show(at model.Place, text string) bool { return e.edit(at, text, false) }

func (e *configEdit) edit(at model.Place, text string, hide bool) bool {
	after, err := parse.SetValue(e.base, e.data, at.Key, at.Line, text)
	if err != nil {
		return false
	}
	e.note(at.Line, after, hide)
	return true
}

// comment blanks the secrets of a comment on that line.
func (e *configEdit) comment(line int) bool {
	done := false
	for {
		spans := parse.TextSecrets(e.base, string(e.data))
		i := slices.IndexFunc(spans, func(s parse.SecretSpan) bool { return 1+bytes.Count(e.data[:s.Start], []byte{'\n'}) == line })
		if i < 0 {
			return done
		}
		after, err := parse.BlankComment(e.base, e.data, spans[i].Start, spans[i].End)
		if err != nil || bytes.Equal(after, e.data) {
			return false
		}
		e.note(line, after, true)
		done = true
	}
}

// note adds the line before and after to the diff and goes on with after. Secrets are hidden, and with hide what of the line before is replaced.
func (e *configEdit) note(line int, after []byte, hide bool) {
	var replaced []byte
	if hide {
		replaced = after
	}
	old, fresh := hiddenLine(e.base, e.data, replaced, line), hiddenLine(e.base, after, nil, line)
	fmt.Fprintf(&e.diff, "@@ -%d +%d @@\n-%s\n+%s\n", line, line, old, fresh)
	e.data = after
}

// becomes goes on with after, which has the same number of lines, and adds those that differ to the diff. What is changed is no secret.
func (e *configEdit) becomes(after []byte) {
	old, fresh := bytes.Split(e.data, []byte{'\n'}), bytes.Split(after, []byte{'\n'})
	before := e.data
	for i := range min(len(old), len(fresh)) {
		if !bytes.Equal(old[i], fresh[i]) {
			e.data = before
			e.note(i+1, after, false)
		}
	}
	e.data = after
}

// configFile reads a plain file as the image has it so far; nil: there is none.
func (s *start) configFile(name string, limit int64) (*item, []byte, error) {
	it := s.plan.find(name)
	if it == nil || it.Kind != layer.File {
		return nil, nil, nil
	}
	data, err := s.plan.current(it, limit)
	return it, data, err
}

// configFiles are the plain files whose paths match, by name, without those that are too large to be configuration.
func (s *start) configFiles(match *regexp.Regexp) []*item {
	var list []*item
	for _, name := range slices.Sorted(maps.Keys(s.plan.items)) {
		if it := s.plan.items[name]; it.Kind == layer.File && it.Size <= maxConfigFile && match.MatchString(string(name)) {
			list = append(list, it)
		}
	}
	return list
}

// edited gives the image the copy, and says so with the diff of all edits.
func (s *start) edited(it *item, e *configEdit, c model.Change) {
	it.content, it.Size = e.data, int64(len(e.data))
	c.Target, c.Diff = it.Path.String(), fmt.Sprintf("--- host %s\n+++ image %s\n%s", it.Path, it.Path, e.diff.String())
	s.changes = append(s.changes, c)
}

// around is how much of a line is shown on each side of what changed: JSON may be one line.
const around = 120

// hiddenLine is a line of a file as people may see it. What differs from the other file is hidden, with what looks like a secret.
func hiddenLine(base string, data, other []byte, line int) string {
	spans := parse.TextSecrets(base, string(data))
	start, end := 0, len(data)
	for n := 1; n < line; n++ {
		start += 1 + bytes.IndexByte(data[start:], '\n')
	}
	if i := bytes.IndexByte(data[start:], '\n'); i >= 0 {
		end = start + i
	}
	if other != nil {
		from, same := 0, 0
		for from < min(len(data), len(other)) && data[from] == other[from] {
			from++
		}
		for same < min(len(data), len(other))-from && data[len(data)-1-same] == other[len(other)-1-same] {
			same++
		}
		to := len(data) - same
		spans = append(spans, parse.SecretSpan{Start: from, End: to})
		start, end = max(start, from-around), min(end, to+around)
	} else if end-start > 2*around {
		end = start + 2*around
	}
	slices.SortFunc(spans, func(a, b parse.SecretSpan) int { return cmp.Or(a.Start-b.Start, a.End-b.End) })
	var b strings.Builder
	at := start
	for _, s := range spans {
		if s.End <= at || s.Start >= end {
			continue
		}
		if s.Start >= at || at == start {
			b.Write(data[at:max(at, s.Start)])
			b.WriteString(model.Redacted)
		}
		at = min(s.End, end)
	}
	if at < end {
		b.Write(data[at:end])
	}
	return model.Path(strings.TrimRight(b.String(), "\r")).String()
}
