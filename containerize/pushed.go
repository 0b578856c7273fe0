package containerize

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"a2c/internal/disk"
	"a2c/internal/registry"
	"a2c/model"
)

func (r *runner) registry() registry.Client { return registry.Client{Log: r.o.log()} }

// ecr is the registry of the destination, when it is one of ECR's.
func (o Options) ecr() (registry.ECR, name.Reference, bool) {
	at, err := name.ParseReference(o.Destination)
	if err != nil {
		return registry.ECR{}, nil, false
	}
	e, ok := registry.ParseECR(at.Context().RegistryStr())
	return e, at, ok
}

// checkCreate refuses a destination whose repository is not made beforehand.
func (o Options) checkCreate() error {
	if _, _, ok := o.ecr(); o.CreateRepository && !ok {
		return errors.New("create-repository: it makes repositories of ECR, others make theirs with the first push; give a --destination such as 123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop:1")
	}
	return nil
}

// createRepository makes the destination's when it has to.
func (r *runner) createRepository(ctx context.Context) error {
	e, at, ok := r.o.ecr()
	if !r.o.CreateRepository || !ok {
		return nil
	}
	created, err := e.Create(ctx, at, model.ECRLifecycle)
	if err == nil {
		r.o.log().Info("repository of the destination", "repository", at.Context().Name(), "created", created)
	}
	return err
}

// pushedFile says beside an image where its layers were pushed to: another application on the same runtime has layers in common, and mounts them from there.
const pushedFile = ".a2c/pushed.json"

// pushed is the content: digests of layers by repository.
type pushed map[string][]string

// origins are the repositories at the same registry that hold layers: those that applications of this workspace were pushed to, and the one of the base image.
func (r *runner) origins(m *model.Image) map[v1.Hash]name.Repository {
	from := map[v1.Hash]name.Repository{}
	to, err := name.ParseReference(r.o.Destination)
	if err != nil {
		return from // who pushes says so
	}
	note := func(repository string, digests []string) {
		at, err := name.NewRepository(repository)
		if err != nil || at == to.Context() || at.Registry != to.Context().Registry {
			return // also what another version wrote
		}
		for _, d := range digests {
			if h, err := v1.NewHash(d); err == nil {
				from[h] = at
			}
		}
	}
	files, _ := filepath.Glob(filepath.Join(filepath.Dir(filepath.Dir(r.o.Dir)), "*", filepath.Base(r.o.Dir), pushedFile)) // the pattern is well-formed, and without them blobs are sent
	for _, file := range files {
		for repository, digests := range readPushed(file) {
			note(repository, digests)
		}
	}
	if base, err := name.ParseReference(m.Base.Reference); err == nil {
		var digests []string
		for _, l := range m.Layers {
			if l.Name == "base" {
				digests = append(digests, l.Digest)
			}
		}
		note(base.Context().Name(), digests)
	}
	return from
}

// readPushed gives nothing where nothing can be read: then blobs are sent that might have been mounted.
func readPushed(file string) pushed {
	var p pushed
	text, err := os.ReadFile(file)
	if err != nil || json.Unmarshal(text, &p) != nil {
		return nil
	}
	return p
}

// rememberPush notes where the layers are now.
func (r *runner) rememberPush(m *model.Image) error {
	to, err := name.ParseReference(r.o.Destination)
	if err != nil {
		return fmt.Errorf("destination %q: %w", r.o.Destination, err)
	}
	file := filepath.Join(r.o.Dir, pushedFile)
	p, repository := readPushed(file), to.Context().Name()
	if p == nil {
		p = pushed{}
	}
	digests := make([]string, 0, len(m.Layers))
	for _, l := range m.Layers {
		digests = append(digests, l.Digest)
	}
	if slices.Equal(p[repository], digests) {
		return nil
	}
	p[repository] = digests
	text, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("encode %s: %w", pushedFile, err)
	}
	return disk.WriteFile(file, text, 0o600)
}
