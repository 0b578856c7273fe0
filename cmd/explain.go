package cmd

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"a2c/internal/term"
	"a2c/model"
)

// explained is one application's word on a path.
type explained struct {
	ApplicationID string     `json:"applicationId"`
	File          model.File `json:"file"`
}

func newExplain(a *app) *cobra.Command {
	var id string
	c := &cobra.Command{
		Use:   "explain PATH",
		Short: "Say why a file goes into an image, or why not",
		Long: `explain shows what analyze decided on a path and why, for each analysed application that knows it. For a folder it also counts what is below.

Exit code 3: no analysed application knows the path.`,
		Example: "  a2c explain /opt/tomcat/conf/server.xml\n  a2c explain --application-id java-tomcat-9e8e4799 /opt/tomcat",
		GroupID: "look",
		Args:    exactly("the path"),
		RunE: func(_ *cobra.Command, args []string) error {
			var target model.Path
			if err := target.UnmarshalText([]byte(args[0])); err != nil {
				return usage(err)
			}
			abs, err := filepath.Abs(string(target))
			if err != nil {
				return err
			}
			return a.explainPath(id, model.Path(abs))
		},
	}
	a.idFlag(c, &id)
	return c
}

func (a *app) explainPath(id string, target model.Path) error {
	w, err := a.open(false)
	if err != nil {
		return err
	}
	ids := knownIDs(w)
	if id != "" {
		if err := checkID(id); err != nil {
			return err
		}
		ids = []string{id}
	}
	found := []explained{}
	below := map[string]map[string]int{}
	for _, each := range ids {
		below[each] = map[string]int{}
		for file, err := range w.Files(each) {
			if err != nil {
				if id == "" && isMissing(err) {
					break // never analysed
				}
				return a.missing(err, each, w, "analyze")
			}
			switch {
			case file.Path == target:
				found = append(found, explained{each, file})
			case strings.HasPrefix(string(file.Path), strings.TrimSuffix(string(target), "/")+"/"):
				below[each][file.Decision]++
			}
		}
	}
	if err := a.print(found, func(w io.Writer) error { return explainTable(w, found, below) }); err != nil {
		return err
	}
	if len(found) == 0 {
		return &outcome{No, fmt.Errorf("no analysed application knows %s; a2c analyze --application-id ID looks anew, and appSpecificFiles in analysis.json adds a path", target)}
	}
	return nil
}

func explainTable(w io.Writer, found []explained, below map[string]map[string]int) error {
	for _, e := range found {
		f := e.File
		fmt.Fprintf(w, "%s: %s\n  %s", e.ApplicationID, f.Path, f.Decision)
		if f.Layer != "" {
			fmt.Fprintf(w, ", layer %s", f.Layer)
		}
		fmt.Fprintf(w, " (%s, mode %04o, %d:%d, %s)\n", f.Type, f.Mode, f.UID, f.GID, term.Size(f.Size))
		for _, r := range f.Reasons {
			fmt.Fprintf(w, "  because %s\n", term.Safe(r))
		}
		if n := below[e.ApplicationID]; len(n) > 0 {
			fmt.Fprintf(w, "  below it: %d in, %d out, %d state, %d emptied\n", n[model.In], n[model.Out], n[model.State], n[model.Empty])
		}
	}
	return nil
}
