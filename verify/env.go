package verify

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"a2c/internal/reveal"
	"a2c/model"
)

// ParseSecret reads the value of --secret: NAME=@FILE.
func ParseSecret(s string) (name, file string, err error) {
	name, file, ok := strings.Cut(s, "=@")
	if !ok || name == "" || file == "" {
		return "", "", errors.New("a secret is given as NAME=@FILE: its value is read from the file, so that it shows in no list of processes")
	}
	return name, file, nil
}

// ParseEnv checks the value of --env: NAME=VALUE.
func ParseEnv(s string) (string, error) {
	if name, _, ok := strings.Cut(s, "="); !ok || name == "" || strings.ContainsRune(s, 0) {
		return "", fmt.Errorf("variable %q: give NAME=VALUE", s)
	}
	return s, nil
}

// environment is what the twin gets beside the image's own variables.
type environment struct {
	list   []string // NAME=value, sorted by name
	values []string // values of secrets, to be redacted
}

// gather reads the needed secrets from their places, or from the files that the user names, and adds the user's variables, which win.
// Only those secrets that the image needs go to the twin; the values of all others that are known are read too, to keep them out of what is shown.
func gather(o Options, r *reveal.Reader) (environment, error) {
	var e environment
	var missing []error
	for _, s := range o.Image.Needs.Secrets {
		if _, ok := o.Secrets[s.Name]; ok || sets(o.Env, s.Name) {
			continue
		}
		value, err := r.Value(s.Place)
		if err != nil {
			missing = append(missing, fmt.Errorf("secret %s: %w; or give it: --secret %s=@FILE", model.Path(s.Name), err, model.Path(s.Name)))
			continue
		}
		e.values = append(e.values, value)
		if !sets(e.list, s.Name) { // of several places of one variable the first
			e.list = append(e.list, s.Name+"="+value)
		}
	}
	if err := errors.Join(missing...); err != nil {
		return environment{}, err
	}
	for name, file := range o.Secrets {
		value, err := reveal.FromFile(file)
		if err != nil {
			return environment{}, fmt.Errorf("secret %s: %w", model.Path(name), err)
		}
		e.values = append(e.values, value)
		if !sets(o.Env, name) {
			e.list = append(e.list, name+"="+value)
		}
	}
	e.list = append(e.list, o.Env...)
	slices.SortStableFunc(e.list, func(a, b string) int {
		x, _, _ := strings.Cut(a, "=")
		y, _, _ := strings.Cut(b, "=")
		return strings.Compare(x, y)
	})
	for _, s := range slices.Concat(o.Analysis.AnalysisInfo.Secrets, o.Image.SecretsInside) {
		if s.Comment {
			continue // nothing uses it, and of a default that is commented out, "password", it would make holes in every log
		}
		if value, err := r.Value(s.Place); err == nil { // one that cannot be read cannot be in the image either
			e.values = append(e.values, value)
		}
	}
	return e, nil
}

func sets(env []string, name string) bool {
	return slices.ContainsFunc(env, func(v string) bool { return strings.HasPrefix(v, name+"=") })
}
