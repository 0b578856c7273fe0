package cmd

import (
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"a2c/internal/term"
	"a2c/internal/workspace"
	"a2c/model"
)

// inForce is the part of a configuration that was asked for.
type inForce struct {
	Rules    string               `json:"rules"`
	Profiles []string             `json:"profiles"`
	Sources  []model.ConfigSource `json:"sources"`
	Values   []model.ConfigValue  `json:"values"`
	Skips    []model.Skip         `json:"skips"`
}

func newConfig(a *app) *cobra.Command {
	var id, key string
	var overridden bool
	c := &cobra.Command{
		Use:   "config --application-id ID",
		Short: "Show the configuration that is in force, and where it comes from",
		Long: `config shows what analyze found: each value that is in force by the order of precedence of the application's own framework, placeholders
replaced and secrets redacted, with the file and line, variable or argument that sets it. With --overridden the values that do not count follow
each one, from what would count next. It looks at nothing but the workspace.`,
		Example: "  a2c config --application-id java-springboot-3b526ec7\n  a2c config --application-id java-springboot-3b526ec7 --key 'spring.datasource.*' --overridden",
		GroupID: "look",
		Args:    none,
		RunE: func(*cobra.Command, []string) error {
			if err := checkID(id); err != nil {
				return err
			}
			if _, err := path.Match(key, ""); err != nil {
				return usage(fmt.Errorf("--key %q: %w", key, err))
			}
			return a.effective(id, key, overridden)
		},
	}
	a.idFlag(c, &id)
	c.Flags().StringVar(&key, "key", "", "only keys that match, case ignored: `GLOB`")
	c.Flags().BoolVar(&overridden, "overridden", false, "list the values that others take the place of, too")
	return c
}

func (a *app) effective(id, glob string, overridden bool) error {
	c, err := document[model.Configuration](a, id, workspace.ConfigurationFile)
	if err != nil {
		return err
	}
	found := inForce{c.Rules, c.Profiles, c.Sources, []model.ConfigValue{}, c.Skips}
	for _, v := range c.Values {
		if glob == "" || globbed(glob, v.Key) {
			found.Values = append(found.Values, v)
		}
	}
	if err := a.print(found, func(w io.Writer) error { return a.effectiveTable(w, found, overridden) }); err != nil {
		return err
	}
	a.noteSkips(c.Skips)
	if len(found.Values) == 0 && glob != "" {
		return &outcome{No, fmt.Errorf("no key matches %q", glob)}
	}
	return nil
}

// globbed matches a key; * stands for any text, separators too.
func globbed(glob, key string) bool {
	plain := strings.NewReplacer("/", "\x01", "[", `\[`).Replace(strings.ToLower(glob))
	ok, err := path.Match(plain, strings.ReplaceAll(strings.ToLower(key), "/", "\x01"))
	return ok && err == nil
}

func (a *app) effectiveTable(w io.Writer, c inForce, overridden bool) error {
	fmt.Fprintf(w, "by the rules of %s", term.Safe(c.Rules))
	if len(c.Profiles) > 0 {
		fmt.Fprintf(w, ", with the profiles %s", term.Safe(strings.Join(c.Profiles, ", ")))
	}
	fmt.Fprint(w, "\n\n")
	rows := term.Rows{Head: []string{"KEY", "VALUE", "ORIGIN"}}
	for _, v := range c.Values {
		origin := originOf(v.Kind, v.Place)
		if v.Problem != "" {
			origin += " (" + v.Problem + ")"
		}
		rows.Add(v.Key, v.Value, origin)
		if !overridden {
			continue
		}
		if v.Written != "" {
			rows.Add("  written", v.Written, "")
		}
		for _, o := range v.Overrides {
			rows.Add("  instead of", o.Value, originOf(o.Kind, o.Place))
		}
	}
	if err := a.Write(w, rows); err != nil {
		return err
	}
	fmt.Fprintln(w)
	sources := term.Rows{Head: []string{"VALUES", "SOURCE, WHAT COUNTS MOST FIRST"}}
	for _, s := range c.Sources {
		sources.Add(strconv.Itoa(s.Values), strings.TrimSpace(s.Kind+" "+s.Path.String()))
	}
	return a.Write(w, sources)
}

// originOf words a place: a file with its line, a variable, or an argument by its number.
func originOf(kind string, p model.Place) string {
	switch p.Kind {
	case "file":
		return string(model.FromFile(p.Path, p.Line))
	case "env":
		if p.Path == "" {
			return "variable " + p.Key + " of the process"
		}
		return "variable " + p.Key + " by " + string(model.FromFile(p.Path, p.Line))
	case "argv":
		return strings.TrimPrefix(kind+", argument ", "argument, ") + strconv.Itoa(p.Arg)
	}
	return kind
}
