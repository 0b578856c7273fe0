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

// Generated is generated.json: of each generated file of an application, by its name relative to the application's folder, what made it.
type Generated struct {
	Files map[string]Made `json:"files"`
}

// Made is what a file was made by and from, and what it was when it was written.
type Made struct {
	SHA256     string       `json:"sha256"` // "sha256:…"
	A2CVersion string       `json:"a2cVersion"`
	Inputs     model.Inputs `json:"inputs"`
}

// EditedError names generated files that the user has changed, which were not written over.
type EditedError struct {
	Dir   string
	Names []string // sorted, relative to Dir
}

func (e *EditedError) Error() string {
	return fmt.Sprintf("you changed %s in %s; they stay as they are, and what a2c writes now lies beside each as .new. Take from there what you want, or write over them with --force",
		strings.Join(e.Names, ", "), model.Path(e.Dir))
}

// beside ends the name of what a2c would have written in the place of a file that the user changed.
const beside = ".new"

// generation is what writing a target's files does.
type generation struct {
	before Generated
	files  map[string][]byte // to be written, by name relative to the application's folder
	made   map[string]Made
	gone   []string // made before, and no longer
	edited []string // changed by the user
}

// generation compares what was written last, what is there and what is to be written.
func (w *Workspace) generation(id, target string, files map[string][]byte, made Made) (*generation, error) {
	before, err := Load[Generated](w, path.Join(id, GeneratedFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	g := &generation{before: before, files: map[string][]byte{}, made: map[string]Made{}}
	for name, data := range files {
		if !fs.ValidPath(name) || name == "." {
			return nil, fmt.Errorf("generated file %q has no name that stays in its folder", name)
		}
		if err := g.add(path.Join(target, name), data, made); err != nil {
			return nil, err
		}
	}
	g.gone = g.goneFrom(target)
	g.edited, err = w.edited(id, g, slices.Concat(slices.Sorted(maps.Keys(g.files)), g.gone))
	return g, err
}

func (g *generation) add(name string, data []byte, made Made) (err error) {
	g.files[name] = data
	made.SHA256, err = digest(bytes.NewReader(data))
	g.made[name] = made
	return err
}

// goneFrom lists a target's earlier files that are not made any more.
func (g *generation) goneFrom(target string) []string {
	var gone []string
	for _, name := range slices.Sorted(maps.Keys(g.before.Files)) {
		if _, again := g.files[name]; !again && strings.HasPrefix(name, target+"/") && fs.ValidPath(name) {
			gone = append(gone, name)
		}
	}
	return gone
}

// edited lists the files that are neither what was written last nor what is to be written.
func (w *Workspace) edited(id string, g *generation, names []string) ([]string, error) {
	var edited []string
	for _, name := range names {
		sum, err := w.inputDigest(id, name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return nil, err
		case sum != g.before.Files[name].SHA256 && sum != g.made[name].SHA256:
			edited = append(edited, name)
		}
	}
	slices.Sort(edited)
	return edited, nil
}

// WriteGenerated writes a target's files, by name relative to <application>/<target>; made says by and from what. Files of an earlier run that are no longer
// made go. Those that the user changed, or put where one is to be written, stay: what would have been written is put beside each as .new, and the error is
// an EditedError.
func (w *Workspace) WriteGenerated(id, target string, files map[string][]byte, made Made) error {
	g, err := w.generation(id, target, files, made)
	if err != nil {
		return err
	}
	edited := g.edited
	if w.force {
		edited = nil
	}
	if err := w.aside(id, g, target, edited); err != nil {
		return err
	}
	var need int64
	for _, data := range g.files {
		need += int64(len(data))
	}
	if err := w.Reserve(need); err != nil {
		return err
	}
	if err := w.replace(id, target, g); err != nil || len(edited) == 0 {
		return err
	}
	return &EditedError{w.App(id), edited}
}

// aside gives the names of edited files to nobody and those beside them to what is new. One that the user changed there, too, stops it all.
func (w *Workspace) aside(id string, g *generation, target string, edited []string) error {
	var names []string
	for _, name := range edited {
		if data, again := g.files[name]; again {
			if err := g.add(name+beside, data, g.made[name]); err != nil {
				return err
			}
			names = append(names, name+beside)
		}
		delete(g.files, name)
		g.made[name] = g.before.Files[name]
		if slices.Contains(g.gone, name) || g.made[name].SHA256 == "" {
			delete(g.made, name) // it is the user's own now
		}
	}
	g.gone = slices.DeleteFunc(g.goneFrom(target), func(name string) bool { return slices.Contains(edited, name) })
	changed, err := w.edited(id, g, names)
	if err == nil && len(changed) > 0 {
		return &EditedError{w.App(id), changed}
	}
	return err
}

func (w *Workspace) replace(id, target string, g *generation) error {
	after := Generated{Files: maps.Clone(g.made)}
	for name, made := range g.before.Files {
		if !strings.HasPrefix(name, target+"/") {
			after.Files[name] = made
		}
	}
	for _, name := range slices.Sorted(maps.Keys(g.files)) {
		if err := w.write(path.Join(id, name), g.files[name]); err != nil {
			return err
		}
	}
	for _, name := range g.gone {
		full := filepath.Join(w.App(id), filepath.FromSlash(name))
		if err := os.Remove(full); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove %s: %w", model.Path(full), disk.Cause(err))
		}
	}
	return w.Save(path.Join(id, GeneratedFile), after)
}
