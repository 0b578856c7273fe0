// Package cmd is the command line: one file per command. A command turns flags and configuration into options, makes one call, and shows what
// came of it; it alone joins the stages and fills the workspace.
package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/viper"

	"a2c/internal/eol"
	"a2c/internal/term"
	"a2c/internal/workspace"
)

// app is what all commands share.
type app struct {
	*term.Streams
	getenv func(string) string
	euid   int
	line   string // the command line, for messages that say what to run again
	log    *slog.Logger
	format term.Format
	global globals
	// unconfined: the host is looked at without the confinement of the reader.
	unconfined bool
	// observe: how long analyze watches what an application opens.
	observe        time.Duration
	sample         time.Duration
	recoverDeleted bool // analyze --recover-deleted
	resolve        bool // analyze --resolve
	ends           eol.Table
	root           string // of the file system to look at; "/" but for tests
}

// globals are the flags of every command.
type globals struct {
	workspace, config, output string
	quiet, noColor            bool
	verbose                   int
}

// Main runs one command line (without the program's name) and returns the exit code. Cancelling ctx ends children and returns Interrupted.
func Main(ctx context.Context, args []string, s *term.Streams) (code Code) {
	withoutCore()
	defer func() {
		if r := recover(); r != nil {
			fmt.Fprintf(s.Err, "a2c: %s\n", term.Lines(crashed(r).Error()))
			code = Failed
		}
	}()
	a := &app{Streams: s, getenv: os.Getenv, euid: os.Geteuid(), line: commandLine(append([]string{"a2c"}, args...)...), log: slog.New(slog.DiscardHandler)}
	root := newRoot(a)
	root.SetArgs(args)
	root.SetIn(s.In)
	root.SetOut(s.Out)
	root.SetErr(s.Err)
	ran, err := root.ExecuteContextC(ctx)
	code = codeOf(err)
	if ctx.Err() != nil && err != nil {
		code = Interrupted
	}
	a.explain(ran, err, code)
	return code
}

// explain says what went wrong: usage only with usage errors, and nothing where the command has said all.
func (a *app) explain(ran *cobra.Command, err error, code Code) {
	switch {
	case code == Interrupted:
		fmt.Fprintln(a.Err, "a2c: interrupted")
	case err == nil || err.Error() == "":
	case code == Usage:
		fmt.Fprintf(a.Err, "a2c: %s\n\nUsage: %s\nRun '%s --help' for its flags and an example.\n", term.Lines(err.Error()), ran.UseLine(), ran.CommandPath())
	default:
		fmt.Fprintf(a.Err, "a2c: %s\n", term.Lines(err.Error()))
	}
}

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "a2c",
		Short: "Turn running applications into container images and deployment files",
		Long: `a2c turns an application that runs on this machine, without its source, into a small container image
that is proved to behave like the original, and into the files that deploy it to Amazon ECS and EKS.

It reads the host and never changes it; it writes into its workspace alone.`,
		Example: `  sudo a2c inventory
  sudo a2c analyze --application-id java-tomcat-9e8e4799
  a2c check --application-id java-tomcat-9e8e4799`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs, // RunE names the near commands
		RunE:          group,
		PersistentPreRunE: func(c *cobra.Command, _ []string) error {
			return a.setUp(c)
		},
	}
	f := root.PersistentFlags()
	f.StringVar(&a.global.workspace, "workspace", "", "`folder` of a2c's documents (default /var/lib/a2c as root, else the XDG state folder)")
	f.StringVar(&a.global.config, "config", "", "configuration `file` (default /etc/a2c/config.yaml as root, else a2c/config.yaml in the XDG configuration folder)")
	f.StringVarP(&a.global.output, "output", "o", "", "`format`: table, json or yaml (default table on a terminal, else json)")
	f.BoolVarP(&a.global.quiet, "quiet", "q", false, "say nothing but errors")
	f.CountVarP(&a.global.verbose, "verbose", "v", "say more; twice: everything")
	f.BoolVar(&a.global.noColor, "no-color", false, "no colour (also NO_COLOR)")
	f.StringVar(&a.root, "root", "/", "`folder` that is taken for the root of the file system, /proc included")
	if err := f.MarkHidden("root"); err != nil { // the flag was added one line before
		a.log.Error("hide flag", "error", err)
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage(err) })
	root.AddGroup(
		&cobra.Group{ID: "look", Title: "Look at what runs here:"},
		&cobra.Group{ID: "make", Title: "Make images and files:"},
		&cobra.Group{ID: "more", Title: "More:"},
	)
	root.SetHelpCommandGroupID("more")
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(commands(a)...)
	return root
}

