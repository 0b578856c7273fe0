package containerize

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"a2c/containerize/layer"
	"a2c/model"
)

// maxConfigFile bounds a configuration file whose copy is edited; real ones have some kilobytes.
const maxConfigFile = 1 << 20

// fileSecrets takes secrets out of the image's copies of configuration files, where the application's kind takes the same value from a variable without a change of
// its code: the copy holds a placeholder, and the value is given when the image runs. Secrets in comments are taken out, too: nothing reads them. What stays
// is listed by inside.
func (s *start) fileSecrets() error {
	files := map[model.Path][]model.Secret{}
	for _, k := range s.plan.inside(s.info.Secrets) {
		named := k.Place.Key != "" || k.Comment || s.jettyArgument(k.Place)
		if k.Place.Line > 0 && named && !strings.Contains(string(k.Place.Path), "!/") {
			files[k.Place.Path] = append(files[k.Place.Path], k)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := s.takeOut(name, files[name]); err != nil {
			return fmt.Errorf("secrets in %s: %w", name, err)
		}
	}
	s.readVariables()
	return nil
}

// takeOut edits the copy of one file.
func (s *start) takeOut(name model.Path, secrets []model.Secret) error {
	it := s.plan.find(string(name))
	if it == nil || it.Kind != layer.File || it.Size > maxConfigFile {
		return nil
	}
	data, err := s.plan.current(it, maxConfigFile)
	if err != nil {
		return err
	}
	e := configEdit{base: path.Base(string(name)), data: data}
	var given []string
	unread := 0
	for _, k := range secrets {
		if k.Comment {
			if e.comment(k.Place.Line) {
				unread++
				s.plan.takenOut(k.Place)
			}
			continue
		}
		p, ok := s.replaced(&e, k)
		if !ok {
			continue
		}
		s.plan.takenOut(k.Place)
		if p.variable == "" {
			unread++
			continue
		}
		k.Name, k.Evidence = p.variable, nil
		s.secrets = append(s.secrets, k)
		given = append(given, p.variable)
	}
	if len(given)+unread == 0 {
		return nil
	}
	s.edited(it, &e, model.Change{Kind: "secret", After: strings.Join(given, ", "), Reason: whyTaken(given, unread)})
	return nil
}

// replaced edits the copy where one secret stands.
func (s *start) replaced(e *configEdit, k model.Secret) (placeholder, bool) {
	if s.info.ApplicationType == "java-jetty" {
		variable, ok := s.jettyPlaceholder(e, k)
		return placeholder{variable: variable}, ok
	}
	p, ok := s.placeholder(k)
	return p, ok && e.set(k.Place, p.text)
}

func whyTaken(given []string, unread int) string {
	var parts []string
	if len(given) > 0 {
		parts = append(parts, "given by variables when it runs: everybody who pulls the image can read its files")
	}
	if unread > 0 {
		parts = append(parts, strconv.Itoa(unread)+" that nothing reads: in comments, overridden by a variable, or in a document that is not in force")
	}
	return strings.Join(parts, "; ")
}
