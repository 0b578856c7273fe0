package inforce

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// merger makes one value of each key.
type merger struct {
	rules
	secrets map[string]bool // whole values that are secrets, wherever else they stand
}

// group is one key with all that sets it, from what counts most.
type group struct{ values []value }

func (m *merger) configuration() model.Configuration {
	out := model.Configuration{Rules: m.name, Profiles: m.profiles, Values: []model.ConfigValue{}}
	out.Evidence.Add("rules", model.Derived("the kind of the application"))
	for _, from := range m.from["profiles"] {
		out.Evidence.Add("profiles", from)
	}
	if len(m.from["profiles"]) == 0 && len(m.profiles) > 0 {
		out.Evidence.Add("profiles", model.Derived("nothing sets them"))
	}
	for _, l := range m.layers {
		if len(l.values) > 0 {
			out.Sources = append(out.Sources, model.ConfigSource{Kind: l.kind, Path: model.Path(l.path), Values: len(l.values)})
		}
	}
	out.Evidence.Add("sources", model.Derived("the order of precedence of "+m.name))
	m.learn()
	groups := m.groups()
	bytes := 0
	for i, g := range groups {
		v := m.effective(g)
		if bytes += size(v); i >= maxValues || bytes > maxBytes {
			out.Skips = append(out.Skips, model.Skip{
				What: "configuration", Reason: fmt.Sprintf("more than %d values or %d bytes: %d values are not listed", maxValues, maxBytes, len(groups)-i),
				Count: len(groups) - i, Incomplete: true,
			})
			break
		}
		out.Values = append(out.Values, v)
	}
	return out
}

func size(v model.ConfigValue) int {
	n := len(v.Key) + len(v.Value) + len(v.Written) + len(v.Place.Path) + 200
	for _, o := range v.Overrides {
		n += len(o.Value) + len(o.Place.Path) + 100
	}
	return n
}

// groups sorts all values by key.
func (m *merger) groups() []*group {
	index := map[string]*group{}
	var list []*group
	for _, l := range m.layers {
		for _, v := range slices.Backward(l.values) {
			key := v.key
			if m.same != nil {
				key = m.same(key)
			}
			key = v.scope + "\x00" + key
			g := index[key]
			if g == nil {
				g = &group{}
				index[key] = g
				list = append(list, g)
			}
			g.values = append(g.values, v)
		}
	}
	for _, g := range list {
		slices.SortStableFunc(g.values, func(a, b value) int { return a.rank - b.rank })
	}
	slices.SortStableFunc(list, func(a, b *group) int {
		return cmp.Or(cmp.Compare(a.name(), b.name()), cmp.Compare(a.values[0].place.Path, b.values[0].place.Path), a.values[0].place.Line-b.values[0].place.Line)
	})
	return list
}

// name is the key as a document writes it, since variables and arguments may write it in other forms.
func (g *group) name() string {
	for _, v := range g.values {
		if v.place.Kind == "file" {
			return v.key
		}
	}
	return g.values[0].key
}

// effective is the value of a group that counts.
func (m *merger) effective(g *group) model.ConfigValue {
	first := g.values[0]
	x := parse.Expansion{Text: first.text}
	if m.expand != nil {
		x = m.expand(first)
	}
	v := model.ConfigValue{Key: parse.RedactText(g.name()), Kind: first.kind, Place: m.placed(first.place), Problem: m.problemOf(first, x)}
	v.Value = m.redacted(first.key, x.Text, m.taints(x))
	if x.Text != first.text {
		v.Written = m.redacted(first.key, first.text, nil)
	}
	for _, field := range []string{"key", "value"} {
		v.Evidence.Add(field, first.source)
	}
	if first.setBy != "" {
		v.Evidence.Add("place", first.setBy)
	}
	if v.Written != "" {
		v.Evidence.Add("written", first.source)
	}
	if v.Problem != "" {
		v.Evidence.Add("problem", first.source)
	}
	for i, o := range g.values[1:] {
		if i == maxOverrides {
			break
		}
		v.Overrides = append(v.Overrides, model.ConfigOverridden{Value: m.redacted(o.key, o.text, nil), Kind: o.kind, Place: m.placed(o.place)})
		v.Evidence.Add("overrides", o.source)
	}
	return v
}

// placed is a place whose key may itself hold a secret.
func (m *merger) placed(p model.Place) model.Place {
	p.Key = parse.RedactText(p.Key)
	return p
}

// problemOf words what an expansion could not do. Names of placeholders may be anything: they are redacted as text.
func (m *merger) problemOf(v value, x parse.Expansion) string {
	var list []string
	if m.problem != nil {
		if p := m.problem(v, x); p != "" {
			list = append(list, p)
		}
	}
	if len(x.Cyclic) > 0 {
		list = append(list, "leads back to itself: "+strings.Join(x.Cyclic, " → "))
	}
	var missing []string
	for _, name := range x.Missing {
		if strings.HasPrefix(name, "random.") {
			list = append(list, name+" is another one at each start")
			continue
		}
		missing = append(missing, name)
	}
	if len(missing) > 0 {
		list = append(list, "nothing sets "+strings.Join(missing, ", "))
	}
	if x.Cut {
		list = append(list, "more placeholders than are followed")
	}
	return shown(parse.RedactText(strings.Join(list, "; ")))
}

// shown cuts a text that nobody reads to its end.
func shown(s string) string {
	if len(s) <= maxShown {
		return s
	}
	return strings.ToValidUTF8(s[:maxShown], "") + fmt.Sprintf("… (%d bytes)", len(s))
}
