package cmd

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

func newDocs(*app) *cobra.Command {
	return &cobra.Command{
		Use:     "docs DIR",
		Short:   "Write the manual pages into a folder",
		Example: "  a2c docs man/man1",
		Hidden:  true,
		Args:    exactly("the folder"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return fmt.Errorf("write manual pages: %w", err)
			}
			c.Root().DisableAutoGenTag = true
			epoch := time.Unix(0, 0).UTC() // the same pages from every build
			return doc.GenManTree(c.Root(), &doc.GenManHeader{Title: "A2C", Section: "1", Source: "a2c", Manual: "a2c", Date: &epoch}, args[0])
		},
	}
}
