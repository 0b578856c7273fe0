package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"a2c/internal/workspace"
	"a2c/model"
	"a2c/parse"
)

// none takes no arguments.
func none(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage(fmt.Errorf("unexpected argument %q", args[0]))
	}
	return nil
}

// exactly takes one argument, called what.
func exactly(what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) == 0:
			return usage(fmt.Errorf("an argument is missing: %s", what))
		case len(args) > 1:
			return usage(fmt.Errorf("unexpected argument %q", args[1]))
		}
		return nil
	}
}

// idFlag adds --application-id, with the workspace's applications as completion.
func (a *app) idFlag(c *cobra.Command, id *string) {
	c.Flags().StringVar(id, "application-id", "", "the application, by its `ID` of a2c inventory")
	a.completesIDs(c)
}

// completesIDs offers the applications of the workspace.
func (a *app) completesIDs(c *cobra.Command) {
	a.completes(c, "application-id", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		w, err := a.open(false)
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		return knownIDs(w), cobra.ShellCompDirectiveNoFileComp
	})
}

// completes says what a shell offers for a flag that was added before.
func (a *app) completes(c *cobra.Command, flag string, offer cobra.CompletionFunc) {
	if err := c.RegisterFlagCompletionFunc(flag, offer); err != nil {
		a.log.Error("completion", "error", err)
	}
}

// checkID refuses an ID that cannot name a folder; whether there is such an application is seen later.
func checkID(id string) error {
	if id == "" {
		return usage(errors.New("--application-id is missing; a2c inventory lists the applications"))
	}
	if !fs.ValidPath(id) || strings.ContainsAny(id, "/\\") || id == "." || strings.HasPrefix(id, ".") {
		return usage(fmt.Errorf("%q is no application ID; a2c inventory lists them", id))
	}
	return nil
}

// knownIDs are the applications of the inventory and those with a folder, sorted.
func knownIDs(w *workspace.Workspace) []string {
	var ids []string
	if inventory, err := workspace.Load[model.Inventory](w, workspace.InventoryFile); err == nil {
		for id := range inventory {
			ids = append(ids, id)
		}
	}
	entries, err := os.ReadDir(w.Dir())
	if err == nil {
		for _, e := range entries {
			if _, err := os.Stat(filepath.Join(w.Dir(), e.Name(), workspace.AnalysisFile)); err == nil {
				ids = append(ids, e.Name())
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// unknownID says which applications there are, near ones first.
func (a *app) unknownID(id string, known []string) error {
	slices.Sort(known)
	known = slices.Compact(known)
	if len(known) == 0 {
		return fmt.Errorf("there is no application %q, and none is known yet; run %s%s", id, a.command("inventory"), a.rootsHint())
	}
	var near []string
	for _, k := range known {
		if strings.Contains(k, id) || parse.Distance(id, k, 3) <= 3 {
			near = append(near, k)
		}
	}
	if len(near) > 0 {
		return fmt.Errorf("there is no application %q; did you mean %s? (%s lists all)", id, strings.Join(near, ", "), a.command("inventory"))
	}
	const most = 10
	if len(known) > most {
		known = append(known[:most:most], "…")
	}
	return fmt.Errorf("there is no application %q; known are %s; %s looks anew%s", id, strings.Join(known, ", "), a.command("inventory"), a.rootsHint())
}

// known refuses an application that neither the inventory nor a folder of the workspace names. What cannot be read is reported where it is used.
func (a *app) known(w *workspace.Workspace, id string) error {
	if _, err := os.ReadDir(w.Dir()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if _, err := os.Stat(w.App(id)); err == nil {
		return nil
	}
	if known := knownIDs(w); !slices.Contains(known, id) {
		return a.unknownID(id, known)
	}
	return nil
}

// command is a command to type, as the user who typed this one.
func (a *app) command(line string) string {
	if a.euid == 0 {
		return "sudo a2c " + line
	}
	return "a2c " + line
}

// rootsHint is for users who look into their own workspace for what root has found.
func (a *app) rootsHint() string {
	if a.euid == 0 || a.global.workspace != "" {
		return ""
	}
	roots, err := workspace.Default(0, a.getenv)
	if err != nil {
		return ""
	}
	if _, err := os.Stat(roots); err != nil {
		return ""
	}
	return "; what root has found lies in " + roots + ", for which this command needs sudo"
}

// missing turns a document that was not made yet into the command that makes it.
func (a *app) missing(err error, id string, w *workspace.Workspace, command string) error {
	if !isMissing(err) {
		return err
	}
	if known := knownIDs(w); !slices.Contains(known, id) {
		return a.unknownID(id, known)
	}
	return fmt.Errorf("%w; run %s --application-id %s first", err, a.command(command), id)
}

// document loads one that analyze made of an application.
func document[T any](a *app, id, file string) (T, error) {
	w, err := a.open(false)
	if err != nil {
		return *new(T), err
	}
	d, err := workspace.Load[T](w, path.Join(id, file))
	if err != nil {
		return d, a.missing(err, id, w, "analyze")
	}
	return d, nil
}

func isMissing(err error) bool {
	_, ok := errors.AsType[*workspace.MissingError](err)
	return ok
}
