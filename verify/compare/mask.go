package compare

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"a2c/model"
)

// hidden stands where something was taken out.
const hidden = "‹differs by itself›"

// partLimit bounds the list of masked parts, tokenLimit the parts of a body.
const (
	partLimit  = 200
	tokenLimit = 400_000
)

// token is the smallest part of a text that is compared, and masked.
type token struct {
	text  string // as it stands
	key   string // as it is compared: white space that means nothing is one blank
	shape string // what it is: a word, the attribute "@value"
	node  *node  // where it is; nil in plain text
	line  int    // of the text, or number of the text below the node
	word  int    // in it
}

// size is how many bytes the token's value has.
func (t token) size() int {
	if strings.HasPrefix(t.shape, "@") {
		return len(t.text) - len(t.shape) - len(`=""`)
	}
	return len(t.text)
}

// masked is how the token is shown without its value.
func (t token) masked() string {
	if name, ok := strings.CutPrefix(t.shape, "@"); ok {
		return fmt.Sprintf(` %s="%s"`, name, hidden)
	}
	return hidden
}

// places says where tokens are, and which of them are known to vary.
type places struct {
	kind  string
	known masks
}

func (p *places) masked(t token) bool { return len(p.known) > 0 && p.known.has(p.kind, t.where()) }

// reordered reports whether the order of parts is known to vary.
func (p *places) reordered() bool {
	for name := range p.known {
		if strings.HasPrefix(name, model.MaskOrder+" ") {
			return true
		}
	}
	return false
}

// masked finds the tokens that the live application answers differently by itself (live against again). Where the twin differs from live in nothing
// but these, the difference is taken out of both.
func masked(live, again, twin []token, p *places) outcome {
	a, b, t := keys(live), keys(again), keys(twin)
	own := edits(a, b)
	x := outcome{}
	if (len(own) > 0 || p.reordered()) && sameParts(a, b) && sameParts(a, t) {
		if len(own) == 0 {
			own = edits(a, t)
		}
		if len(own) > 0 {
			return reorderedTo(live, own)
		}
	}
	hide := make([]bool, len(live))
	taken, size := 0, 0
	for i, k := range live {
		hide[i] = p.masked(k)
		size += len(k.text)
	}
	for _, e := range own {
		for i := e.from; i < e.to; i++ {
			hide[i] = true
		}
	}
	for i, is := range hide {
		if is {
			taken += live[i].size()
		}
	}
	if size > 0 {
		x.share = float64(taken) / float64(size)
	}
	x.masks = maskList(live, own, hide, p.kind)
	w := twins{live: live, twin: twin, hide: hide, own: own}
	x.live, x.twin, x.places = w.write(edits(a, t))
	return x
}

// reorderedTo is the outcome where all sides have the same parts, and the live application itself changes their order.
func reorderedTo(live []token, own []edit) outcome {
	from, to := own[0].from, own[len(own)-1].to
	size := 0
	for _, t := range live[from:to] {
		size += len(t.text)
	}
	where := "body"
	if from < len(live) {
		where = live[from].holder()
	}
	return outcome{masks: []model.Mask{{Kind: model.MaskOrder, Where: where, Bytes: int64(size)}}}
}

// maskList names what is masked, one entry for each place.
func maskList(live []token, own []edit, hide []bool, kind string) []model.Mask {
	var list []model.Mask
	add := func(where string, size int) {
		if n := len(list); n > 0 && list[n-1].Where == where {
			list[n-1].Bytes += int64(size)
		} else if n <= partLimit {
			list = append(list, model.Mask{Kind: kind, Where: where, Bytes: int64(size)})
		}
	}
	next := 0
	for i := 0; i <= len(live); i++ {
		for ; next < len(own) && own[next].from <= i; next++ {
			if e := own[next]; e.from == e.to && len(live) > 0 { // what only the second answer has
				add(live[min(i, len(live)-1)].where(), 0)
			}
		}
		if i < len(live) && hide[i] {
			add(live[i].where(), live[i].size())
		}
	}
	if len(list) > partLimit {
		list[partLimit] = model.Mask{Kind: kind, Where: "further places"}
	}
	return list
}

// twins writes both sides, masked parts hidden.
type twins struct {
	live, twin []token
	hide       []bool
	own        []edit
	a, t       strings.Builder
	places     []string
}

func (w *twins) write(changes []edit) (live, twin string, places []string) {
	at := 0
	for _, e := range changes {
		w.same(at, e.from)
		w.changed(e)
		at = e.to
	}
	w.same(at, len(w.live))
	return w.a.String(), w.t.String(), slices.Compact(w.places)
}

// same writes tokens that both have. White space that means nothing is written as live has it.
func (w *twins) same(from, to int) {
	for i := from; i < to; i++ {
		text := w.live[i].text
		if w.hide[i] {
			text = w.live[i].masked()
		}
		w.both(text, text)
	}
}

func (w *twins) both(live, twin string) {
	w.a.WriteString(live)
	w.t.WriteString(twin)
}

// changed writes a change: token by token where it is one token for another of the same shape, else whole.
func (w *twins) changed(e edit) {
	a, t := w.live[e.from:e.to], w.twin[e.start:e.end]
	if slices.EqualFunc(a, t, func(x, y token) bool { return x.shape == y.shape }) {
		for i := range a {
			if w.hide[e.from+i] {
				w.both(a[i].masked(), a[i].masked())
				continue
			}
			w.both(a[i].text, t[i].text)
			if a[i].key != t[i].key {
				w.places = append(w.places, a[i].where())
			}
		}
		return
	}
	if w.explained(e) {
		w.both(hidden, hidden)
		return
	}
	for _, x := range a {
		w.a.WriteString(x.text)
	}
	for _, x := range t {
		w.t.WriteString(x.text)
	}
	if len(a) > 0 {
		w.places = append(w.places, a[0].where())
	} else if len(t) > 0 {
		w.places = append(w.places, t[0].where())
	}
}

// explained reports whether the number of tokens differs where it does so by itself.
func (w *twins) explained(e edit) bool {
	return slices.ContainsFunc(w.own, func(o edit) bool {
		return o.from <= e.from && e.to <= o.to && o.to-o.from != o.end-o.start
	})
}

func keys(list []token) []string {
	out := make([]string, len(list))
	for i := range list {
		out[i] = list[i].key
	}
	return out
}

// sameParts reports whether two lists hold the same in whatever order.
func sameParts(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	count := make(map[string]int, len(a))
	for _, s := range a {
		count[s]++
	}
	for _, s := range b {
		if count[s]--; count[s] < 0 {
			return false
		}
	}
	return true
}

// where is a token's place: the element and its attribute, the element, the number of the text in it and of the word there; or line and word.
func (t token) where() string {
	switch {
	case t.node == nil:
		return fmt.Sprintf("line %d word %d", t.line, t.word)
	case t.shape == shapeWord:
		return strings.TrimPrefix(fmt.Sprintf("%s/%s/word[%d]", t.node.path(), textName(t.line), t.word), "/")
	case strings.HasPrefix(t.shape, "@"):
		return t.node.path() + t.shape
	}
	return cmp.Or(t.node.path(), "body")
}

func textName(n int) string {
	if n == 1 {
		return "text()"
	}
	return fmt.Sprintf("text()[%d]", n)
}

// holder is the place of what holds a token.
func (t token) holder() string {
	if t.node == nil {
		return fmt.Sprintf("line %d", t.line)
	}
	return cmp.Or(t.node.path(), "body")
}
