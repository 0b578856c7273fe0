package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"a2c/check"
	"a2c/generate"
	"a2c/internal/term"
	"a2c/internal/workspace"
	"a2c/model"
)

// written is what was generated for one target.
type written struct {
	Target string   `json:"target"`
	Dir    string   `json:"dir"`
	Files  []string `json:"files"`
	Notes  []string `json:"notes"`
	// Refused are why the target refuses the application; then nothing was written, unless by force.
	Refused []string `json:"refused,omitempty"`
	Diff    string   `json:"diff,omitempty"` // with --dry-run: what would change
}

// refusals are the blockers of each target: those of its rules, and those that it met itself.
func (a *app) refusals(w *workspace.Workspace, f deploymentFlags, outputs map[string]generate.Output) (map[string][]string, error) {
	s, err := a.subject(w, f.id)
	if err != nil {
		return nil, err
	}
	all := map[string][]string{}
	for target, output := range outputs {
		lines := slices.Clone(output.Blockers)
		verdicts, err := check.Run(s, []string{target})
		if err != nil { // it has no rules
			verdicts = nil
		}
		for _, v := range verdicts {
			for _, finding := range v.Findings {
				if finding.Severity == model.Blocker {
					lines = append(lines, finding.Message+" ("+finding.Rule+")")
				}
			}
		}
		if len(lines) > 0 {
			all[target] = lines
		}
	}
	return all, nil
}

// writeTargets writes the files of each target that takes the application, or shows what would change. It may be interrupted between two of them, so that
// each is there whole.
func (a *app) writeTargets(ctx context.Context, w *workspace.Workspace, f deploymentFlags, outputs map[string]generate.Output, refused map[string][]string, made workspace.Made) error {
	all, problems := []written{}, []error{}
	for _, target := range slices.Sorted(maps.Keys(outputs)) {
		if err := ctx.Err(); err != nil {
			return err
		}
		x := written{Target: target, Dir: path.Join(w.App(f.id), target), Files: []string{}, Notes: []string{}, Refused: refused[target]}
		if len(x.Refused) > 0 && !f.force {
			problems = append(problems, refusal(f.ids, target, x.Refused))
		} else {
			out := outputs[target].Headed(heads(x.Refused))
			x.Files, x.Notes = slices.Sorted(maps.Keys(out.Files)), out.Notes
			err := a.writeTarget(w, f, &x, out.Files, made)
			if _, edited := errors.AsType[*workspace.EditedError](err); edited {
				problems = append(problems, err)
			} else if err != nil {
				return err
			}
		}
		all = append(all, x)
	}
	if err := a.print(all, func(w io.Writer) error { return a.writtenTable(w, all) }); err != nil {
		return err
	}
	return errors.Join(problems...)
}

func (a *app) writeTarget(w *workspace.Workspace, f deploymentFlags, x *written, files map[string][]byte, made workspace.Made) (err error) {
	if f.dryRun {
		x.Diff, err = w.DiffGenerated(f.id, x.Target, files)
		return err
	}
	return w.WriteGenerated(f.id, x.Target, files, made)
}

func heads(refused []string) []string {
	var lines []string
	for _, why := range refused {
		lines = append(lines, "REFUSED by this target, written by --force: "+why)
	}
	return lines
}

func refusal(ids []string, target string, why []string) error {
	application, look := "the application", "--application-id "+ids[0]
	if len(ids) > 1 {
		application, look = "the applications", "--all"
	}
	return &outcome{No, fmt.Errorf("%s refuses %s: %s; nothing was written for it. See a2c check %s, or write its files all the same with --force",
		target, application, term.Safe(strings.Join(why, "; ")), look)}
}

func (a *app) writtenTable(w io.Writer, all []written) error {
	for _, x := range all {
		fmt.Fprintf(w, "%s in %s\n", a.Paint(term.Bold, x.Target), term.Safe(x.Dir))
		for _, name := range x.Files {
			fmt.Fprintf(w, "  %s\n", term.Safe(name))
		}
		for _, n := range x.Notes {
			fmt.Fprintf(w, "  note: %s\n", term.Safe(n))
		}
		for _, n := range x.Refused {
			fmt.Fprintf(w, "  refused: %s\n", term.Safe(n))
		}
		if x.Diff != "" {
			fmt.Fprintf(w, "%s\n", strings.TrimSuffix(term.Lines(x.Diff), "\n"))
		}
	}
	return nil
}
