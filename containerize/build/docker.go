package build

import (
	"archive/tar"
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"a2c/internal/disk"
	"a2c/internal/engine"
	"a2c/internal/jail"
)

// Docker builds with a2c-kaniko in a container of a Docker Engine or of Podman: of an image that a2c makes itself and that holds nothing else, without
// network and without anything of the host. Whoever may speak to the engine can build so.
type Docker struct {
	Host    string // address of the engine; "": DOCKER_HOST, else the usual socket
	Program string // as Kaniko's
}

var _ Builder = Docker{}

// Name is "docker".
func (Docker) Name() string { return "docker" }

// InContainer is the argument that tells a2c-kaniko that its root is a container's.
const InContainer = "container"

// What a2c has at the engine bears these, with the run that made it.
const (
	dockerLabel      = "a2c.build"
	dockerRepository = "a2c.invalid/build"
)

// cleanUpTime is how long the removal of container and image may take after an interrupt.
const cleanUpTime = 30 * time.Second

// Build sends Dockerfile and context, and fetches the layers.
func (d Docker) Build(ctx context.Context, s Spec) (_ Made, err error) {
	program, release, err := Kaniko{Program: d.Program}.program(s.Output)
	if err != nil {
		return Made{}, err
	}
	defer release()
	c, err := engine.Connect(ctx, d.Host)
	if err != nil {
		return Made{}, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	r := &dockerRun{client: c, spec: s}
	if r.owner, err = engine.Owner(os.Getpid()); err != nil {
		return Made{}, err
	}
	if _, err := c.Clear(ctx, dockerLabel, dockerRepository, engine.Orphan, s.log()); err != nil {
		return Made{}, err
	}
	defer func() {
		clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTime)
		defer cancel()
		_, left := c.Clear(clean, dockerLabel, dockerRepository, func(name string) bool { return name == r.name }, slog.New(slog.DiscardHandler))
		err = errors.Join(err, left)
	}()
	r.name = r.owner + "-" + strings.ToLower(rand.Text()[:8])
	if err := r.image(ctx, program); err != nil {
		return Made{}, err
	}
	return r.build(ctx)
}

func (s Spec) log() *slog.Logger {
	if s.Log != nil {
		return s.Log
	}
	return slog.New(slog.DiscardHandler)
}

// dockerRun is one build: a container that lists the bases, and one that builds.
type dockerRun struct {
	client      *engine.Client
	spec        Spec
	owner, name string
	nonce       string
}

func (r *dockerRun) inside() string { return jail.Plan{Nonce: r.nonce}.Inside() }

// image gives the engine the image of both: the program and the nonce. It is loaded as an archive of images, since Podman keeps the file of a tar that it is to
// import (CreateImageFromSrc of its API).
func (r *dockerRun) image(ctx context.Context, program string) error {
	plan, err := jail.ContainerPlan(nil)
	if err != nil {
		return err
	}
	r.nonce = plan.Nonce
	dir := strings.TrimPrefix(r.inside(), "/")
	files := func(w *packer) {
		w.folder(dir, 0o755)
		w.file(path.Join(dir, ProgramName), program, 0o755)
		w.text(path.Join(dir, jail.NonceFile), r.nonce)
	}
	image, err := imageOf(files)
	if err != nil {
		return fmt.Errorf("make an image of the builder: %w", err)
	}
	return r.client.Load(ctx, image, dockerRepository+":"+r.name)
}

func (r *dockerRun) build(ctx context.Context) (Made, error) {
	needs := r.spec.Images
	if !r.spec.Own {
		list := &kanikoRun{spec: r.spec}
		if _, err := r.run(ctx, list, Request{List: true, Platform: r.spec.Platform}, nil, nil); err != nil {
			return Made{}, err
		}
		needs = list.needs
	}
	bases, err := pullAll(ctx, r.spec, needs)
	if err != nil {
		return Made{}, err
	}
	request, folders := Request{Platform: r.spec.Platform, Bases: map[string]string{}}, map[string]string{ContextName: r.spec.Context}
	for i, name := range slices.Sorted(maps.Keys(bases)) {
		folder := "base-" + strconv.Itoa(i)
		request.Bases[name], folders[folder] = folder, bases[name]
	}
	out := filepath.Join(r.spec.Output, "layers")
	if err := os.Mkdir(out, 0o700); err != nil {
		return Made{}, fmt.Errorf("make build folder: %w", err)
	}
	build := &kanikoRun{spec: r.spec}
	done, err := r.run(ctx, build, request, folders, func(content io.Reader, done *Done) error { return takeOut(content, out, done.Layers) })
	if err != nil {
		return Made{}, err
	}
	for _, l := range done.Layers {
		l.File = filepath.Join(out, filepath.Base(l.File))
		if err := r.spec.Ready(l); err != nil {
			return Made{}, err
		}
	}
	return Made{Config: done.Config, Base: bases[done.Base], PeakBytes: done.PeakBytes}, nil
}

