package cmd

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"a2c/internal/reveal"
	"a2c/internal/term"
	"a2c/internal/workspace"
	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

func newSecrets(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "secrets WHAT",
		Short: "List an application's secrets, and put them where its image finds them",
		Example: `  sudo a2c secrets list --application-id java-tomcat-9e8e4799
  sudo a2c secrets put --application-id java-tomcat-9e8e4799 --to secretsmanager`,
		GroupID: "make",
		Args:    cobra.ArbitraryArgs, // RunE names the near commands
		RunE:    group,
	}
	c.AddCommand(newSecretsList(a), newSecretsPut(a))
	return c
}

// listed is a secret as secrets list tells it.
type listed struct {
	model.Secret
	// SharedWith are the other analysed applications of this machine that hold the same value now; of those in Unread that is not known.
	SharedWith []string `json:"sharedWith"`
}

// secretList is what secrets list prints.
type secretList struct {
	ApplicationID string                 `json:"applicationId"`
	Secrets       []listed               `json:"secrets"`
	Indirect      []model.IndirectSecret `json:"indirectSecrets"`
	// Unread are those whose value could not be read again from its place, with why: what they share is not known.
	Unread []string `json:"unread"`
}

func newSecretsList(a *app) *cobra.Command {
	var id string
	var all bool
	c := &cobra.Command{
		Use:   "list --application-id ID",
		Short: "Say where secrets lie, what they open, and who shares them",
		Long: `list names the secrets that analyze found: where each lies, what it opens, how long it is, and a name for it in Secrets Manager, SSM and Kubernetes.
Which applications hold the same value is found out by reading the values again from their places, now: only digests under a random key are compared, in
memory, and nothing of them is kept. Values are never shown.`,
		Example: "  sudo a2c secrets list --application-id java-tomcat-9e8e4799\n  sudo a2c secrets list --application-id java-tomcat-9e8e4799 --all",
		Args:    none,
		RunE: func(_ *cobra.Command, _ []string) error {
			if err := checkID(id); err != nil {
				return err
			}
			return a.secretsList(id, all)
		},
	}
	a.idFlag(c, &id)
	c.Flags().BoolVar(&all, "all", false, "also those in comments, which nothing uses")
	return c
}

func (a *app) secretsList(id string, all bool) error {
	w, err := a.open(false)
	if err != nil {
		return err
	}
	analysis, err := workspace.Load[model.Analysis](w, path.Join(id, workspace.AnalysisFile))
	if err != nil {
		return a.missing(err, id, w, "analyze")
	}
	info := analysis.AnalysisInfo
	list := secretList{ApplicationID: id, Secrets: []listed{}, Indirect: slices.Concat([]model.IndirectSecret{}, info.IndirectSecrets), Unread: []string{}}
	holders, err := a.holders(w)
	if err != nil {
		return err
	}
	for _, s := range info.Secrets {
		if s.Comment && !all {
			continue
		}
		l := listed{Secret: s}
		if l.SharedWith, err = holders.of(id, s); err != nil {
			list.Unread = append(list.Unread, fmt.Sprintf("%s: %v", s.Name, err))
		}
		list.Secrets = append(list.Secrets, l)
	}
	return a.print(list, func(w io.Writer) error { return a.secretsTable(w, list) })
}

func (a *app) secretsTable(w io.Writer, list secretList) error {
	rows := term.Rows{Head: []string{"NAME", "KIND", "PLACE", "LENGTH", "PROPOSED", "SHARED WITH"}}
	for _, s := range list.Secrets {
		where := wherePlaced(s.Place)
		if s.Comment {
			where += " (comment)"
		}
		rows.Add(s.Name, s.Kind, where, s.Length, s.ProposedName, strings.Join(s.SharedWith, " "))
	}
	if len(list.Secrets) == 0 {
		fmt.Fprintln(w, "no secret was found")
	} else if err := a.Write(w, rows); err != nil {
		return err
	}
	for _, s := range list.Indirect {
		fmt.Fprintf(w, "no secret itself: %s (%s) in %s\n", term.Safe(s.Name), s.Form, term.Safe(wherePlaced(s.Place)))
	}
	for _, u := range list.Unread {
		a.Note("could not be compared with those of other applications: %s", term.Safe(u))
	}
	return nil
}

