package cmd

import (
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"

	"a2c/analyze/files"
	"a2c/analyze/report"
	"a2c/internal/term"
	"a2c/internal/workspace"
	"a2c/model"
)

// explainWhyNot says what stands between a path and an application's image.
func (a *app) explainWhyNot(id string, target model.Path) error {
	w, err := a.open(false)
	if err != nil {
		return err
	}
	if id == "" {
		return usage(errors.New("--why-not asks about one application: say --application-id ID; a2c inventory lists them"))
	}
	if err := checkID(id); err != nil {
		return err
	}
	analysis, err := workspace.Load[model.Analysis](w, path.Join(id, workspace.AnalysisFile))
	if err != nil {
		return a.missing(err, id, w, "analyze")
	}
	why, err := report.NewWhyNot(analysis.AnalysisInfo, w.Files(id), target, files.Against(string(target)))
	if err != nil {
		return a.missing(err, id, w, "analyze")
	}
	if err := a.print(why, func(w io.Writer) error { return a.whyNotTable(w, id, why) }); err != nil {
		return err
	}
	if why.Decision == model.In {
		return &outcome{No, fmt.Errorf("%s is in the image of %s: a2c explain %s tells why", target, id, target)}
	}
	return nil
}

func (a *app) whyNotTable(w io.Writer, id string, y report.WhyNot) error {
	state := y.Decision
	if !y.Known {
		state = "nothing led to it"
	}
	fmt.Fprintf(w, "%s: %s\n  %s\n", id, y.Path, state)
	for _, r := range y.Reasons {
		fmt.Fprintf(w, "  because %s\n", term.Safe(r))
	}
	if n := y.Nearest; n != nil {
		fmt.Fprintf(w, "  the nearest above it is %s: %s (%s)\n", n.Path, n.Decision, because(n.Reasons))
	}
	if !y.Known && y.Against != "" {
		fmt.Fprintf(w, "  its name would keep it out, unless something names it: %s\n", y.Against)
	}
	rows := term.Rows{Head: []string{"  SOURCE", "PATHS", "DID NOT LEAD TO IT"}}
	for _, s := range y.Sources {
		rows.Add("  "+s.Source, strconv.Itoa(s.Files), s.Looked)
	}
	if err := a.Write(w, rows); err != nil {
		return err
	}
	fmt.Fprintf(w, "  %s\n", y.Remedy)
	return nil
}
