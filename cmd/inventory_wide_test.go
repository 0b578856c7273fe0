package cmd

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"a2c/internal/term"
	"a2c/model"
)

// TestUntriedIsShown holds that whoever reads only -o wide or a spreadsheet learns, too, which kinds are known from documentation alone.
func TestUntriedIsShown(t *testing.T) {
	const why = "found by documented command lines"
	inv := model.Inventory{"java-weblogic-00000000": {Name: "AdminServer", Untried: why}}
	var wide, lines bytes.Buffer
	a := &app{Streams: &term.Streams{}}
	if err := a.inventoryWide(&wide, inv, false); err != nil || !strings.Contains(wide.String(), why) {
		t.Errorf("-o wide: %v\n%s", err, &wide)
	}
	if err := inventoryCSV(&lines, inv); err != nil || !strings.Contains(lines.String(), why) {
		t.Errorf("-o csv: %v\n%s", err, &lines)
	}
}

// TestInsideIsShown holds that the user inside of a container and the namespace that its ID is valid in are shown where there are such, and nowhere else.
func TestInsideIsShown(t *testing.T) {
	const user, space = "  user inside   clerk (1000), group - (1000)\n", "  namespace     shop\n"
	for _, c := range []struct {
		app  model.App
		want bool
	}{
		{model.App{User: model.User{UID: 700999, Inside: &model.InsideUser{UID: 1000, GID: 1000, Name: "clerk"}}, Container: &model.Container{Engine: "containerd", ID: "till", Namespace: "shop"}}, true},
		{model.App{User: model.User{Name: "clerk", UID: 1000, GID: 1000}, Container: &model.Container{Engine: "podman", ID: "till"}}, false},
	} {
		var out bytes.Buffer
		err := (&app{Streams: &term.Streams{}}).inventoryWide(&out, model.Inventory{"java-generic-00000000": c.app}, false)
		if text := out.String(); err != nil || strings.Contains(text, user) != c.want || strings.Contains(text, space) != c.want || strings.Contains(text, "inside") != c.want || strings.Contains(text, "namespace") != c.want {
			t.Errorf("%+v: %v\n%s", c.app, err, text)
		}
	}
}

// TestCellsAreTame holds that a spreadsheet calculates nothing, and that a name stays in its cell, whatever it is.
func TestCellsAreTame(t *testing.T) {
	for _, name := range []string{"=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "＝1", "a\nb", `a"b,c`, "\x1b[2J", "\u202ex", "\xff", "\u009b"} {
		var out bytes.Buffer
		if err := inventoryCSV(&out, model.Inventory{"java-generic-00000000": {Name: name, Cmdline: name, Base: model.Path(name)}}); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(&out).ReadAll()
		if err != nil || len(rows) != 2 || len(rows[0]) != len(rows[1]) {
			t.Fatalf("%q: %v, %q", name, err, rows)
		}
		for _, cell := range rows[1] {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r\n") || slices.Contains([]rune("＝＋－＠"), []rune(cell + " ")[0]) || cell != term.Safe(cell) {
				t.Errorf("%q: the cell %q", name, cell)
			}
		}
	}
}
