package cmd

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"a2c/internal/eol"
	"a2c/internal/term"
	"a2c/model"
)

// eolFlag lets a user bring a newer table of ends of life, and reads the table before the command does anything.
func (a *app) eolFlag(c *cobra.Command) {
	var file string
	c.Flags().StringVar(&file, "eol-table", "", "take ends of life from this `file` instead of a2c's own table (JSON: taken, from, missing, products with name, kind, match, source, ends, extended)")
	c.PreRunE = func(*cobra.Command, []string) error {
		var data []byte
		var err error
		if file != "" {
			if data, err = os.ReadFile(file); err != nil {
				return usage(fmt.Errorf("--eol-table: %w", err))
			}
		}
		if a.ends, err = eol.Read(data); err != nil {
			return usage(fmt.Errorf("--eol-table: %w", err))
		}
		return nil
	}
}

// endLines say what gets no updates any more, or soon, or is not in the table. base is the kind of the image's base, "" before there is one: what a base
// brings is its maker's matter.
func (a *app) endLines(w io.Writer, id string, i model.AnalysisInfo, base string) {
	for _, s := range a.ends.Look(eol.Parts(i), time.Now()) {
		theirs := base != "" && base != "host" && s.Kind == eol.System || base == "image" && s.Kind == eol.Runtime
		if s.State == eol.Supported || theirs {
			continue
		}
		way := ""
		if base != "vendor" && s.State != eol.Unknown && s.Kind != eol.Platform {
			way = "; containerize --base vendor stands on a well-kept image"
		}
		fmt.Fprintf(w, "%s: end of life: %s%s\n", term.Safe(id), s.Message, way)
	}
}
