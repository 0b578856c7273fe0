package cmd

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/internal/term"
	"a2c/inventory"
	"a2c/model"
)

// On a terminal each look is drawn over the last one, and never more lines than there are.
func TestRedraw(t *testing.T) {
	var out strings.Builder
	a := &app{Streams: &term.Streams{Out: &out, OutTerminal: true, Width: 60, Height: 11}, log: slog.New(slog.DiscardHandler), format: term.Table}
	r := inventory.Result{Inventory: model.Inventory{}}
	for i := range 9 {
		r.Inventory[fmt.Sprintf("java-generic-%d", i)] = model.App{ProcessID: i, Name: "app\x1b[2J"}
	}
	if err := a.redraw(r, filter{}, nil, nil); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	if !strings.HasPrefix(text, "\x1b[H") || !strings.HasSuffix(text, "\x1b[J") || strings.Contains(text, "\x1b[2J") {
		t.Errorf("got %q", text)
	}
	lines := strings.Split(strings.TrimSuffix(strings.TrimPrefix(text, "\x1b[H"), "\x1b[J"), "\x1b[K\n")
	want := []string{
		"0001-01-01T00:00:00Z: 9 of 9 applications (^C ends)",
		`ID              NAME        PID  USER  LISTENS  ARTIFACT`,
		`java-generic-0  app\x1b[2J  0    0     -`,
		`java-generic-1  app\x1b[2J  1    0     -`,
		`java-generic-2  app\x1b[2J  2    0     -`,
		`java-generic-3  app\x1b[2J  3    0     -`,
		"without RUNTIME, PLATFORM",
		"-o wide shows all",
		"… and 5 more: --type, --user and --port show fewer",
		"",
	}
	if d := cmp.Diff(want, lines); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func TestTameCell(t *testing.T) {
	for in, want := range map[string]string{"": "", "=1+1": "'=1+1", "@x": "'@x", "-": "'-", "/a=b": "/a=b"} {
		if got := tameCell(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
