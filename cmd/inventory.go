package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"a2c/internal/child"
	"a2c/internal/term"
	"a2c/internal/workspace"
	"a2c/inventory"
	"a2c/model"
)

// inventoryFlags are those of the one command.
type inventoryFlags struct {
	all, containers bool
	evidence        bool
	watch           bool
	interval        time.Duration
	filter          filter
}

func newInventory(a *app) *cobra.Command {
	var f inventoryFlags
	c := &cobra.Command{
		Use:   "inventory",
		Short: "List the Java and .NET applications that run here",
		Long: `inventory looks once at every process and lists the applications among them: kind, user, listeners, main artifact, runtime. It writes
inventory.json and host.json into the workspace; what could not be seen stands in host.json, and is exit code 4. Build tools, IDEs, agents and tools
of the JDK and of the .NET SDK are left out, and said to be, unless --all is given; so is what runs in containers, unless --include-containers is.

The table fits the terminal (or COLUMNS) and says what it left out; -o wide shows everything, with --evidence also where each fact comes from.
--type, --user and --port choose what is shown; inventory.json is always whole. Each may be repeated: one of its values has to fit.

--watch looks again and again: on a terminal the table is drawn anew, else a line says with "+", "-" or "~" what has come, gone or changed.
^C ends it, with exit code 130. Between two looks the workspace is free for other commands.`,
		Example: `  sudo a2c inventory
  sudo a2c inventory --type 'java-*' --port 8080 -o wide --evidence
  sudo a2c inventory --watch --interval 5s`,
		GroupID:     "look",
		Args:        none,
		Annotations: map[string]string{moreFormats: "wide csv"},
		RunE: func(c *cobra.Command, _ []string) error {
			if err := a.checkInventory(f); err != nil {
				return usage(err)
			}
			if f.watch {
				return a.watch(c.Context(), f)
			}
			r, err := a.look(c.Context(), f)
			if err != nil {
				return err
			}
			shown := f.filter.of(r.Inventory)
			if err := a.showInventory(shown, f.evidence); err != nil {
				return err
			}
			a.noteSeen(r, shown, f.filter)
			return answer(seenCode(r.Host.Skips))
		},
	}
	flags := c.Flags()
	flags.BoolVar(&f.all, "all", false, "list helpers, too: build tools, IDEs, agents, tools of the JDK")
	flags.BoolVar(&f.containers, "include-containers", false, "list what runs in containers, too")
	flags.StringArrayVar(&f.filter.types, "type", nil, "show this `kind` only: java-tomcat, 'java-*' (repeatable)")
	flags.StringArrayVar(&f.filter.users, "user", nil, "show what runs as this `user` only, by name or number (repeatable)")
	flags.IntSliceVar(&f.filter.ports, "port", nil, "show what listens on this `port` only (repeatable)")
	a.unconfinedFlag(c)
	flags.BoolVar(&f.evidence, "evidence", false, "with -o wide: say of each fact where it comes from")
	flags.BoolVar(&f.watch, "watch", false, "look again and again until ^C")
	flags.DurationVar(&f.interval, "interval", 2*time.Second, "with --watch: time between two `looks`")
	return c
}

// checkInventory refuses what does not go together.
func (a *app) checkInventory(f inventoryFlags) error {
	switch {
	case f.evidence && a.format != term.Wide:
		return errors.New("--evidence goes with -o wide; in json and yaml the evidence stands beside each fact")
	case f.watch && a.global.output != "" && a.format != term.Table:
		return fmt.Errorf("--watch draws a table, or writes lines where there is no terminal; -o %s does not go with it", a.format)
	case f.interval < 100*time.Millisecond:
		return fmt.Errorf("--interval %s is too short: a2c is to be no load; 100ms at least", f.interval)
	}
	return f.filter.check()
}

// look takes the inventory once and writes it into the workspace, which other writers are kept out of meanwhile.
func (a *app) look(ctx context.Context, f inventoryFlags) (inventory.Result, error) {
	var r inventory.Result
	w, err := a.open(false)
	if err != nil {
		return r, err
	}
	unlock, err := w.Lock(a.line)
	if err != nil {
		return r, err
	}
	r, err = a.takeInventory(ctx, w, f.all, f.containers)
	if err == nil {
		err = errors.Join(w.Save(workspace.HostFile, r.Host), w.Save(workspace.InventoryFile, r.Inventory))
	}
	return r, errors.Join(err, unlock())
}

// takeInventory lets the confined child look; all: at helpers, too; containers: at what runs in them, too.
func (a *app) takeInventory(ctx context.Context, w *workspace.Workspace, all, containers bool) (inventory.Result, error) {
	var r inventory.Result
	previous, err := workspace.Load[model.Inventory](w, workspace.InventoryFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return r, fmt.Errorf("%w\nremove the file and run %s again", err, a.command("inventory"))
	}
	call := child.Call{Role: roleInventory, Request: inventoryRequest{a.root, previous, all, containers}, Log: a.log, Unconfined: a.unconfined}
	report, err := call.Run(ctx, &r)
	if err != nil {
		return r, fmt.Errorf("take inventory: %w", confinable(err))
	}
	r.Host.Skips = append(r.Host.Skips, notices(report)...)
	return r, nil
}

// showInventory writes applications in the format that was asked for.
func (a *app) showInventory(inv model.Inventory, evidence bool) error {
	switch a.format {
	case term.Wide:
		return a.inventoryWide(a.Out, inv, evidence)
	case term.CSV:
		return inventoryCSV(a.Out, inv)
	}
	return a.print(inv, func(w io.Writer) error { return a.inventoryTable(w, inv) })
}

// unconfinedFlag adds --unconfined to a command that looks at the host.
func (a *app) unconfinedFlag(c *cobra.Command) {
	c.Flags().BoolVar(&a.unconfined, "unconfined", false, "look at the host without confinement, where the kernel or a container runtime refuses it")
}

// confinable names the flag with which a machine that refuses the confinement can be looked at all the same.
func confinable(err error) error {
	if _, refused := errors.AsType[*child.ConfineError](err); refused {
		return fmt.Errorf("%w\na2c looks at a host only so confined that it cannot change it; with --unconfined it does without", err)
	}
	return err
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
