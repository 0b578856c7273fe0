package cmd

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"a2c/internal/disk"
	"a2c/templates"
)

func newTemplates(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "templates",
		Short: "List or export the templates of generated files that you may replace",
		Long: `templates lists the templates that a folder of --templates of generate app-deployment may hold in the place of a2c's own: those of each README.md. Their language
is that of Go's text/template, without methods, named templates and break; a field that does not exist is an error.`,
		Example: "  a2c templates\n  a2c templates export my-templates\n  a2c generate app-deployment --application-id java-tomcat-9e8e4799 --templates my-templates",
		GroupID: "more",
		Args:    none,
		RunE: func(*cobra.Command, []string) error {
			return a.print(templates.Overridable(), func(w io.Writer) error {
				_, err := fmt.Fprintln(w, strings.Join(templates.Overridable(), "\n"))
				return err
			})
		},
	}
	c.AddCommand(&cobra.Command{
		Use:     "export DIR",
		Short:   "Write a2c's own templates into a folder",
		Long:    "export writes a2c's own templates into a folder, to be edited. A file that is there already stays, and is an error.",
		Example: "  a2c templates export my-templates",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage(errors.New("name one folder: a2c templates export DIR"))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.exportTemplates(args[0]) },
	})
	return c
}

func (a *app) exportTemplates(dir string) error {
	names := templates.Overridable()
	for _, name := range names { // nothing is written when one cannot be
		if _, err := os.Lstat(filepath.Join(dir, name)); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s is there already: name another folder, or move it away", filepath.Join(dir, name))
		}
	}
	for _, name := range names {
		text, err := templates.FS.ReadFile(name)
		if err != nil {
			return err
		}
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return disk.Cause(err)
		}
		if err := disk.WriteFile(file, text, 0o644); err != nil {
			return err
		}
	}
	return a.print(names, func(w io.Writer) error {
		_, err := fmt.Fprintln(w, strings.Join(names, "\n"))
		return err
	})
}
