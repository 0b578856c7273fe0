// Package templates holds the text of every output that is a language of its own, one folder per target. Values are put in by the
// target's own functions, which quote them; a template gives shape and comments.
package templates

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
)

// FS holds the templates by their path in this folder: "dockerfile/Dockerfile.tmpl".
//
//go:embed compose dockerfile ecs eks together verify
var FS embed.FS

// Own are the user's own templates, in the places of a2c's.
type Own struct {
	// Dir is a folder with some of those that Overridable names; "": none.
	Dir string
}

// Overridable are the templates that a user may replace, by their path: what a2c generates for people to read. The others make what a2c itself relies on.
func Overridable() []string {
	var names []string
	for _, target := range []string{"compose", "ecs", "eks", "together"} {
		names = append(names, path.Join(target, "README.md.tmpl"))
	}
	return names
}

// Check refuses a folder that is not there or holds what nobody reads: a template of another name would be passed over in silence.
func (o Own) Check() error {
	if o.Dir == "" {
		return nil
	}
	found := 0
	err := fs.WalkDir(os.DirFS(o.Dir), ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir():
			return nil
		case !slices.Contains(Overridable(), name):
			return fmt.Errorf("%q is none of the templates that can be replaced (a2c templates lists them)", name)
		}
		found++
		return nil
	})
	if err == nil && found == 0 {
		err = errors.New("holds no template (a2c templates export DIR writes a2c's own there)")
	}
	if err != nil {
		return fmt.Errorf("templates in %s: %w", o.Dir, err)
	}
	return nil
}

// read is the user's template, else a2c's own.
func (o Own) read(name string) ([]byte, error) {
	if o.Dir != "" && slices.Contains(Overridable(), name) {
		text, err := os.ReadFile(path.Join(o.Dir, name))
		if !errors.Is(err, fs.ErrNotExist) {
			return text, err
		}
	}
	return FS.ReadFile(name)
}
