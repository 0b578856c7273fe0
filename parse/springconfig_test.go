package parse_test

import (
	"strings"
	"testing"

	"a2c/parse"
)

func TestProfilesMatch(t *testing.T) {
	active := []string{"prod", "eu-1"}
	for _, tc := range []struct {
		expression string
		want       bool
	}{
		{"prod", true},
		{"test", false},
		{"!test", true},
		{"!prod", false},
		{"test, prod", true},
		{"prod & eu-1", true},
		{"prod&!eu-1", false},
		{"test | prod", true},
		{"(test | prod) & eu-1", true},
		{"!(test | prod)", false},
		{"!!prod", true},
		{"", false},
		{"prod &", false},
		{"(prod", false},
		{"prod)", false},
		{"prod eu-1", false},
		{"&", false},
		{strings.Repeat("!", 1000) + "prod", false},
	} {
		if got := parse.SpringProfilesMatch(tc.expression, active); got != tc.want {
			t.Errorf("%.40q: %v", tc.expression, got)
		}
	}
}

func FuzzProfilesMatch(f *testing.F) {
	f.Add("(a | !b) & c, d", "a")
	f.Fuzz(func(_ *testing.T, expression, active string) { parse.SpringProfilesMatch(expression, []string{active}) })
}
