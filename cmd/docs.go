package cmd

import (
	"log/slog"

	"github.com/spf13/cobra"

	"a2c/internal/term"
)

// Tree is the command line as cmd/a2c-docs writes about it. It runs nothing: what makes manual pages is a quarter of a megabyte that a2c does not carry.
func Tree() *cobra.Command {
	return newRoot(&app{Streams: &term.Streams{}, getenv: func(string) string { return "" }, log: slog.New(slog.DiscardHandler)})
}
