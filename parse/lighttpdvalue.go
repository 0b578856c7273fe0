package parse

import (
	"slices"
	"strconv"
	"strings"
)

// maxLighttpdText bounds a value: var.a = var.a + var.a doubles one with each line.
const maxLighttpdText = 4096

// lighttpdValue is what an expression stands for; of one with a part that the files do not tell, the text as it is written.
type lighttpdValue struct {
	text   string
	known  bool
	number bool
}

// plus is the sum of two numbers, and what else there is one behind the other.
func (v lighttpdValue) plus(o lighttpdValue) lighttpdValue {
	a, err1 := strconv.Atoi(v.text)
	b, err2 := strconv.Atoi(o.text)
	if v.number && o.number && err1 == nil && err2 == nil {
		return lighttpdValue{strconv.Itoa(a + b), v.known && o.known, true}
	}
	if len(v.text)+len(o.text) > maxLighttpdText {
		return lighttpdValue{text: v.text}
	}
	return lighttpdValue{text: v.text + o.text, known: v.known && o.known}
}

// expression reads texts in quotes, numbers and variables joined by + from a token on, and returns where it ends
// (redmine.lighttpd.net/projects/lighttpd/wiki/Docs_Configuration). Variables are options that were set before, var.NAME and env.NAME.
func (p *lighttpdParser) expression(at int) (v lighttpdValue, end int) {
	token := func(i int) lighttpdToken { return p.peek(i - p.at) }
	var written strings.Builder
	v.known = true
	for end = at; end < len(p.tokens); end++ {
		t := token(end)
		if one := p.l.operand(t); end == at {
			v = one
		} else {
			v = v.plus(one)
		}
		if written.Len() < maxLighttpdText {
			written.WriteString(t.text)
		}
		if !token(end + 1).is("+") {
			end++
			break
		}
		end++
		written.WriteString(" + ")
	}
	if !v.known {
		v.text = written.String()
	}
	return v, end
}

// operand is what one token stands for.
func (l *lighttpd) operand(t lighttpdToken) lighttpdValue {
	if number := !t.quoted && strings.Trim(t.text, "0123456789") == ""; t.quoted || number {
		return lighttpdValue{t.text, true, number}
	}
	if name, ok := strings.CutPrefix(t.text, "env."); ok && l.env != nil {
		text, set := l.env(name)
		return lighttpdValue{text: text, known: set}
	}
	return l.get(t.text)
}

// set keeps what an option or a variable was set to; += appends.
func (l *lighttpd) set(name, operator string, v lighttpdValue) {
	if operator == "+=" {
		v = l.get(name).plus(v)
	}
	if l.word(v.text) {
		l.values[len(l.values)-1][name] = v
	}
}

// get is what an option or a variable was set to last, in this block or in those around it.
func (l *lighttpd) get(name string) lighttpdValue {
	for _, set := range slices.Backward(l.values) {
		if v, ok := set[name]; ok {
			return v
		}
	}
	return lighttpdValue{}
}
