package containerize

import (
	"bytes"
	"cmp"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"a2c/containerize/layer"
	"a2c/model"
	"a2c/parse"
)

// maxConfigFile bounds a configuration file whose copy is edited; real ones have some kilobytes.
const maxConfigFile = 1 << 20

// fileSecrets takes secrets out of the image's copies of configuration files, where the application's kind takes the same value from a variable without a change of
// its code: the copy holds a placeholder, and the value is given when the image runs. Secrets in comments are taken out, too: nothing reads them. What stays
// is listed by inside.
func (s *start) fileSecrets() error {
	files := map[model.Path][]model.Secret{}
	for _, k := range s.plan.inside(s.info.Secrets) {
		if k.Place.Line > 0 && (k.Place.Key != "" || k.Comment) && !strings.Contains(string(k.Place.Path), "!/") {
			files[k.Place.Path] = append(files[k.Place.Path], k)
		}
	}
	names := make([]model.Path, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if err := s.takeOut(name, files[name]); err != nil {
			return fmt.Errorf("secrets in %s: %w", name, err)
		}
	}
	s.readVariables()
	return nil
}

// takeOut edits the copy of one file.
func (s *start) takeOut(name model.Path, secrets []model.Secret) error {
	it := s.plan.find(string(name))
	if it == nil || it.Kind != layer.File || it.Size > maxConfigFile {
		return nil
	}
	data, err := s.plan.current(it, maxConfigFile)
	if err != nil {
		return err
	}
	e := configEdit{base: path.Base(string(name)), data: data}
	var given []string
	unread := 0
	for _, k := range secrets {
		if k.Comment {
			if e.comment(k.Place.Line) {
				unread++
				s.plan.takenOut(k.Place)
			}
			continue
		}
		p, ok := s.placeholder(k)
		if !ok || !e.set(k.Place, p.text) {
			continue
		}
		s.plan.takenOut(k.Place)
		if p.variable == "" {
			unread++
			continue
		}
		k.Name, k.Evidence = p.variable, nil
		s.secrets = append(s.secrets, k)
		given = append(given, p.variable)
	}
	if len(given)+unread == 0 {
		return nil
	}
	it.content, it.Size = e.data, int64(len(e.data))
	s.changes = append(s.changes, model.Change{
		Kind: "secret", Target: it.Path.String(), After: strings.Join(given, ", "), Reason: whyTaken(given, unread), Diff: e.unified(it.Path),
	})
	return nil
}

func whyTaken(given []string, unread int) string {
	var parts []string
	if len(given) > 0 {
		parts = append(parts, "given by variables when it runs: everybody who pulls the image can read its files")
	}
	if unread > 0 {
		parts = append(parts, strconv.Itoa(unread)+" that nothing reads: in comments, or overridden by a variable")
	}
	return strings.Join(parts, "; ")
}

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

// unified is the diff of all edits.
func (e *configEdit) unified(name model.Path) string {
	return fmt.Sprintf("--- host %s\n+++ image %s\n%s", name, name, e.diff.String())
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
