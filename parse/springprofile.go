package parse

import (
	"slices"
	"strings"
)

// SpringProfilesMatch evaluates a profile expression (org.springframework.core.env.Profiles): names with !, &, | and parentheses; a list
// separated by commas matches when one of its members does.
//
//	prod & !eu, test
func SpringProfilesMatch(expression string, active []string) bool {
	for _, e := range SplitList(expression) {
		p := profileParser{rest: e, active: active}
		if p.or() && p.valid() {
			return true
		}
	}
	return false
}

// profileParser evaluates while it reads. What does not parse is false, as Spring refuses to start with it.
type profileParser struct {
	rest   string
	active []string
	depth  int
	bad    bool
}

func (p *profileParser) valid() bool { return !p.bad && strings.TrimSpace(p.rest) == "" }

func (p *profileParser) accept(token string) bool {
	rest, ok := strings.CutPrefix(strings.TrimSpace(p.rest), token)
	if ok {
		p.rest = rest
	}
	return ok
}

func (p *profileParser) or() bool {
	result := p.and()
	for p.accept("|") {
		right := p.and()
		result = result || right
	}
	return result
}

func (p *profileParser) and() bool {
	result := p.not()
	for p.accept("&") {
		right := p.not()
		result = result && right
	}
	return result
}

func (p *profileParser) not() bool {
	if p.depth++; p.depth > 100 {
		p.bad = true
		return false
	}
	defer func() { p.depth-- }()
	switch {
	case p.accept("!"):
		return !p.not()
	case p.accept("("):
		result := p.or()
		p.bad = p.bad || !p.accept(")")
		return result
	}
	p.rest = strings.TrimSpace(p.rest)
	end := strings.IndexAny(p.rest, "!&|() \t")
	if end < 0 {
		end = len(p.rest)
	}
	name := p.rest[:end]
	p.rest = p.rest[end:]
	p.bad = p.bad || name == ""
	return slices.Contains(p.active, name)
}
