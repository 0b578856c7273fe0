package parse

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestYAMLParts: a stream that is read in parts gives what it gives as a whole, places included.
func TestYAMLParts(t *testing.T) {
	var b strings.Builder
	for i := 0; b.Len() < 3*leastPart; i++ {
		fmt.Fprintf(&b, "---\nname: n%d\ntext: |\n  ---\n  # %s\nlist: [1, {a: &x 2}, *x]\n", i, strings.Repeat("x", 1000))
	}
	data := []byte(b.String())
	parts := yamlParts(data, 3)
	if len(parts) < 3 {
		t.Fatalf("%d parts", len(parts))
	}
	left := &atomic.Int64{}
	left.Store(maxYAMLNodes)
	whole, err := yamlPart{data: data}.documents(left)
	if err != nil {
		t.Fatal(err)
	}
	got, err := YAML(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(whole, got); diff != "" {
		t.Errorf("in parts (-whole +parts):\n%.2000s", diff)
	}
	lines := strings.Count(b.String(), "\n")
	_, err = YAML([]byte(b.String() + "---\na: [\n"))
	if err == nil || !strings.HasPrefix(err.Error(), fmt.Sprint(lines+2)) && !strings.HasPrefix(err.Error(), fmt.Sprint(lines+3)) {
		t.Errorf("after %d lines: %v", lines, err)
	}
	for _, whole := range []string{"%YAML 1.2\n" + b.String(), strings.Repeat("x: |\n  ---\n", 1) + strings.Repeat("# comment\n", 300000)} {
		if parts := yamlParts([]byte(whole), 3); len(parts) != 1 {
			t.Errorf("%d parts of what has to stay whole", len(parts))
		}
	}
}
