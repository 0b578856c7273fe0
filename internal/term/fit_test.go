package term

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFit(t *testing.T) {
	rows := Rows{Head: []string{"ID", "LISTENS", "PATH"}}
	rows.Add("java-a", "127.0.0.1:8080 http", "/opt/shop/app.jar")
	rows.Add("java-b", "-", "/opt/ä\x1b/b.jar")
	columns := []Column{{}, {Min: 9, Last: 1}, {Min: 8, Last: 2, Tail: true}}
	for _, c := range []struct {
		name  string
		width int
		want  string
		left  Left
	}{
		{"as wide as it likes", 0, "ID      LISTENS              PATH\njava-a  127.0.0.1:8080 http  /opt/shop/app.jar\njava-b  -                    /opt/ä\\x1b/b.jar\n", Left{}},
		{"wide enough", 46, "ID      LISTENS              PATH\njava-a  127.0.0.1:8080 http  /opt/shop/app.jar\njava-b  -                    /opt/ä\\x1b/b.jar\n", Left{}},
		{"cut", 40, "ID      LISTENS              PATH\njava-a  127.0.0.1:8080 http  …op/app.jar\njava-b  -                    …\\x1b/b.jar\n", Left{Cut: []string{"PATH"}}},
		{"both cut", 28, "ID      LISTENS     PATH\njava-a  127.0.0.1…  …app.jar\njava-b  -           …b/b.jar\n", Left{Cut: []string{"LISTENS", "PATH"}}},
		{"left out", 26, "ID      LISTENS\njava-a  127.0.0.1:8080 ht…\njava-b  -\n", Left{Columns: []string{"PATH"}, Cut: []string{"LISTENS"}}},
		{"too narrow", 3, "ID\njava-a\njava-b\n", Left{Columns: []string{"PATH", "LISTENS"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, left := Fit(rows, columns, c.width)
			var b strings.Builder
			if err := (&Streams{}).Write(&b, got); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, b.String()); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
			if d := cmp.Diff(c.left, left); d != "" {
				t.Errorf("left (-want +got)\n%s", d)
			}
			for l := range strings.Lines(b.String()) {
				if n := len([]rune(strings.TrimSuffix(l, "\n"))); c.width > 6 && n > c.width {
					t.Errorf("%q has %d columns, not %d", l, n, c.width)
				}
			}
		})
	}
}

func TestTerminalSize(t *testing.T) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	env := map[string]string{"COLUMNS": "91", "LINES": "x"}
	if w, h := size(null, func(k string) string { return env[k] }); w != 91 || h != 0 {
		t.Errorf("got %d, %d", w, h)
	}
}

func TestFormats(t *testing.T) {
	s := &Streams{}
	for value, want := range map[string]Format{"": JSON, "csv": CSV, "table": Table} {
		if got, err := s.ParseFormat(value, "wide", "csv"); got != want || err != nil {
			t.Errorf("%q: %q, %v", value, got, err)
		}
	}
	if _, err := s.ParseFormat("csv"); err == nil || err.Error() != `output "csv" is none of table, json, yaml` {
		t.Errorf("got %v", err)
	}
}