// group is what a command does that only holds others: an error that names the near ones, or all where none is named. Only a2c alone helps, and
// ends with 0: a script whose command is half a one must not go on as if it had been done.
func group(c *cobra.Command, args []string) error {
	switch {
	case len(args) == 0 && !c.HasParent():
		return c.Help()
	case len(args) == 0:
		var names []string
		for _, sub := range c.Commands() {
			if sub.IsAvailableCommand() {
				names = append(names, sub.Name())
			}
		}
		return usage(fmt.Errorf("say what to %s: %s", c.Name(), strings.Join(names, ", ")))
	}
	msg := fmt.Sprintf("there is no command %q", strings.Join(append(strings.Fields(c.CommandPath())[1:], args[0]), " "))
	c.SuggestionsMinimumDistance = 2
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		msg += "; did you mean " + strings.Join(near, ", ") + "?"
	}
	return usage(errors.New(msg))
}

// moreFormats is the annotation of a command that names its formats beside table, json and yaml.
const moreFormats = "formats"

// setUp applies environment, configuration file and the global flags before a command runs.
func (a *app) setUp(c *cobra.Command) error {
	v := viper.New()
	unread, err := a.configure(v, c)
	if err != nil {
		return usage(err)
	}
	a.Quiet = a.global.quiet
	if unread != nil {
		a.Note("%v", unread)
	}
	a.Color = a.Color && !a.global.noColor
	format, err := a.ParseFormat(a.global.output, strings.Fields(c.Annotations[moreFormats])...)
	if err != nil {
		return usage(err)
	}
	a.format = format
	level := slog.LevelWarn - slog.Level(4*a.global.verbose)
	if a.Quiet {
		level = slog.LevelError
	}
	a.log = slog.New(slog.NewTextHandler(a.Err, &slog.HandlerOptions{Level: level, ReplaceAttr: withoutTime}))
	return nil
}

func withoutTime(groups []string, attr slog.Attr) slog.Attr {
	if len(groups) == 0 && attr.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return attr
}

// open names the workspace; force lifts the free-space check and writes over the user's edits in generated files.
func (a *app) open(force bool) (*workspace.Workspace, error) {
	dir := a.global.workspace
	if dir == "" {
		d, err := workspace.Default(a.euid, a.getenv)
		if err != nil {
			return nil, err
		}
		dir = d
	}
	return workspace.Open(dir, force)
}

// locked opens the workspace, runs do while other writers are kept out, and gives it free again.
func (a *app) locked(force bool, do func(*workspace.Workspace) error) error {
	w, err := a.open(force)
	if err != nil {
		return err
	}
	unlock, err := w.Lock(a.line)
	if err != nil {
		return err
	}
	return errors.Join(do(w), unlock())
}

// lockedFor is locked for a command about an application that is known already. Of one that is not, nothing is made, not even the workspace.
func (a *app) lockedFor(id string, force bool, do func(*workspace.Workspace) error) error {
	if _, err := a.openFor(id, force); err != nil {
		return err
	}
	return a.locked(force, do)
}

func (a *app) openFor(id string, force bool) (*workspace.Workspace, error) {
	w, err := a.open(force)
	if err != nil {
		return nil, err
	}
	return w, a.known(w, id)
}

// lockedApp is lockedFor for a command that writes only what is the application's own: others may work on other applications meanwhile.
func (a *app) lockedApp(id string, force bool, do func(*workspace.Workspace) error) error {
	w, err := a.openFor(id, force)
	if err != nil {
		return err
	}
	if _, err := os.Stat(w.App(id)); err != nil {
		return do(w) // it was not analyzed: nothing will be written
	}
	unlock, err := w.LockApp(id, a.line)
	if err != nil {
		return err
	}
	return errors.Join(do(w), unlock())
}

// print writes a command's data to Out.
func (a *app) print(v any, table func(io.Writer) error) error { return a.Print(a.format, v, table) }

// commandLine is words as a shell takes them, quoted where needed, and fit for a terminal.
func commandLine(args ...string) string {
	var words []string
	for _, w := range args {
		if w == "" || strings.ContainsAny(w, " \t\n'\"\\$`*?[]{}()<>|&;#~!") {
			w = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
		words = append(words, w)
	}
	return term.Safe(strings.Join(words, " "))
}
