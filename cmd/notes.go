package cmd

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"a2c/internal/term"
	"a2c/internal/workspace"
	"a2c/model"
)

// noteEdits says what became of the user's changes.
func (a *app) noteEdits(edits []workspace.Edit) {
	for _, e := range edits {
		at := e.Place + ": " + e.Path
		switch e.Kind {
		case workspace.Replaced:
			a.Note("%s: this part is not yours to edit; your change there was replaced", at)
		case workspace.Conflict:
			a.Note("%s: yours stays, %s; a2c now proposes %s", at, shown(e.Yours), shown(e.Proposed))
		default:
			a.log.Info("yours stays", "at", at, "value", shown(e.Yours))
		}
	}
}

func shown(json string) string {
	if json == "" {
		return "taken out"
	}
	return json
}

func (a *app) analysisTable(w io.Writer, analyses map[string]model.Analysis) error {
	if len(analyses) == 0 {
		return nil
	}
	rows := term.Rows{Head: []string{"ID", "FILES", "SIZE", "LEFT OUT", "LIBRARIES", "STATE", "LOGS", "SECRETS", "PORT"}}
	for _, id := range slices.Sorted(maps.Keys(analyses)) {
		a := analyses[id]
		i := a.AnalysisInfo
		rows.Add(id, strconv.Itoa(i.Files.In), term.Size(i.Files.InBytes), strconv.Itoa(i.Files.Out), strconv.Itoa(len(i.Libraries)), strconv.Itoa(len(i.State)),
			strconv.Itoa(len(i.Logs)), strconv.Itoa(len(i.Secrets)), strconv.Itoa(a.ContainerParameters.ApplicationPort))
	}
	if err := a.Write(w, rows); err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(analyses)) {
		for _, s := range analyses[id].AnalysisInfo.Secrets {
			fmt.Fprintf(w, "%s: secret %s (%s) in %s %s%s\n", id, term.Safe(s.Name), s.Kind, s.Place.Kind, s.Place.Path, place(s.Place))
		}
	}
	return nil
}

func place(p model.Place) string {
	switch {
	case p.Line > 0:
		return fmt.Sprintf(":%d", p.Line)
	case p.Arg > 0:
		return fmt.Sprintf("[%d]", p.Arg)
	}
	return term.Safe(p.Key)
}
