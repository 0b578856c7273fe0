// Command a2c-docs writes the manual pages of a2c into a folder: a2c-docs man/man1.
package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra/doc"

	"a2c/cmd"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "a2c-docs: %v\n", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return errors.New("say one folder: a2c-docs man/man1")
	}
	if err := os.MkdirAll(args[0], 0o755); err != nil {
		return fmt.Errorf("write manual pages: %w", err)
	}
	root := cmd.Tree()
	root.DisableAutoGenTag = true
	epoch := time.Unix(0, 0).UTC() // the same pages from every build
	return doc.GenManTree(root, &doc.GenManHeader{Title: "A2C", Section: "1", Source: "a2c", Manual: "a2c", Date: &epoch}, args[0])
}
