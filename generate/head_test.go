package generate

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestHeaded: a line is no more than a comment, whatever it quotes; JSON has none, and nothing of the output before is changed.
func TestHeaded(t *testing.T) {
	before := Output{Notes: []string{"n"}, Files: map[string][]byte{"a.yaml": []byte("# one\nkind: X\n"), "b/README.md": []byte("<!-- one -->\n# T\n"), "c.json": []byte("{}\n")}}
	after := before.Headed([]string{"refused: x --> \nkind: Y"})
	want := map[string]string{
		"a.yaml": "# one\n# refused: x --> \\nkind: Y\nkind: X\n", "b/README.md": "<!-- one -->\n<!-- refused: x - -> \\nkind: Y -->\n# T\n", "c.json": "{}\n",
	}
	got := map[string]string{}
	for name, text := range after.Files {
		got[name] = string(text)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if string(before.Files["a.yaml"]) != "# one\nkind: X\n" || len(before.Notes) != 1 || len(after.Notes) != 2 {
		t.Errorf("before %q %v, after %v", before.Files["a.yaml"], before.Notes, after.Notes)
	}
}
