package build

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"a2c/internal/jail"
	"a2c/model"
)

// Kaniko builds with a2c-kaniko in a private root.
type Kaniko struct {
	// Program is the path of a2c-kaniko; "" takes the embedded one, else the one beside the running program.
	Program string
}

var _ Builder = Kaniko{}

// Name is "kaniko".
func (Kaniko) Name() string { return "kaniko" }

// Build runs the Dockerfile. Everything that it leaves lies in s.Output; nothing outlives it there but the layers and the images below.
func (k Kaniko) Build(ctx context.Context, s Spec) (Made, error) {
	program, release, err := k.program(s.Output)
	if err != nil {
		return Made{}, err
	}
	defer release()
	bases, err := k.bases(ctx, program, s)
	if err != nil {
		return Made{}, err
	}
	r := &kanikoRun{spec: s, program: program, name: "build", request: Request{Platform: s.Platform, Bases: map[string]string{}, Early: s.Own, Empty: s.Own && len(bases) == 0}, readOnly: map[string]string{}}
	for i, name := range slices.Sorted(maps.Keys(bases)) {
		folder := "base-" + strconv.Itoa(i)
		r.request.Bases[name] = folder
		r.readOnly[folder] = bases[name]
	}
	done, err := r.run(ctx)
	if err != nil {
		return Made{}, err
	}
	for _, l := range done.Layers {
		if err := r.ready(l); err != nil {
			return Made{}, err
		}
	}
	return Made{Config: done.Config, Base: bases[done.Base], PeakBytes: done.PeakBytes + min(r.memory(), r.spec.Bytes)}, nil
}

func (r *kanikoRun) ready(l RawLayer) error {
	var err error
	if l.File, err = r.file(l.File); err != nil {
		return err
	}
	return r.spec.Ready(l)
}

// file is the path of a layer that the child left. A build step could have put a link to a file of the host there, which would then become a
// layer. The child and all its processes have ended, or its Dockerfile is our own and runs nothing: what is seen now stays so.
func (r *kanikoRun) file(name string) (string, error) {
	dir := filepath.Join(r.work(), OutName)
	path := filepath.Join(dir, filepath.Base(name))
	d, err := os.Lstat(dir)
	if err != nil {
		return "", fmt.Errorf("take over layer: %w", err)
	}
	f, err := os.Lstat(path)
	if err != nil {
		return "", fmt.Errorf("take over layer: %w", err)
	}
	if !d.IsDir() || !f.Mode().IsRegular() {
		return "", fmt.Errorf("take over layer: %q is no regular file: a build step tampered with it", name)
	}
	return path, nil
}

// bases asks the child which images the Dockerfile needs and pulls them: name in the Dockerfile to OCI layout.
func (k Kaniko) bases(ctx context.Context, program string, s Spec) (map[string]string, error) {
	if s.Own {
		return pullAll(ctx, s, s.Images)
	}
	r := &kanikoRun{spec: s, program: program, name: "list", request: Request{List: true, Platform: s.Platform}}
	if _, err := r.run(ctx); err != nil {
		return nil, err
	}
	return pullAll(ctx, s, r.needs)
}

// pullAll fetches images: name to OCI layout.
func pullAll(ctx context.Context, s Spec, names []string) (map[string]string, error) {
	layouts := map[string]string{}
	for i, name := range names {
		if s.Pull == nil {
			return nil, fmt.Errorf("the Dockerfile needs image %q, and there is no way to fetch it", name)
		}
		dir := filepath.Join(s.Output, "base-"+strconv.Itoa(i))
		s.report(Event{Step: "pull", Text: name})
		if err := s.Pull(ctx, name, dir); err != nil {
			return nil, fmt.Errorf("base image %q: %w", name, err)
		}
		layouts[name] = dir
	}
	return layouts, nil
}

// kanikoRun is one run of the child.
type kanikoRun struct {
	spec     Spec
	program  string
	name     string
	request  Request
	readOnly map[string]string
	needs    []string
	done     *Done
	failed   *FailedStep
	output   tail
}

func (r *kanikoRun) dir() string  { return filepath.Join(r.spec.Output, r.name) }
func (r *kanikoRun) work() string { return filepath.Join(r.dir(), "work") }

