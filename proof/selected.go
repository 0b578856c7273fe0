package proof

import (
	"os"
	"regexp"
	"slices"
	"testing"
)

// selected are those whose names SERVERS matches, a regular expression; ok is false where it is not set. A proof of none proves nothing and fails.
func selected[T any](t *testing.T, list []T, name func(T) string) (chosen []T, ok bool) {
	t.Helper()
	pattern := os.Getenv("SERVERS")
	if pattern == "" {
		return list, false
	}
	expr, err := regexp.Compile(pattern)
	if err != nil {
		t.Fatalf("SERVERS: %v", err)
	}
	chosen = slices.DeleteFunc(slices.Clone(list), func(each T) bool { return !expr.MatchString(name(each)) })
	if len(chosen) == 0 {
		t.Fatalf("no layout has a name that SERVERS=%q matches", pattern)
	}
	return chosen, true
}
