package workspace

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"a2c/internal/disk"
	"a2c/model"
)

// Generated is generated.json: what the generated files of an application were made from, and what they were when they were written.
type Generated struct {
	A2CVersion string            `json:"a2cVersion"`
	Inputs     model.Inputs      `json:"inputs"`
	Files      map[string]string `json:"files"` // name relative to the application's folder: "sha256:…"
}

// EditedError refuses to write over generated files that the user has changed.
type EditedError struct {
	Dir   string
	Names []string // sorted, relative to Dir
}

func (e *EditedError) Error() string {
	return fmt.Sprintf("you changed %s in %s; they stay as they are. Move them away, or write over them with --force",
		strings.Join(e.Names, ", "), model.Path(e.Dir))
}

// WriteGenerated writes a target's files, by name relative to <application>/<target>. Files of an earlier run that are no longer made go. Files that the
// user changed, or put where one is to be written, are an EditedError, and then nothing is written at all.
func (w *Workspace) WriteGenerated(id, target string, files map[string][]byte, g Generated) error {
	before, err := Load[Generated](w, path.Join(id, GeneratedFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	after := Generated{A2CVersion: g.A2CVersion, Inputs: g.Inputs, Files: map[string]string{}}
	for name, sum := range before.Files {
		if !strings.HasPrefix(name, target+"/") {
			after.Files[name] = sum
		}
	}
	named := make(map[string][]byte, len(files))
	var need int64
	for name, data := range files {
		if !fs.ValidPath(name) || name == "." {
			return fmt.Errorf("generated file %q has no name that stays in its folder", name)
		}
		whole := path.Join(target, name)
		named[whole] = data
		need += int64(len(data))
		if after.Files[whole], err = digest(bytes.NewReader(data)); err != nil {
			return err
		}
	}
	gone := goneFrom(before.Files, named, target)
	if edited, err := w.edited(id, before.Files, after.Files, slices.Concat(slices.Sorted(maps.Keys(named)), gone)); err != nil {
		return err
	} else if len(edited) > 0 && !w.force {
		return &EditedError{w.App(id), edited}
	}
	if err := w.Reserve(need); err != nil {
		return err
	}
	return w.replace(id, named, gone, after)
}

// goneFrom lists a target's earlier files that are not made any more.
func goneFrom(before map[string]string, named map[string][]byte, target string) []string {
	var gone []string
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if _, again := named[name]; !again && strings.HasPrefix(name, target+"/") && fs.ValidPath(name) {
			gone = append(gone, name)
		}
	}
	return gone
}

// edited lists the files that are neither what was written last nor what is to be written.
func (w *Workspace) edited(id string, before, after map[string]string, names []string) ([]string, error) {
	var edited []string
	for _, name := range names {
		sum, err := w.inputDigest(id, name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return nil, err
		case sum != before[name] && sum != after[name]:
			edited = append(edited, name)
		}
	}
	slices.Sort(edited)
	return edited, nil
}

func (w *Workspace) replace(id string, files map[string][]byte, gone []string, g Generated) error {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := w.write(path.Join(id, name), files[name]); err != nil {
			return err
		}
	}
	for _, name := range gone {
		full := filepath.Join(w.App(id), filepath.FromSlash(name))
		if err := os.Remove(full); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove %s: %w", model.Path(full), disk.Cause(err))
		}
	}
	return w.Save(path.Join(id, GeneratedFile), g)
}