// wherePlaced is a place in one word.
func wherePlaced(p model.Place) string {
	switch {
	case p.Kind == "file" && p.Line > 0:
		return fmt.Sprintf("%s:%d", p.Path, p.Line)
	case p.Kind == "file":
		return p.Path.String()
	case p.Kind == "argv":
		return fmt.Sprintf("argv[%d]", p.Arg)
	}
	return p.Kind + " " + p.Key
}

// holders knows which application holds which value: by digests under a key that lives as long as this command. Each value is read once.
type holders struct {
	why  map[string]error // of applications that do not run as they were analyzed
	read map[held]digests
	ids  map[[sha256.Size]byte][]string
	key  [sha256.Size]byte
}

// held is a secret of an application.
type held struct {
	id    string
	place model.Place
}

// digests are those of a secret's parts, or why it could not be read.
type digests struct {
	sums [][sha256.Size]byte
	err  error
}

// holders reads the values of all analysed applications.
func (a *app) holders(w *workspace.Workspace) (*holders, error) {
	t, err := host.Machine(a.root)
	if err != nil {
		return nil, err
	}
	h := &holders{why: map[string]error{}, read: map[held]digests{}, ids: map[[sha256.Size]byte][]string{}}
	if _, err := rand.Read(h.key[:]); err != nil {
		return nil, err
	}
	for _, id := range knownIDs(w) {
		analysis, err := workspace.Load[model.Analysis](w, path.Join(id, workspace.AnalysisFile))
		if err != nil {
			continue // not analysed
		}
		r, err := reveal.Open(t, analysis.AnalysisInfo.App)
		if err != nil {
			h.why[id] = err
			continue
		}
		for _, s := range analysis.AnalysisInfo.Secrets {
			h.add(r, id, s)
		}
	}
	return h, nil
}

// add reads one. What stands in a comment is held by nobody, but may be asked for.
func (h *holders) add(r *reveal.Reader, id string, s model.Secret) {
	var d digests
	value, err := r.Value(s.Place)
	if d.err = err; err == nil {
		for _, part := range parts(s, value) {
			sum := h.sum(part)
			d.sums = append(d.sums, sum)
			if !s.Comment && !slices.Contains(h.ids[sum], id) {
				h.ids[sum] = append(h.ids[sum], id)
			}
		}
	}
	h.read[held{id, s.Place}] = d
}

func (h *holders) sum(value string) (out [sha256.Size]byte) {
	m := hmac.New(sha256.New, h.key[:])
	io.WriteString(m, value) //nolint:errcheck // a hash takes everything
	m.Sum(out[:0])
	return out
}

// parts are the secret parts of what stands at a secret's place: a password, whatever URL it stands in.
func parts(s model.Secret, value string) []string {
	var list []string
	for _, span := range parse.FindSecrets(s.Name, value) {
		list = append(list, value[span.Start:span.End])
	}
	if len(list) == 0 {
		return []string{value}
	}
	return list
}

// of names the other applications that hold the value of a secret, or of a part of it.
func (h *holders) of(id string, s model.Secret) ([]string, error) {
	if err := h.why[id]; err != nil {
		return nil, err
	}
	d := h.read[held{id, s.Place}]
	if d.err != nil {
		return nil, d.err
	}
	others := []string{}
	for _, sum := range d.sums {
		others = append(others, h.ids[sum]...)
	}
	others = slices.DeleteFunc(others, func(other string) bool { return other == id })
	slices.Sort(others)
	return slices.Compact(others), nil
}
