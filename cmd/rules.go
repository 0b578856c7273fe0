package cmd

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"a2c/check"
	"a2c/internal/term"
)

func newRules(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "rules [RULE]",
		Short: "List and explain the rules of check",
		Long: `rules lists what a2c check demands, rule by rule: how much a breach weighs, what it looks at, and where AWS says so. With a rule's ID, or a part of one, it
explains it: what to do, and what was decided where sources disagree. docs/rules holds the same pages.`,
		Example: "  a2c rules\n  a2c rules fargate.network-mode-awsvpc\n  a2c rules -o json",
		GroupID: "more",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage(fmt.Errorf("unexpected argument %q", args[1]))
			}
			return nil
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return ruleIDs(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return a.explainRule(args[0])
			}
			all := check.Summaries()
			return a.print(all, func(w io.Writer) error {
				rows := term.Rows{Head: []string{"RULE", "SEVERITY", "TARGETS", "WHAT IT DEMANDS"}}
				for _, s := range all {
					rows.Add(s.ID, s.Severity, strings.Join(s.Targets, ","), s.Title)
				}
				return a.Write(w, rows)
			})
		},
	}
}

func ruleIDs() []string {
	var ids []string
	for _, s := range check.Summaries() {
		ids = append(ids, s.ID)
	}
	return ids
}

// explainRule prints a rule's page. A part of an ID will do where only one rule has it.
func (a *app) explainRule(id string) error {
	s, ok := check.Explain(id)
	if !ok {
		near := slices.DeleteFunc(ruleIDs(), func(known string) bool { return !strings.Contains(known, id) })
		switch {
		case len(near) == 1:
			s, _ = check.Explain(near[0])
		case len(near) > 1 && len(near) <= 12:
			return usage(fmt.Errorf("there is no rule %q; there are %s", id, strings.Join(near, ", ")))
		default:
			return usage(fmt.Errorf("there is no rule %q; a2c rules lists them", id))
		}
	}
	return a.print(s, func(w io.Writer) error {
		_, err := io.WriteString(w, s.Page())
		return err
	})
}
