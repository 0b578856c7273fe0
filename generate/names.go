package generate

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"a2c/internal/term"
	"a2c/model"
)

// names maps what the user called things to what each target accepts, and notes each mapping. Names that collide once mapped get a
// number, so that no two things become one.
type names struct {
	notes []string
	taken map[string]bool
}

// use notes the mapping of one name, if it changed anything. what is "namespace", "volume".
func (n *names) use(what, from, to string) string {
	if from != to {
		n.notes = append(n.notes, fmt.Sprintf("The %s %q is called %q here: other characters are not accepted.", what, from, to))
	}
	return to
}

// unique is use for names of which there are several of one kind.
func (n *names) unique(what, from string, mapped func(string) string) string {
	if n.taken == nil {
		n.taken = map[string]bool{}
	}
	to := mapped(from)
	for i := 2; n.taken[what+" "+to]; i++ {
		to = mapped(from + "-" + strconv.Itoa(i))
	}
	n.taken[what+" "+to] = true
	return n.use(what, from, to)
}

// dnsLabel makes a DNS label as Kubernetes demands for services (RFC 1035): a letter, then letters, digits and '-', at most 63.
func dnsLabel(s string) string { return label(s, 63, "app") }

// label lower-cases s and puts '-' for each run of other characters. Too long a name keeps its end, where IDs and numbers are.
func label(s string, limit int, fallback string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		} else if b.Len() > 0 && !strings.HasSuffix(b.String(), "-") {
			b.WriteByte('-')
		}
	}
	t := strings.Trim(b.String(), "-")
	if t == "" {
		t = fallback
	}
	if t[0] <= '9' {
		t = fallback + "-" + t
	}
	if len(t) <= limit {
		return t
	}
	head := strings.TrimRight(t[:limit/2], "-")
	return head + "-" + strings.TrimLeft(t[len(t)-(limit-limit/2-1):], "-")
}

// ecsName makes a family, container or volume name (RegisterTaskDefinition): letters, digits, '_' and '-', at most limit of the 255.
func ecsName(s string, limit int) string {
	t := strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '-') {
			return r
		}
		return '-'
	}, s)
	if t = strings.Trim(t, "-"); t == "" {
		t = "app"
	}
	return t[max(0, len(t)-limit):]
}

// repositoryName makes a name for ECR (CreateRepository): lower-case words joined by '.', '_', '-' and '/', 2 to 256.
func repositoryName(s string) string {
	var parts []string
	for part := range strings.SplitSeq(s, "/") {
		if part = repositoryPart(part); part != "" {
			parts = append(parts, part)
		}
	}
	t := strings.Join(parts, "/")
	if len(t) < 2 {
		return "app-" + t + "image"
	}
	return strings.Trim(t[:min(len(t), 256)], "./_-")
}

func repositoryPart(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() == 0 || strings.ContainsAny(b.String()[b.Len()-1:], "._-"):
		case r == '.' || r == '_':
			b.WriteRune(r)
		default:
			b.WriteByte('-')
		}
	}
	return strings.TrimRight(b.String(), "._-")
}

// logicalID makes an identifier for a CloudFormation template: letters and digits, words capitalised.
func logicalID(s string) string {
	var b strings.Builder
	upper := true
	for _, r := range s {
		if r >= unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			upper = true
			continue
		}
		if upper {
			r = unicode.ToUpper(r)
		} else {
			r = unicode.ToLower(r)
		}
		upper = false
		b.WriteRune(r)
	}
	return b.String()
}

// secretForms notes what the value of a secret has to look like, where it is not the bare secret.
func (n *names) secretForms(d model.Deployment) {
	for _, s := range d.Secrets {
		if form := d.Reasons["secrets["+s.Name+"]"]; form != "" && !strings.HasPrefix(form, leftOut) {
			n.notes = append(n.notes, fmt.Sprintf("Secret %s: %s.", term.Safe(s.Name), term.Safe(form)))
		}
	}
}
