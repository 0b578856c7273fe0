package containerize

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"

	"a2c/analyze/packages"
	"a2c/containerize/layer"
	"a2c/internal/disk"
	"a2c/model"
)

// saved is a plan as an archive carries it: all that a build needs to know beside the context and the analysis.
type saved struct {
	Items    []savedItem
	Base     *model.BaseImage // nil: scratch
	Parts    *baseParts       // of the base
	Init     *model.ImageInit // nil: none
	Config   model.ImageConfig
	Changes  []model.Change
	Secrets  []model.Secret // variables that a run must supply
	Needs    model.Needs
	Skips    []model.Skip
	Taken    []model.Place // where the copies hold no secret any more
	Packages []packages.Record
	Release  []byte
	// The options that decided, for the statement of provenance.
	BaseOption, HealthPath              string
	Jlink, CDS, KeepBind, NoHealthcheck bool
	HealthPort                          int
}

type savedItem struct {
	layer.Entry
	In string // the layer
}

const savedName = "plan.json"

// save is the plan after its files were copied.
func (r *runner) save() saved {
	s := saved{
		Init: r.init, Config: r.config, Changes: r.changes, Secrets: r.start.secrets, Needs: r.needs, Skips: slices.Concat(r.plan.skips, r.start.skips),
		Taken: slices.Collect(maps.Keys(r.plan.taken)), Packages: r.plan.packages, Release: r.plan.release,
		BaseOption: r.o.base(), Jlink: r.o.smaller(), CDS: r.o.CDS, KeepBind: r.o.KeepBind,
		NoHealthcheck: r.o.NoHealthcheck, HealthPath: r.o.HealthPath, HealthPort: r.o.HealthPort,
	}
	slices.SortFunc(s.Taken, func(a, b model.Place) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	if r.base != nil {
		s.Base, s.Parts = &r.base.model, &r.base.parts
	}
	for _, name := range slices.Sorted(maps.Keys(r.plan.items)) {
		it := r.plan.items[name]
		s.Items = append(s.Items, savedItem{it.Entry, it.name})
	}
	return s
}

// restore is the other way. Nothing of what a foreign hand could write there becomes a line of the Dockerfile or leads out of the context.
func (r *runner) restore(file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read plan: %w", disk.Cause(err))
	}
	var s saved
	if err := json.Unmarshal(data, &s); err != nil {
		return fmt.Errorf("the archive's plan cannot be read: %w", err)
	}
	p := &plan{
		items: map[model.Path]*item{}, user: r.o.Analysis.AnalysisInfo.App.User, skips: s.Skips, changes: s.Changes, packages: s.Packages, release: s.Release, taken: map[model.Place]bool{},
	}
	for _, it := range s.Items {
		if err := it.check(); err != nil {
			return fmt.Errorf("the archive's plan: %w", err)
		}
		if r.o.BuildOnly { // what lies in the context by now is the user's
			it.Sum = layer.Sum{}
		}
		p.items[it.Path] = &item{Entry: it.Entry, name: it.In}
	}
	for _, at := range s.Taken {
		p.takenOut(at)
	}
	if s.Base != nil {
		if _, err := name.ParseReference(s.Base.Reference); err != nil {
			return fmt.Errorf("the archive's plan: base image: %w", err)
		}
		r.base = &baseImage{model: *s.Base}
		if s.Parts != nil { // nil: the archive is of a version before
			r.base.parts = *s.Parts
		}
	}
	r.plan, r.start = p, &start{info: r.o.Analysis.AnalysisInfo, plan: p, secrets: s.Secrets}
	r.config, r.changes, r.needs, r.init, r.healthcheck = s.Config, s.Changes, s.Needs, s.Init, s.Config.Healthcheck
	r.o.NoHealthcheck, r.o.HealthPath, r.o.HealthPort = s.NoHealthcheck, s.HealthPath, s.HealthPort
	r.o.Base, r.o.Jlink, r.o.CDS, r.o.KeepBind = s.BaseOption, s.Jlink, s.CDS, s.KeepBind
	return r.mayPush()
}

func (it savedItem) check() error {
	switch at := string(it.Path); {
	case !slices.Contains(layerNames(), it.In):
		return fmt.Errorf("%s lies in a layer %q, which there is not", it.Path, it.In)
	case !path.IsAbs(at) || path.Clean(at) != at || strings.ContainsRune(at, 0):
		return fmt.Errorf("%q is no absolute path", it.Path)
	case it.UID < 0 || it.GID < 0 || it.Size < 0 || it.Mode > 0o7777:
		return fmt.Errorf("%s has an owner, size or mode that no file has", it.Path)
	}
	switch it.Kind {
	case layer.File, layer.Dir, layer.Symlink, layer.HardLink:
		return nil
	}
	return fmt.Errorf("%s is of no kind", it.Path)
}

// savedFile is the plan of an image that was built from an archive: for --build-only, since the host is not there to ask.
func (r *runner) savedFile() string { return filepath.Join(r.o.Dir, ".a2c", savedName) }

// FromArchive reports whether the image in dir was built from an archive.
func FromArchive(dir string) bool {
	_, err := os.Stat((&runner{o: Options{Dir: dir}}).savedFile())
	return err == nil
}

// takeArchive puts the context and the plan that were unpacked in place, once they are known to fit each other.
func (r *runner) takeArchive() error {
	from := filepath.Join(r.o.Archive, contextName)
	other, err := r.plan.differs(from)
	if err != nil {
		return err
	}
	if other {
		return errors.New("the archive's context is not the one that its plan describes: extract the application again")
	}
	if err := os.RemoveAll(r.context()); err != nil {
		return fmt.Errorf("replace context: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(r.savedFile()), 0o700); err != nil {
		return fmt.Errorf("replace context: %w", err)
	}
	for old, place := range map[string]string{from: r.context(), filepath.Join(r.o.Archive, savedName): r.savedFile()} {
		if err := os.Rename(old, place); err != nil {
			return fmt.Errorf("replace context: %w", err)
		}
	}
	return nil
}

// forgetArchive goes on from the host's own files.
func (r *runner) forgetArchive() error {
	if err := os.Remove(r.savedFile()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("forget the archive: %w", err)
	}
	return nil
}
