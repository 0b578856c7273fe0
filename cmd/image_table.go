package cmd

import (
	"fmt"
	"io"
	"strconv"

	"a2c/internal/term"
	"a2c/model"
)

func (a *app) imageTable(w io.Writer, i model.Image, of model.AnalysisInfo) error {
	fmt.Fprintf(w, "%s:%s  %s\n", term.Safe(i.Repository), term.Safe(i.Tag), i.Digest)
	fmt.Fprintf(w, "%d files, %s compressed, %s on disk, base %s, built by %s\n%s in sbom.cdx.json beside it\n\n", i.Files, term.Size(i.Size), term.Size(i.Uncompressed), i.Base.Kind, i.Builder, term.Count(i.Components, "component"))
	rows := term.Rows{Head: []string{"LAYER", "FILES", "SIZE", "DIGEST"}}
	for _, l := range i.Layers {
		rows.Add(l.Name, strconv.Itoa(l.Files), term.Size(l.Size), l.Digest)
	}
	if err := a.Write(w, rows); err != nil {
		return err
	}
	a.endLines(w, i.ApplicationID, of, i.Base.Kind)
	for _, c := range i.Changes {
		fmt.Fprintf(w, "\nchanged: %s %s: %s\n", c.Kind, term.Safe(c.Target), term.Safe(c.Reason))
		if c.Diff != "" {
			fmt.Fprintln(w, term.Lines(c.Diff))
		} else if c.Before != "" || c.After != "" {
			fmt.Fprintf(w, "  was %s\n  now %s\n", term.Safe(c.Before), term.Safe(c.After))
		}
	}
	if len(i.SecretsInside) > 0 {
		fmt.Fprintln(w)
	}
	secretLines(w, "secret inside:", i.SecretsInside)
	return nil
}
