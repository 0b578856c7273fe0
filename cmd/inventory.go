package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"github.com/spf13/cobra"

	"a2c/internal/child"
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