// run is one container, from its making to its removal. take is given what lies in its output folder, as a tar.
func (r *dockerRun) run(ctx context.Context, k *kanikoRun, request Request, folders map[string]string, take func(io.Reader, *Done) error) (done *Done, err error) {
	id, err := r.client.Create(ctx, engine.Spec{
		Image: dockerRepository + ":" + r.name, Labels: map[string]string{dockerLabel: r.name}, Network: "none", Gentle: true, Stdin: true,
		Entrypoint: []string{path.Join(r.inside(), ProgramName), InContainer}, Capabilities: jail.Capabilities(), NoNewPrivileges: true,
		Env: []string{
			jail.Environ + "=" + r.inside(), "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root",
			"GOMAXPROCS=" + strconv.Itoa(max(r.spec.Jobs, 1)),
		},
	})
	if err != nil {
		return nil, err
	}
	defer func() {
		clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTime)
		defer cancel()
		err = errors.Join(err, r.client.Remove(clean, id))
	}()
	files := func(w *packer) {
		w.file(DockerfileName, r.spec.Dockerfile, 0o644)
		w.folder(OutName, 0o755)
		for _, name := range slices.Sorted(maps.Keys(folders)) {
			w.tree(ctx, name, folders[name])
		}
	}
	if err := packed(files, func(tar io.Reader) error { return r.client.CopyIn(ctx, id, r.inside(), tar) }); err != nil {
		return nil, err
	}
	if done, err = r.talk(ctx, id, k, request); err != nil || take == nil {
		return done, err
	}
	content, err := r.client.CopyOut(ctx, id, path.Join(r.inside(), OutName))
	if err != nil {
		return nil, err
	}
	defer content.Close()
	return done, take(content, done)
}

// talk runs the container to its end.
func (r *dockerRun) talk(ctx context.Context, id string, k *kanikoRun, request Request) (*Done, error) {
	plan, err := jail.ContainerPlan(request)
	if err != nil {
		return nil, err
	}
	plan.Nonce = r.nonce
	messages, w := io.Pipe()
	heard := make(chan error, 1)
	go func() {
		heard <- k.hear(messages)
		_, _ = io.Copy(io.Discard, messages) // the container is never held up
	}()
	code, err := r.client.Talk(ctx, id, func(in io.Writer) error { return json.NewEncoder(in).Encode(plan) }, w, &k.output)
	_ = w.Close() // never fails
	if heardErr := <-heard; err == nil {
		err = heardErr
	}
	if err == nil && code != 0 {
		err = fmt.Errorf("the builder ended in its container with code %d", code)
		if code == 137 {
			err = fmt.Errorf("%w: killed, by the engine or because memory ran out", err)
		}
	}
	return k.result(ctx, err)
}

// hear reads messages, one a line.
func (r *kanikoRun) hear(from io.Reader) error {
	const longest = 1 << 20
	lines := bufio.NewScanner(from)
	lines.Buffer(make([]byte, 0, 4096), longest)
	for lines.Scan() {
		if err := r.message(lines.Bytes()); err != nil {
			return err
		}
	}
	return lines.Err()
}

// takeOut writes the layers that were announced, and only those, from a tar that an engine sends.
func takeOut(from io.Reader, to string, layers []RawLayer) error {
	missing := map[string]bool{}
	for _, l := range layers {
		missing[filepath.Base(l.File)] = true
	}
	for tr := tar.NewReader(from); len(missing) > 0; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("take over layers: %d are missing: a build step tampered with them", len(missing))
		}
		if err != nil {
			return fmt.Errorf("take over layers: %w", err)
		}
		name := path.Base(h.Name)
		if h.Typeflag != tar.TypeReg || !missing[name] || path.Clean(h.Name) != path.Join(OutName, name) {
			continue
		}
		delete(missing, name)
		if err := takeOne(tr, filepath.Join(to, name)); err != nil {
			return fmt.Errorf("take over layers: %w", err)
		}
	}
	_, err := io.Copy(io.Discard, from)
	return err
}

func takeOne(from io.Reader, name string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, from); err != nil {
		return errors.Join(disk.Cause(err), f.Close())
	}
	return disk.Cause(f.Close())
}
