package inforce

import (
	"path"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// minShared is from what length on a secret is looked for under other keys: shorter ones stand anywhere by chance.
const minShared = 8

// learn notes the values that their keys call secret.
func (m *merger) learn() {
	for _, l := range m.layers {
		for _, v := range l.values {
			if len(v.text) < minShared || len(v.text) > maxShown {
				continue
			}
			spans := parse.FindSecrets(m.deciding(v.key), v.text)
			if len(spans) == 1 && spans[0].Start == 0 && spans[0].End == len(v.text) {
				m.secrets[v.text] = true
			}
		}
	}
}

// deciding is the part of a key that tells what its value is.
func (m *merger) deciding(key string) string {
	if m.decides != nil {
		return m.decides(key)
	}
	return key
}

// redacted takes out of a value what must not leave the host: by the key, by its shape, what secrets of other keys brought in, and what is one elsewhere.
func (m *merger) redacted(key, text string, taints []string) string {
	if text == "" {
		return ""
	}
	if m.secrets[text] {
		return model.Redacted
	}
	out := parse.RedactValue(key, text)
	if d := m.deciding(key); d != key {
		out = parse.RedactValue(d, out)
	}
	for _, t := range taints {
		out = strings.ReplaceAll(out, t, model.Redacted)
	}
	return shown(out)
}

// taints are the secrets that an expansion brought in.
func (m *merger) taints(x parse.Expansion) []string {
	var list []string
	for _, u := range x.Used {
		for _, s := range parse.FindSecrets(m.deciding(u.Name), u.Value) {
			list = append(list, u.Value[s.Start:s.End])
		}
	}
	return list
}

// xmlName is the part of an XML key that tells what it holds: the attribute, or for value="…" the element's label; of text the label or the element.
func xmlName(key string) string {
	element, attr, isAttr := strings.Cut(key, "@")
	label := ""
	if i := strings.LastIndexByte(element, '['); i >= 0 {
		label = strings.Trim(element[i+1:], "]")
		if j := strings.IndexByte(label, ']'); j >= 0 {
			label = label[:j]
		}
	}
	switch {
	case isAttr && label != "" && (attr == "value" || attr == "param-value" || attr == "defaultValue"):
		return label
	case isAttr:
		return attr
	case label != "":
		return label
	case strings.Contains(key, "/"):
		return path.Base(key)
	}
	return key
}
