package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"a2c/internal/term"
	"a2c/internal/workspace"
	"a2c/inventory"
	"a2c/model"
)

// watch looks until ctx ends. Another a2c in the workspace is waited for: the look is made when it has ended.
func (a *app) watch(ctx context.Context, f inventoryFlags) error {
	var before map[string]string
	tick := time.NewTicker(f.interval)
	defer tick.Stop()
	for {
		r, err := a.look(ctx, f)
		_, busy := errors.AsType[*workspace.LockedError](err)
		switch {
		case busy && before != nil:
			a.log.Info("this look is left out", "error", err)
		case err != nil:
			return err
		default:
			now := watched(f.filter.of(r.Inventory))
			if err := a.redraw(r, f.filter, before, now); err != nil {
				return err
			}
			before = now
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
}

// watched is what a line says of each application, by its ID.
func watched(inv model.Inventory) map[string]string {
	lines := map[string]string{}
	for id, app := range inv {
		lines[id] = fmt.Sprintf("%s pid %d user %s listens %s artifact %s", app.Name, app.ProcessID, userName(app.User), listeners(app.Listeners), app.Artifact)
	}
	return lines
}

// redraw shows one look: the whole table on a terminal, else what has come ("+"), gone ("-") or changed ("~").
func (a *app) redraw(r inventory.Result, f filter, before, now map[string]string) error {
	at := r.Host.CreatedAt.UTC().Format(time.RFC3339)
	if a.OutTerminal {
		return a.redrawTable(at, r, f)
	}
	var text strings.Builder
	for _, id := range slices.Sorted(maps.Keys(before)) {
		if _, runs := now[id]; !runs {
			fmt.Fprintf(&text, "%s - %s %s\n", at, term.Safe(id), term.Safe(before[id]))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(now)) {
		old, ran := before[id]
		switch {
		case !ran:
			fmt.Fprintf(&text, "%s + %s %s\n", at, term.Safe(id), term.Safe(now[id]))
		case old != now[id]:
			fmt.Fprintf(&text, "%s ~ %s %s\n", at, term.Safe(id), term.Safe(now[id]))
		}
	}
	_, err := io.WriteString(a.Out, text.String())
	return err
}

// around is how many lines a drawing has beside those of applications: title, head, what was left out, the cursor's own.
const around = 7

// redrawTable writes over the last table: to the upper left corner, each line to its end, then away with what is left below (ECMA-48: CUP, EL, ED).
func (a *app) redrawTable(at string, r inventory.Result, f filter) error {
	shown := f.of(r.Inventory)
	ids := slices.Sorted(maps.Keys(shown))
	left := 0
	if room := max(1, a.Height-around); a.Height > 0 && len(ids) > room {
		left = len(ids) - room
		shown = maps.Clone(shown)
		for _, id := range ids[room:] {
			delete(shown, id)
		}
	}
	var table strings.Builder
	fmt.Fprintf(&table, "%s: %d of %d applications (^C ends)\n", at, len(ids), len(r.Inventory))
	if err := a.inventoryTable(&table, shown); err != nil {
		return err
	}
	if left > 0 {
		fmt.Fprintf(&table, "… and %d more: --type, --user and --port show fewer\n", left)
	}
	var text strings.Builder
	text.WriteString("\x1b[H")
	for l := range strings.Lines(table.String()) {
		text.WriteString(strings.TrimSuffix(l, "\n") + "\x1b[K\n")
	}
	text.WriteString("\x1b[J")
	_, err := io.WriteString(a.Out, text.String())
	return err
}