func (r *kanikoRun) run(ctx context.Context) (*Done, error) {
	root := filepath.Join(r.dir(), "root")
	// One after another: where Output is gone, since its disk was taken away, nothing is made in its place.
	for _, dir := range []string{r.dir(), root, r.work(), filepath.Join(r.work(), OutName)} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			return nil, fmt.Errorf("make build folder: %w", err)
		}
	}
	defer func() { _ = os.RemoveAll(root) }() // the unpacked image, as large as all its files; what stays is removed with Output
	text, err := os.ReadFile(r.spec.Dockerfile)
	if err != nil {
		return nil, fmt.Errorf("read Dockerfile: %w", err)
	}
	if err := os.WriteFile(filepath.Join(r.work(), DockerfileName), text, 0o644); err != nil {
		return nil, fmt.Errorf("make build folder: %w", err)
	}
	readOnly := map[string]string{ContextName: r.spec.Context}
	maps.Copy(readOnly, r.readOnly)
	err = jail.Start(ctx, jail.Spec{
		Program: r.program, Root: root, Memory: r.memory(), Work: r.work(), ReadOnly: readOnly, Request: r.request, Message: r.message, Output: &r.output,
		Env: []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "GOMAXPROCS=" + strconv.Itoa(threads(r.spec.Jobs))},
	})
	return r.result(ctx, err)
}

// threads of the builder: at least two, since Kaniko reads a layer, compresses it to name it, and takes its digest by turns on one.
func threads(jobs int) int { return max(jobs, 2) }

// memory is the size of a root in memory: a new image of an application that was only recompiled is thousands of small files, which a disk takes slowly.
func (r *kanikoRun) memory() int64 {
	const most, folders = 24 << 20, 1 << 20
	if !r.request.Empty || r.spec.Bytes == 0 || r.spec.Bytes > most {
		return 0
	}
	return 2*r.spec.Bytes + folders // it takes what is used of it
}

// result is what the child said in the end; err is how it ended.
func (r *kanikoRun) result(ctx context.Context, err error) (*Done, error) {
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case r.failed != nil:
		return nil, &Error{Line: r.failed.Line, Instruction: printable(r.failed.Instruction), Message: printable(r.failed.Message), Output: r.output.lines()}
	case err != nil:
		return nil, r.output.explain(err)
	case r.done == nil:
		return nil, r.output.explain(errors.New("the builder ended without a result"))
	}
	return r.done, nil
}

func (r *kanikoRun) message(line []byte) error {
	var m Message
	if err := json.Unmarshal(line, &m); err != nil {
		return fmt.Errorf("the builder sent no message: %w", err)
	}
	switch {
	case m.Step != "":
		r.spec.report(Event{Step: "build", Text: printable(m.Step)})
	case m.Log != "" && r.spec.Log != nil:
		r.spec.Log.Debug("kaniko", "line", m.Log)
	}
	if m.Layer != nil && r.request.Early {
		return r.ready(*m.Layer)
	}
	r.needs = append(r.needs, m.Bases...)
	if m.Error != nil {
		r.failed = m.Error
	}
	if m.Done != nil {
		r.done = m.Done
	}
	return nil
}

// printable keeps what a build step may have chosen from acting on a terminal.
func printable(s string) string { return model.Path(s).String() }

func (s Spec) report(e Event) {
	if s.Report != nil {
		s.Report(e)
	}
}

// tail keeps the last lines that a build step prints.
type tail struct{ buf []byte }

const tailBytes, tailLines = 8 << 10, 12

func (t *tail) Write(p []byte) (int, error) {
	t.buf = append(t.buf, p...)
	if n := len(t.buf) - tailBytes; n > 0 {
		t.buf = t.buf[:copy(t.buf, t.buf[n:])]
	}
	return len(p), nil
}

func (t *tail) lines() []string {
	text := string(bytes.TrimSpace(t.buf))
	if text == "" {
		return nil
	}
	all := strings.Split(text, "\n")
	return all[max(0, len(all)-tailLines):]
}

func (t *tail) explain(err error) error {
	if l := t.lines(); len(l) > 0 {
		return fmt.Errorf("%w; its last words: %q", err, l[len(l)-1])
	}
	return err
}

var _ io.Writer = (*tail)(nil)
