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

func (a *app) inventoryTable(w io.Writer, inv model.Inventory) error {
	if len(inv) == 0 {
		return nil // the note says so
	}
	rows := term.Rows{Head: []string{"ID", "NAME", "PID", "USER", "LISTENS", "PLATFORM", "RUNTIME", "ARTIFACT"}}
	for _, id := range slices.Sorted(maps.Keys(inv)) {
		app := inv[id]
		rows.Add(id, app.Name, strconv.Itoa(app.ProcessID), cmp.Or(app.User.Name, strconv.Itoa(app.User.UID)), listeners(app.Listeners),
			named(app.Platform.Name, app.Platform.Version), named(app.Runtime.Name, app.Runtime.Version), app.Artifact.String())
	}
	return a.Write(w, rows)
}

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

// noteSeen says what was looked at, what was not seen, and what to do next.
func (a *app) noteSeen(r inventory.Result) {
	s := r.Host.Seen
	a.Note("looked at %d processes: %d in %d applications, %d others, %d vanished, %d not readable",
		s.Processes, s.Matched, len(r.Inventory), s.Other, s.Vanished, s.Unreadable)
	if ids := foreign(r.Inventory); len(ids) > 0 {
		a.Note("%d of them in network namespaces of their own (containers, ip netns): their addresses are not this machine's: %s", len(ids), strings.Join(ids, ", "))
	}
	a.noteSkips(r.Host.Skips)
	if len(r.Inventory) == 0 {
		a.Note("no Java or .NET application was found; is it started?%s", a.rootHint())
		return
	}
	a.Note("next: %s --application-id %s", a.command("analyze"), slices.Sorted(maps.Keys(r.Inventory))[0])
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
		if !s.Incomplete && a.global.verbose == 0 {
			continue
		}
		text := s.What
		if s.Path != "" {
			text += " " + s.Path.String()
		}
		if s.Count > 1 {
			text += fmt.Sprintf(" (%d times)", s.Count)
		}
		text += ": " + s.Reason
		if s.Remedy != "" {
			text += "; " + s.Remedy
		}
		a.Note("not seen: %s", term.Safe(text))
	}
}

// named is a product with its version; "-" when neither is known.
func named(name, version string) string {
	return cmp.Or(strings.TrimSpace(name+" "+version), "-")
}
