package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"a2c/internal/child"
	"a2c/internal/term"
	"a2c/internal/workspace"
	"a2c/inventory"
	"a2c/model"
)

func newInventory(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "inventory",
		Short: "List the Java and .NET applications that run here",
		Long: `inventory looks once at every process and lists the applications among them: kind, user, listeners, main artifact, runtime. It writes
inventory.json and host.json into the workspace; what could not be seen stands in host.json, and is exit code 4.`,
		Example: "  sudo a2c inventory\n  sudo a2c inventory -o json",
		GroupID: "look",
		Args:    none,
		RunE: func(c *cobra.Command, _ []string) error {
			w, err := a.open(false)
			if err != nil {
				return err
			}
			unlock, err := w.Lock(a.line)
			if err != nil {
				return err
			}
			r, err := a.takeInventory(c.Context(), w)
			if err == nil {
				err = errors.Join(w.Save(workspace.HostFile, r.Host), w.Save(workspace.InventoryFile, r.Inventory))
			}
			if err = errors.Join(err, unlock()); err != nil {
				return err
			}
			if err := a.print(r.Inventory, func(w io.Writer) error { return a.inventoryTable(w, r.Inventory) }); err != nil {
				return err
			}
			a.noteSeen(r)
			return answer(seenCode(r.Host.Skips))
		},
	}
}

// takeInventory lets the confined child look.
func (a *app) takeInventory(ctx context.Context, w *workspace.Workspace) (inventory.Result, error) {
	var r inventory.Result
	previous, err := workspace.Load[model.Inventory](w, workspace.InventoryFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return r, fmt.Errorf("%w\nremove the file and run %s again", err, a.command("inventory"))
	}
	call := child.Call{Role: roleInventory, Request: inventoryRequest{a.root, previous}, Log: a.log}
	report, err := call.Run(ctx, &r)
	if err != nil {
		return r, fmt.Errorf("take inventory: %w", err)
	}
	r.Host.Skips = append(r.Host.Skips, notices(report)...)
	return r, nil
}

// notices are what this machine did not allow of the child's confinement.
func notices(r child.Report) []model.Skip {
	var skips []model.Skip
	for _, n := range r.Notices {
		skips = append(skips, model.Skip{What: n.What, Reason: n.Reason, Remedy: n.Remedy})
	}
	return skips
}

// seenCode is Partial when something is missing from the result.
func seenCode(skips []model.Skip) Code {
	if slices.ContainsFunc(skips, func(s model.Skip) bool { return s.Incomplete }) {
		return Partial
	}
	return Done
}

func (a *app) inventoryTable(w io.Writer, inv model.Inventory) error {
	if len(inv) == 0 {
		return nil // the note says so
	}
	rows := term.Rows{Head: []string{"ID", "NAME", "PID", "USER", "LISTENS", "RUNTIME", "ARTIFACT"}}
	for _, id := range slices.Sorted(maps.Keys(inv)) {
		app := inv[id]
		rows.Add(id, app.Name, strconv.Itoa(app.ProcessID), cmp.Or(app.User.Name, strconv.Itoa(app.User.UID)), listeners(app.Listeners),
			strings.TrimSpace(app.Runtime.Name+" "+app.Runtime.Version), app.Artifact.String())
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
	a.noteSkips(r.Host.Skips)
	if len(r.Inventory) == 0 {
		a.Note("no Java or .NET application was found; is it started?%s", a.rootHint())
		return
	}
	a.Note("next: %s --application-id %s", a.command("analyze"), slices.Sorted(maps.Keys(r.Inventory))[0])
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
