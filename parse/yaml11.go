package parse

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// yamlText is a scalar as the programs of Java read it: SnakeYAML goes by YAML 1.1, where yes is true, 010 is eight and 1_000 a thousand, and what is
// made a text of then is Java's own form of the value. Dates stay as they are written (Spring's OriginTrackedYamlLoader).
func yamlText(n *yaml.Node) string {
	if n.Tag == "!!null" {
		return ""
	}
	if n.Kind != yaml.ScalarNode || n.Style != 0 {
		return n.Value
	}
	s := n.Value
	if yamlSwitch(n) {
		return strconv.FormatBool(slices.Contains([]string{"yes", "on", "true"}, strings.ToLower(s)))
	}
	if s == "" || strings.IndexByte("+-.0123456789", s[0]) < 0 || len(s) > 64 {
		return s
	}
	if v, ok := yamlInteger(s); ok {
		return v
	}
	if yamlFloat().MatchString(s) {
		if f, err := strconv.ParseFloat(strings.ReplaceAll(s, "_", ""), 64); err == nil {
			return javaDouble(f)
		}
	}
	return s
}

// yamlSwitch reports whether a scalar is yes or no.
func yamlSwitch(n *yaml.Node) bool {
	return n.Style == 0 && oneCase(n.Value) && slices.Contains([]string{"yes", "on", "true", "no", "off", "false"}, strings.ToLower(n.Value))
}

// oneCase reports the forms that YAML 1.1 lists: yes, Yes, YES.
func oneCase(s string) bool {
	return s != "" && (s == strings.ToLower(s) || s == strings.ToUpper(s) || s == strings.ToUpper(s[:1])+strings.ToLower(s[1:]))
}

// yamlInteger reads 0b101, 017, 0x1F, 1_000 and, in sixties, 1:30.
func yamlInteger(s string) (string, bool) {
	digits := strings.TrimLeft(s, "+-")
	if len(s)-len(digits) > 1 || digits == "" || digits[0] == '_' {
		return "", false
	}
	sign := ""
	if s[0] == '-' {
		sign = "-"
	}
	plain := strings.ReplaceAll(digits, "_", "")
	base := 10
	switch {
	case strings.HasPrefix(plain, "0b"):
		plain, base = plain[2:], 2
	case strings.HasPrefix(plain, "0x"):
		plain, base = plain[2:], 16
	case strings.Contains(plain, ":"):
		return yamlSixties(sign, plain)
	case len(plain) > 1 && plain[0] == '0':
		plain, base = plain[1:], 8
	}
	if plain == "" || strings.ContainsAny(plain, "+-") {
		return "", false
	}
	v, err := strconv.ParseInt(sign+plain, base, 64)
	if err != nil {
		return "", false
	}
	return strconv.FormatInt(v, 10), true
}

func yamlSixties(sign, s string) (string, bool) {
	total := int64(0)
	for i, part := range strings.Split(s, ":") {
		v, err := strconv.ParseInt(part, 10, 32)
		if err != nil || v < 0 || i > 0 && (v > 59 || len(part) > 2) || i == 0 && (part[0] == '0' || strings.ContainsAny(part, "+-")) || i > 4 {
			return "", false
		}
		total = total*60 + v
	}
	return sign + strconv.FormatInt(total, 10), true
}

// yamlFloat is SnakeYAML's form of a number with a fraction or an exponent.
func yamlFloat() *regexp.Regexp {
	return regexp.MustCompile(`^[-+]?(?:[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[0-9][0-9_]*[eE][-+]?[0-9]+|\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?)$`)
}

// javaDouble is Double.toString.
func javaDouble(f float64) string {
	abs := f
	if abs < 0 {
		abs = -abs
	}
	if abs != 0 && (abs < 1e-3 || abs >= 1e7) {
		mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'E', -1, 64), "E")
		if !strings.Contains(mantissa, ".") {
			mantissa += ".0"
		}
		n, err := strconv.Atoi(exponent)
		if err != nil {
			return mantissa
		}
		return mantissa + "E" + strconv.Itoa(n)
	}
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}
