package cmd

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"a2c/analyze/report"
	"a2c/internal/term"
	"a2c/internal/workspace"
	"a2c/model"
)

// explained is one application's word on a path.
type explained struct {
	ApplicationID string     `json:"applicationId"`
	File          model.File `json:"file"`
	// Below sums up what is below a folder; nil when nothing is.
	Below *report.Summary `json:"below,omitempty"`
}

func newExplain(a *app) *cobra.Command {
	var id string
	var whyNot bool
	c := &cobra.Command{
		Use:   "explain PATH",
		Short: "Say why a file goes into an image, or why not",
		Long: `explain shows what analyze decided on a path and why, for each analysed application that knows it. For a folder it also says what
is below, and which folders of it hold most. With --why-not it says of one application what stands between the path and its image: each
source of knowledge that did not lead to it, and how to have it all the same.

Exit code 3: no analysed application knows the path; with --why-not: it is in the image.`,
		Example: "  a2c explain /opt/tomcat/conf/server.xml\n  a2c explain --application-id java-tomcat-9e8e4799 /opt/tomcat\n  a2c explain --application-id java-tomcat-9e8e4799 --why-not /etc/fonts/fonts.conf",
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
			if whyNot {
				return a.explainWhyNot(id, model.Path(abs))
			}
			return a.explainPath(id, model.Path(abs))
		},
	}
	a.idFlag(c, &id)
	c.Flags().BoolVar(&whyNot, "why-not", false, "say what stands between the path and the image")
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
	found, near := []explained{}, []explained{}
	for _, each := range ids {
		f, known, err := explainOne(w, each, target)
		switch {
		case err != nil && id == "" && isMissing(err): // never analysed
		case err != nil:
			return a.missing(err, each, w, "analyze")
		case known && f.File.Path == target:
			found = append(found, f)
		case known:
			near = append(near, f)
		}
	}
	if err := a.print(found, func(w io.Writer) error { return a.explainTable(w, found) }); err != nil {
		return err
	}
	if len(found) == 0 {
		return &outcome{No, fmt.Errorf("no analysed application knows %s%s; a2c analyze --application-id ID looks anew, and appSpecificFiles in analysis.json adds a path", target, nearest(near))}
	}
	return nil
}

// explainOne finds the word of one application on a path, or on the nearest folder above it, and sums up what is below.
func explainOne(w *workspace.Workspace, id string, target model.Path) (e explained, known bool, err error) {
	inside := strings.TrimSuffix(string(target), "/") + "/"
	e.ApplicationID = id
	below := func(yield func(model.File, error) bool) {
		for f, err := range w.Files(id) {
			switch {
			case err != nil:
				yield(f, err)
				return
			case f.Path == target || !strings.HasPrefix(string(f.Path), inside) && strings.HasPrefix(inside, strings.TrimSuffix(string(f.Path), "/")+"/"):
				e.File, known = f, true // they ascend: the last one is the nearest
			case strings.HasPrefix(string(f.Path), inside) && !yield(f, nil):
				return
			}
		}
	}
	s, err := report.Summarize(below, maxFolders)
	if err == nil && len(s.Decisions) > 0 {
		s.Folders = slices.DeleteFunc(s.Folders, func(f report.Sum) bool { return !strings.HasPrefix(f.Name, inside) })
		e.Below = &s
	}
	return e, known, err
}

// maxFolders is how many folders and files of a folder are told.
const maxFolders = 10

// nearest names the folder above a path that is known, with its reason.
func nearest(near []explained) string {
	if len(near) == 0 {
		return ""
	}
	f := near[0].File
	return fmt.Sprintf(": it was not there or not looked at; the nearest that %s knows is %s (%s, %s)", near[0].ApplicationID, f.Path, f.Decision, because(f.Reasons))
}

func (a *app) explainTable(w io.Writer, found []explained) error {
	for _, e := range found {
		f := e.File
		fmt.Fprintf(w, "%s: %s\n  %s", e.ApplicationID, f.Path, f.Decision)
		if f.Layer != "" {
			fmt.Fprintf(w, ", layer %s", f.Layer)
		}
		if f.Group != "" && f.Group != f.Layer {
			fmt.Fprintf(w, ", %s", f.Group)
		}
		fmt.Fprintf(w, " (%s, mode %04o, %d:%d, %s)\n", f.Type, f.Mode, f.UID, f.GID, term.Size(f.Size))
		if f.Package != "" {
			fmt.Fprintf(w, "  of the package %s\n", term.Safe(f.Package))
		}
		for _, r := range f.Reasons {
			fmt.Fprintf(w, "  because %s\n", term.Safe(r))
		}
		if f.Doubt != "" {
			fmt.Fprintf(w, "  in doubt, since %s%s\n", term.Safe(f.Doubt), otherwise(f.Decision, f.Doubt))
		}
		if e.Below == nil {
			continue
		}
		rows := term.Rows{Head: []string{"  SIZE", "FILES", "BELOW IT"}}
		for _, d := range e.Below.Decisions {
			rows.Add("  "+term.Size(d.Bytes), strconv.Itoa(d.Files), d.Name)
		}
		for _, d := range e.Below.Folders {
			rows.Add("  "+term.Size(d.Bytes), strconv.Itoa(d.Files), model.Path(d.Name).String())
		}
		if err := a.Write(w, rows); err != nil {
			return err
		}
	}
	return nil
}
