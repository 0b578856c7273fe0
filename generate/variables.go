package generate

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"a2c/internal/term"
	"a2c/model"
)

// leftOut begins the reason of a variable that no target could say.
const leftOut = "left out: "

// unsayable says why a task definition or a manifest cannot hold a variable that an environment can; "" if both can.
func unsayable(name, value string) string {
	switch {
	case !variable(name):
		return "a name in Kubernetes holds letters, digits and - _ . only, and no digit first"
	case !utf8.ValidString(value):
		return "its value is no UTF-8 text"
	case strings.Contains(value, "{{resolve:"):
		return "its value holds {{resolve:, which CloudFormation would replace"
	case strings.ContainsFunc(value, unspeakable):
		return "its value holds a character from U+007F to U+009F, which kubectl cannot carry"
	}
	return ""
}

// unspeakable are the characters that kubectl refuses in YAML.
func unspeakable(r rune) bool { return r >= 0x7f && r <= 0x9f }

// omit records why a variable, a secret or a file with data is not proposed.
func (p *proposer) omit(list, name, why, instead string) {
	p.because(list+"["+model.Path(name).String()+"]", leftOut+"%s; %s", why, instead)
}

// omitted notes what Propose left out and why: variables, secrets, files with data, and what is to be known of a heap.
func (n *names) omitted(d model.Deployment) {
	for _, key := range slices.Sorted(maps.Keys(d.Reasons)) {
		list, name, ok := strings.Cut(strings.TrimSuffix(key, "]"), "[")
		what := map[string]string{"environment": "Variable", "secrets": "Secret", "volumes": "Data"}[list]
		if ok && what != "" && strings.HasPrefix(d.Reasons[key], leftOut) {
			n.notes = append(n.notes, fmt.Sprintf("%s %s is %s.", what, cmp.Or(term.Safe(name), "(without a name)"), term.Safe(d.Reasons[key])))
		}
	}
	for _, about := range [][2]string{{heapNote, "Memory"}, {"heap", "Heap"}, {"collector", "Collector"}} {
		if why := d.Reasons[about[0]]; why != "" {
			n.notes = append(n.notes, about[1]+": "+term.Safe(why)+".")
		}
	}
	for _, x := range d.NotApplied {
		n.notes = append(n.notes, fmt.Sprintf("Not applied of App2Container's deployment.json: %s: %s.", term.Safe(x.Key), term.Safe(x.Why)))
	}
}
