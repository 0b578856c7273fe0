package proof

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseFindings(t *testing.T) {
	const stream = `{"config":{"scanner_name":"govulncheck"}}
{"osv":{"id":"GO-2025-0001"}}
{"finding":{"osv":"GO-2025-0001","trace":[{"module":"example.org/m","version":"v1.0.0"}]}}
{"finding":{"osv":"GO-2025-0001","trace":[{"module":"example.org/m","version":"v1.0.0","package":"example.org/m/p","function":"F"},{"module":"a2c"}]}}
{"finding":{"osv":"GO-2025-0001","trace":[{"module":"example.org/m","version":"v1.0.0","package":"example.org/m/p","function":"F"},{"module":"a2c","package":"a2c/x"}]}}
`
	got, err := parseFindings(strings.NewReader(stream))
	if err != nil {
		t.Fatal(err)
	}
	var text []string
	for _, f := range got {
		text = append(text, f.String())
	}
	if diff := cmp.Diff([]string{"GO-2025-0001 in example.org/m@v1.0.0 by F"}, text); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := parseFindings(strings.NewReader("{")); err == nil {
		t.Error("half a message was taken")
	}
}
