package parse

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	re "regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"a2c/internal/golden"
)

// leakRule is a rule of gitleaks: what its regular expression finds is a secret if it is random enough.
type leakRule struct {
	id      string
	entropy float64
	shape   string
}

// TestGitleaksTable writes the table of rules anew from a configuration of gitleaks: A2C_GITLEAKS=gitleaks.toml go test ./parse -run TestGitleaksTable
// -update. Without -update it says what is new there.
func TestGitleaksTable(t *testing.T) {
	name := os.Getenv("A2C_GITLEAKS")
	if name == "" {
		t.Skip("A2C_GITLEAKS names no configuration of gitleaks to compare with")
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	out.WriteString("# Rules of gitleaks (github.com/gitleaks/gitleaks, config/gitleaks.toml of 2026-07-22, commit b58d3f102cf3): name, least entropy, regular expression.\n")
	out.WriteString("# MIT License, Copyright (c) 2019 Zachary Rice. Written by TestGitleaksTable.\n")
	var r leakRule
	flush := func() {
		if r.shape != "" {
			fmt.Fprintf(&out, "%s\t%g\t%s\n", r.id, r.entropy, r.shape)
		}
	}
	for line := range strings.Lines(string(data)) {
		key, value, _ := strings.Cut(strings.TrimRight(line, "\n"), " = ")
		switch key {
		case "id":
			flush()
			r = leakRule{id: strings.Trim(value, `"`)}
		case "entropy":
			if r.entropy, err = strconv.ParseFloat(value, 64); err != nil {
				t.Fatal(err)
			}
		case "regex":
			r.shape = strings.Trim(value, "'")
		}
	}
	flush()
	golden.Equal(t, "testdata/gitleaks.txt", []byte(out.String()))
}

func leakRules(t *testing.T) (list []leakRule) {
	t.Helper()
	f, err := os.Open("testdata/gitleaks.txt")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		parts := strings.SplitN(lines.Text(), "\t", 3)
		entropy, err := strconv.ParseFloat(parts[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, leakRule{parts[0], entropy, parts[2]})
	}
	if err := lines.Err(); err != nil || len(list) < 200 {
		t.Fatalf("%d rules, %v", len(list), err)
	}
	return list
}

// others are the rules whose finds a2c judges otherwise, and how.
func others() map[string]string {
	return map[string]string{
		"aws-amazon-bedrock-api-key-short-lived": "what is found is the constant beginning, the same for all: a2c wants a key behind it",
		"curl-auth-header":                       "headers are pairs, and authorization hides all of its line (TestRedactText)",
		"curl-auth-user":                         "the name before the colon stays (TestRedactArgs, TestCurl)",
		"flutterwave-public-key":                 "public",
		"freemius-secret-key":                    "of PHP: the quotes that are drawn do not match each other",
		"gitlab-session-cookie":                  "of Ruby; small letters and digits under a name that says nothing",
		"generic-api-key":                        "key, auth and access alone are too wide: a2c wants a fuller name or a random value",
		"kubernetes-secret-yaml":                 "what its names tell, or the values; the list itself belongs to no application on a host",
		"private-key":                            "RFC 7468 has a blank behind BEGIN, which the drawn text leaves out (TestRedactValue)",
		"sourcegraph-access-token":               "what has a beginning is found (sgp_, TestMayBegin); 40 digits alone only where they are set to a name",
		"sidekiq-secret":                         "of Ruby; the name of the server stands for the secret",
		"sidekiq-sensitive-url":                  "the name before the colon stays, the password does not",
	}
}

// named splits a rule for «NAME = value» (GenerateSemiGenericRegex) into what stands in the name and the value.
func (r leakRule) named(t *testing.T) (name, value *re.Regexp, ok bool) {
	t.Helper()
	const suffix, operator, before, after = `)(?:[ \t\w.-]{0,20})[\s'"]{0,3}`, `(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)`, `[\x60'"\s=]{0,5}`, `(?:[\x60'"\s;]|\\[nr]|$)`
	left, right, ok := strings.Cut(r.shape, operator+before)
	if !ok {
		return nil, nil, false
	}
	left, _, _ = strings.Cut(left, suffix)
	left = left[strings.LastIndex(left, `{0,50}?(?:`)+len(`{0,50}?(?:`):]
	right, _, _ = strings.Cut(right, after)
	return parsed(t, left), parsed(t, right), true
}

// parsed is the shape as it is written, without regard of case.
func parsed(t *testing.T, shape string) *re.Regexp {
	t.Helper()
	x, err := re.Parse(strings.NewReplacer("(?i)", "", "(?i:", "(?:", "(?-i:", "(?:").Replace(shape), re.Perl)
	if err != nil {
		t.Fatalf("%s: %v", shape, err)
	}
	return x
}

// open are the beginnings of what a rule finds that are no secret.
func open() []string {
	return []string{"https://hooks.slack.com/", "http://hooks.slack.com/"}
}

// TestGitleaks holds that what the rules of gitleaks find is found. Texts are drawn from their regular expressions, so that no token stands in this
// repository, with letters as the rule writes them: where it takes both cases, tokens have the small ones, which look less random. Rules that tell
// by a name are drawn as gitleaks' own tests do (GenerateSampleSecrets).
func TestGitleaks(t *testing.T) {
	const texts = 20
	shapes, names, bare, all, found := 0, 0, 0, 0, 0
	for _, rule := range leakRules(t) {
		if others()[rule.id] != "" {
			continue
		}
		d := drawer{rand.New(rand.NewPCG(1, uint64(len(rule.id))))}
		name, value, named := rule.named(t)
		missed, alone, count, good := "", texts, 0, 0
		for range texts {
			var list []string
			secret := ""
			if named {
				secret = strings.Trim(d.random(t, value, rule.entropy), `"`)
				list = samples(d.text(name), secret)
				if !finds("endpoint="+secret+"\n"+d.text(name)+"="+secret+"\n", secret) {
					alone--
				}
			} else {
				var text string
				text, secret = d.leak(t, rule)
				list = []string{"endpoint: " + text + "\n", text + "\nsee there", "x=1\nurl = \"" + text + "\"\n"}
			}
			for _, text := range list {
				count++
				if finds(text, secret) {
					good++
				} else {
					missed = text
				}
			}
		}
		all, found = all+count, found+good
		switch {
		case good*10 < count*9: // a few tokens look like words: they have no digit
			t.Errorf("%s: found in %d of %d texts, not in %q", rule.id, good, count, missed)
		case named:
			names++
			if alone == texts {
				bare++
			}
		default:
			shapes++
		}
	}
	t.Logf("found in %d of %d texts", found, all)
	t.Logf("found are the secrets of %d rules by their shape, of %d by a name, of %d of these also by the service's name alone", shapes, names, bare)
}

// samples are those of gitleaks' GenerateSampleSecrets that stand in configuration.
func samples(name, secret string) []string {
	form := strings.NewReplacer("{i}", name, "{I}", strings.ToUpper(name), "{s}", secret)
	var out []string
	for _, s := range []string{
		`{i}Token="{s}"`, `{i}Token = {s}`, "{\n    \"{i}_token\": \"{s}\"\n}", `{"config.ini": "{I}_TOKEN={s}\nBACKUP_ENABLED=true"}`, "<{i}Token>\n    {s}\n</{i}Token>",
		`<entry name="{i}Token" value="{s}" />`, "{i}_token: {s}", "{i}_token: '{s}'", "{i}_token: |\n  {s}", `string {i}Token = "{s}";`, "{i}Token := `{s}`", `System.setProperty("{I}_TOKEN", "{s}")`,
		"{i}_TOKEN ?= \"{s}\"", "  \"{i}Token\" => \"{s}\"",
	} {
		out = append(out, form.Replace(s))
	}
	return out
}

func finds(text, secret string) bool {
	spans := TextSecrets("app.conf", text)
	at := strings.LastIndex(text, secret)
	return slices.ContainsFunc(spans, func(s SecretSpan) bool { return s.Start <= at && at+len(secret) <= s.End })
}

// leak draws what a rule finds, and the secret in it.
func (d drawer) leak(t *testing.T, r leakRule) (text, secret string) {
	t.Helper()
	shape, tree := regexp.MustCompile(r.shape), parsed(t, r.shape)
	for range 1000 {
		s := d.text(tree)
		m := shape.FindStringSubmatchIndex(s)
		if m == nil || entropy(s[m[0]:m[1]]) <= r.entropy {
			continue
		}
		text = s[m[0]:m[1]]
		if i := strings.Index(text, "/webhookb2/"); i > 0 {
			return text, text[i+len("/webhookb2/"):]
		}
		if len(m) == 4 || len(m) > 2 && (m[3]-m[2])*2 > len(text) {
			secret = s[m[2]:m[3]]
			if strings.HasPrefix(text, "<") {
				return text, secret
			}
			return secret, secret
		}
		text = strings.TrimRight(text, "!#$%&()*,.:;<>?@[]^`{|}~ \"'")
		for _, known := range open() {
			if strings.HasPrefix(text, known) {
				return text, text[len(known):]
			}
		}
		return text, text
	}
	t.Fatalf("%s: no text can be drawn", r.id)
	return "", ""
}

// random draws a text that is random enough.
func (d drawer) random(t *testing.T, x *re.Regexp, least float64) string {
	t.Helper()
	for range 1000 {
		if s := d.text(x); entropy(s) > least {
			return s
		}
	}
	t.Fatalf("no text of %s is random enough", x)
	return ""
}

// drawer draws texts that a regular expression matches.
type drawer struct{ r *rand.Rand }

func (d drawer) text(x *re.Regexp) string {
	switch x.Op {
	case re.OpLiteral:
		return string(x.Rune)
	case re.OpCharClass:
		return string(d.class(x.Rune))
	case re.OpAnyChar, re.OpAnyCharNotNL: // mostly a dot that nobody escaped
		return "."
	case re.OpCapture, re.OpConcat:
		var out strings.Builder
		for _, sub := range x.Sub {
			out.WriteString(d.text(sub))
		}
		return out.String()
	case re.OpAlternate:
		return d.text(x.Sub[d.r.IntN(len(x.Sub))])
	case re.OpStar, re.OpPlus, re.OpQuest, re.OpRepeat:
		return d.repeat(x)
	}
	return ""
}

func (d drawer) repeat(x *re.Regexp) string {
	least, most := x.Min, x.Max
	switch x.Op {
	case re.OpStar:
		least, most = 0, 1
	case re.OpPlus:
		least, most = 12, 14
	case re.OpQuest:
		least, most = 0, 1
	}
	if most < 0 {
		most = least + 3
	}
	if x.Op == re.OpStar && x.Sub[0].Op == re.OpCharClass && d.class(x.Sub[0].Rune) == ' ' {
		least, most = 1, 1
	}
	var out strings.Builder
	for range least + d.r.IntN(most-least+1) {
		if op := x.Sub[0].Op; op == re.OpAnyChar || op == re.OpAnyCharNotNL {
			out.WriteByte(byte('a' + d.r.IntN(26)))
			continue
		}
		out.WriteString(d.text(x.Sub[0]))
	}
	return out.String()
}

func (d drawer) class(ranges []rune) rune {
	var all []rune
	for i := 0; i < len(ranges); i += 2 {
		for c := ranges[i]; c <= min(ranges[i+1], unicode.MaxASCII); c++ {
			if c > ' ' && c != '\\' { // that of an escape
				all = append(all, c)
			}
		}
	}
	if len(all) == 0 {
		return ' '
	}
	return all[d.r.IntN(len(all))]
}
