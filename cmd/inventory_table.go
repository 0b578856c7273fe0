package cmd

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"a2c/internal/term"
	"a2c/inventory"
	"a2c/model"
)

// inventoryTable writes one line for each application, as wide as there is room for, and says what had none.
func (a *app) inventoryTable(w io.Writer, inv model.Inventory) error {
	if len(inv) == 0 {
		return nil // the note says so
	}
	rows := term.Rows{Head: []string{"ID", "NAME", "PID", "USER", "LISTENS", "PLATFORM", "RUNTIME", "ARTIFACT"}}
	for _, id := range slices.Sorted(maps.Keys(inv)) {
		app := inv[id]
		rows.Add(id, app.Name, strconv.Itoa(app.ProcessID), userName(app.User), listeners(app.Listeners),
			named(app.Platform.Name, app.Platform.Version), named(app.Runtime.Name, app.Runtime.Version), app.Artifact.String())
	}
	rows, left := term.Fit(rows, []term.Column{
		{}, {Min: 8, Last: 2}, {}, {Min: 6, Last: 3}, {Min: 15, Last: 1}, {Min: 12, Last: 5}, {Min: 12, Last: 6}, {Min: 16, Last: 4, Tail: true},
	}, a.Width)
	if err := a.Write(w, rows); err != nil {
		return err
	}
	return writeLeft(w, left)
}

// writeLeft says below a table what it left out, in lines that are short themselves.
func writeLeft(w io.Writer, left term.Left) error {
	text := ""
	if len(left.Columns) > 0 {
		text += "without " + strings.Join(left.Columns, ", ") + "\n"
	}
	if len(left.Cut) > 0 {
		text += "shortened " + strings.Join(left.Cut, ", ") + "\n"
	}
	if text != "" {
		text += "-o wide shows all\n"
	}
	_, err := io.WriteString(w, text)
	return err
}

func userName(u model.User) string { return cmp.Or(u.Name, strconv.Itoa(u.UID)) }

// listeners are addresses for people: "127.0.0.1:8080 http".
func listeners(all []model.Listener) string {
	var texts []string
	for _, l := range all {
		address := l.Address
		if strings.Contains(address, ":") {
			address = "[" + address + "]"
		}
		text := fmt.Sprintf("%s:%d", address, l.Port)
		if l.Protocol == "udp" {
			text += "/udp"
		}
		texts = append(texts, strings.TrimSpace(text+" "+l.Purpose))
	}
	if len(texts) == 0 {
		return "-"
	}
	return strings.Join(texts, ", ")
}

// noteSeen says what was looked at, what of it is not shown, what was not seen, and what to do next.
func (a *app) noteSeen(r inventory.Result, shown model.Inventory, f filter) {
	s := r.Host.Seen
	which := ""
	if s.Unreadable > 0 && a.global.verbose == 0 {
		which = " (-v says which, as does host.json)"
	}
	a.Note("looked at %d processes: %d in %d applications, %d others, %d vanished, %d not readable%s",
		s.Processes, s.Matched, len(r.Inventory), s.Other, s.Vanished, s.Unreadable, which)
	if !f.empty() {
		a.Note("%d of the %d applications are shown, %d do not fit %s", len(shown), len(r.Inventory), len(r.Inventory)-len(shown), f)
	}
	if ids := foreign(shown); len(ids) > 0 {
		a.Note("%d of them in network namespaces of their own (containers, ip netns): their addresses are not this machine's: %s", len(ids), strings.Join(ids, ", "))
	}
	for _, id := range slices.Sorted(maps.Keys(r.Inventory)) {
		if why := r.Inventory[id].Untried; why != "" {
			a.Note("%s: %s; compare what is said of it", id, term.Safe(why))
		}
	}
	a.noteSkips(r.Host.Skips)
	if len(r.Inventory) == 0 {
		a.Note("no Java or .NET application was found; is it started?%s", a.rootHint())
		return
	}
	if len(shown) > 0 {
		a.Note("next: %s --application-id %s", a.command("analyze"), slices.Sorted(maps.Keys(shown))[0])
	}
}

// foreign lists the applications whose listeners are reached in another network namespace only.
func foreign(inv model.Inventory) []string {
	var ids []string
	for _, id := range slices.Sorted(maps.Keys(inv)) {
		if inv[id].Foreign {
			ids = append(ids, id)
		}
	}
	return ids
}

func (a *app) rootHint() string {
	if a.euid == 0 {
		return ""
	}
	return " Other users' processes show only to root: sudo a2c inventory"
}

// noteSkips lists what makes the result incomplete; with -v also what was left out on purpose.
func (a *app) noteSkips(skips []model.Skip) {
	for _, s := range skips {
		helper := s.Remedy == inventory.HelperRemedy || s.Remedy == inventory.ContainerRemedy
		if !s.Incomplete && !helper && a.global.verbose == 0 {
			continue
		}
		text := s.What
		if s.Path != "" {
			text += " " + s.Path.String()
		}
		if s.Count > 1 {
			text += fmt.Sprintf(" (%d times)", s.Count)
		}
		if len(s.Each) > 0 && a.global.verbose > 0 {
			text += " (" + strings.Join(s.Each, ", ") + ")"
		}
		text += ": " + s.Reason
		if s.Remedy != "" {
			text += "; " + s.Remedy
		}
		what := "not seen"
		if helper {
			what = "left out"
		}
		a.Note("%s: %s", what, term.Safe(text))
	}
}

// named is a product with its version; "-" when neither is known.
func named(name, version string) string {
	return cmp.Or(strings.TrimSpace(name+" "+version), "-")
}
