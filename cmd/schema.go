package cmd

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"a2c/schemas"
)

func newSchema(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "schema [DOCUMENT]",
		Short: "Print the JSON Schema of a document of the workspace",
		Long: `schema prints the JSON Schema (draft 2020-12) of inventory.json, analysis.json and the other documents that a2c keeps in its workspace and prints
with -o json. Without an argument it lists them. Lines of files.jsonl are documents each.`,
		Example:   "  a2c schema\n  a2c schema inventory > inventory.schema.json",
		GroupID:   "more",
		ValidArgs: schemas.Names(),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage(fmt.Errorf("unexpected argument %q", args[1]))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return a.print(schemas.Names(), func(w io.Writer) error {
					_, err := fmt.Fprintln(w, strings.Join(schemas.Names(), "\n"))
					return err
				})
			}
			name := strings.TrimSuffix(strings.TrimSuffix(args[0], ".json"), ".jsonl")
			text, err := schemas.Of(name)
			if err != nil {
				return usage(errors.New("there is no document " + args[0] + "; there are " + strings.Join(schemas.Names(), ", ")))
			}
			_, err = a.Out.Write(text)
			return err
		},
	}
}
