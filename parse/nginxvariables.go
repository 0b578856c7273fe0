package parse

import "strings"

// nginxValues are what a URL becomes when the variables of its scheme and host get each of their values; one without a value stays as written.
type nginxValues struct {
	n     *nginx
	scope *nginxScope
	list  []string
	over  bool // there are more
}

// Bounds of what a URL with variables may become.
const (
	maxVariables = 8 // one in another, or in one URL
	maxValues    = 64
)

func (v *nginxValues) add(url string, depth int) {
	name, before, after := nginxVariable(url)
	if name != "" && depth < maxVariables && len(url) <= maxSettingKey {
		if given := v.n.given("$"+name, v.scope); len(given) > 0 {
			for _, value := range given[:min(len(given), maxValues)] {
				if v.over {
					return
				}
				v.add(before+value+after, depth+1)
			}
			v.over = v.over || len(given) > maxValues
			return
		}
	}
	if len(v.list) >= maxValues {
		v.over = true
		return
	}
	v.list = append(v.list, url)
}

// nginxScope is what set says in a block.
type nginxScope struct {
	outer *nginxScope
	sure  map[string]string
	maybe map[string][]string // in an "if" there, which may not hold
}

func newNginxScope(list []*directive, outer *nginxScope) *nginxScope {
	s := &nginxScope{outer: outer, sure: map[string]string{}, maybe: map[string][]string{}}
	for _, d := range list {
		if d.args[0] == "set" && len(d.args) == 3 {
			s.sure[d.args[1]] = d.args[2] // the last wins
		}
		if d.args[0] != "if" {
			continue
		}
		for _, in := range d.block {
			if in.args[0] == "set" && len(in.args) == 3 {
				s.maybe[in.args[1]] = append(s.maybe[in.args[1]], in.args[2])
			}
		}
	}
	return s
}

// given are the values that a variable may have in a block: of set there, else of the blocks around it, else of a map.
func (n *nginx) given(variable string, scope *nginxScope) []string {
	var list []string
	for ; scope != nil; scope = scope.outer {
		list = append(list, scope.maybe[variable]...)
		if sure, ok := scope.sure[variable]; ok {
			return append(list, sure)
		}
	}
	return append(list, n.maps[variable]...)
}

// nginxVariable finds the first $name or ${name} before the path of a URL.
func nginxVariable(url string) (name, before, after string) {
	host := 0
	if i := strings.Index(url, "://"); i >= 0 {
		host = i + 3
	}
	at := strings.IndexByte(url, '$')
	if slash := strings.IndexByte(url[host:], '/'); at < 0 || slash >= 0 && at > host+slash {
		return "", "", ""
	}
	before, rest := url[:at], url[at+1:]
	if inner, ok := strings.CutPrefix(rest, "{"); ok {
		name, after, _ = strings.Cut(inner, "}")
		return name, before, after
	}
	end := strings.IndexFunc(rest, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
	if end < 0 {
		end = len(rest)
	}
	return rest[:end], before, rest[end:]
}
