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
	rows := term.Rows{Head: []string{"ID", "FILES", "SIZE", "LEFT OUT", "LIBRARIES", "TALKS TO", "STATE", "LOGS", "SECRETS", "PORT", "FARGATE"}}
	for _, id := range slices.Sorted(maps.Keys(analyses)) {
		one := analyses[id]
		i := one.AnalysisInfo
		rows.Add(id, strconv.Itoa(i.Files.In), term.Size(i.Files.InBytes), strconv.Itoa(i.Files.Out), strconv.Itoa(len(i.Libraries)), strconv.Itoa(len(i.Dependencies)), strconv.Itoa(len(i.State)),
			strconv.Itoa(len(i.Logs)), strconv.Itoa(len(i.Secrets)), strconv.Itoa(one.ContainerParameters.ApplicationPort), fargateSize(i.Usage.Need))
	}
	if err := a.Write(w, rows); err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(analyses)) {
		a.fileLines(w, id, analyses[id].AnalysisInfo)
		observationLine(w, id, analyses[id].AnalysisInfo.Observation)
		a.endLines(w, id, analyses[id].AnalysisInfo, "")
		secretLines(w, id+": secret", analyses[id].AnalysisInfo.Secrets)
	}
	return nil
}

// fargateSize is the smallest pair of Fargate that fits a need, before the image is known.
func fargateSize(n *model.Need) string {
	if n == nil {
		return "-"
	}
	cpu, memory, ok := model.FitFargate(n.Units())
	if !ok {
		return "too large"
	}
	return fmt.Sprintf("%g vCPU %d MiB", float64(cpu)/1024, memory)
}

// observationLine sums up --observe.
func observationLine(w io.Writer, id string, o *model.Observation) {
	if o == nil {
		return
	}
	fmt.Fprintf(w, "%s: observed for %.0f s: %d files opened, of which %d are in the image for this alone", id, o.Seconds, o.Files, o.OnlyThen)
	if o.Ended > 0 {
		fmt.Fprintf(w, "; %d opens by processes that had ended before they could be told apart", o.Ended)
	}
	if o.Overflows > 0 {
		fmt.Fprintf(w, "; the kernel dropped events %d times: observe again when less goes on", o.Overflows)
	}
	fmt.Fprintln(w)
}

// secretLines says where secrets lie. Those of one name in one file, a script with many, share a line.
func secretLines(w io.Writer, head string, secrets []model.Secret) {
	for i := 0; i < len(secrets); {
		s := secrets[i]
		same := 1
		for i+same < len(secrets) && s.Place.Kind == "file" && secrets[i+same].Name == s.Name && secrets[i+same].Kind == s.Kind && secrets[i+same].Comment == s.Comment && secrets[i+same].Place.Path == s.Place.Path {
			same++
		}
		where := s.Place.Kind
		if s.Comment {
			where = "a comment of " + where
		}
		fmt.Fprintf(w, "%s %s (%s) in %s %s%s", head, term.Safe(s.Name), s.Kind, where, s.Place.Path, place(s.Place))
		if same > 1 {
			fmt.Fprintf(w, ", and %d more there", same-1)
		}
		fmt.Fprintln(w)
		i += same
	}
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
