package verify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"a2c/internal/cgroup"
	"a2c/internal/engine"
	"a2c/internal/jail"
	"a2c/model"
	"a2c/verify/outside"
)

// Names of runtimes.
const (
	RuntimeAuto    = "auto"
	RuntimeDocker  = "docker"
	RuntimeSandbox = "sandbox"
)

// groups is what the names of the sandbox's control groups begin with; the owner follows.
const groups = "a2c-verify-"

// sandbox runs twins in namespaces, as a container engine would, without one. It is there to prove images, not to run them.
type sandbox struct {
	owner  string
	starts int
	dir    string // the application's folder of the workspace
	digest string // of the image that lies unpacked; "": none does
	say    func(word string)
}

func newSandbox() (*sandbox, error) {
	owner, err := engine.Owner(os.Getpid())
	if err != nil {
		return nil, err
	}
	if err := cgroup.Clear(groups, engine.Orphan); err != nil {
		return nil, err
	}
	return &sandbox{owner: owner, say: func(string) {}}, nil
}

func (s *sandbox) Name() string { return RuntimeSandbox }

// folder holds what Start lays down. Its name is that of the copies of the state: what a killed run left is found the same way.
func (s *sandbox) folder() string { return filepath.Join(s.dir, copies+s.owner+"-image") }

func (s *sandbox) root() string { return filepath.Join(s.folder(), "root") }

// Close removes the unpacked image.
func (s *sandbox) Close(context.Context) error {
	if s.dir == "" {
		return nil
	}
	return os.RemoveAll(s.folder())
}

// errNetwork is a limit of the sandbox.
var errNetwork = errors.New("the sandbox has no way to the network: --allow-network takes a Docker Engine (--runtime docker)")

// Start implements Runtime.
func (s *sandbox) Start(ctx context.Context, i model.Image, n Needs) (_ Twin, err error) {
	if n.AllowNetwork {
		return nil, errNetwork
	}
	image, err := engine.Layout(n.Archive, i.Digest)
	if err != nil {
		return nil, err
	}
	config, err := image.ConfigFile()
	if err != nil {
		return nil, fmt.Errorf("configuration of the image: %w", err)
	}
	if err := s.unpack(ctx, i, image, n); err != nil {
		return nil, err
	}
	if !n.ReadOnly {
		s.digest = "" // the next one gets it fresh
	}
	s.starts++
	t := &sandboxTwin{log: newTail(logKept), root: s.root(), since: time.Now()}
	defer func() {
		if err != nil {
			clean, cancel := cleanup(ctx)
			defer cancel()
			err = errors.Join(err, t.Stop(clean))
		}
	}()
	if err := t.open(ctx); err != nil {
		return nil, err
	}
	s.say(sandboxed(t.box.PID))
	n.CPUs = cmp.Or(n.CPUs, max(1, float64(runtime.NumCPU())/2))
	t.group, t.skips = cgroup.New(fmt.Sprintf("%s%s-%d", groups, s.owner, s.starts), cgroup.Limits{MemoryBytes: n.MemoryBytes, PIDs: pidLimit, CPUs: n.CPUs})
	if err := t.group.Add(t.box.PID); err != nil {
		return nil, err
	}
	if err := t.network(ctx, n); err != nil {
		return nil, err
	}
	plan := s.plan(i, config.Config, n)
	if err := t.find(n.Live, plan, i); err != nil {
		return nil, err
	}
	if err := t.run(plan); err != nil {
		return nil, t.lacking(err)
	}
	folders := slices.Collect(maps.Values(n.State))
	if !n.ReadOnly {
		folders = append(folders, s.root())
	}
	go diskWatch{ended: t.box.Ended(), count: func() int64 { return used(folders) }, reserve: n.Reserve, end: t.kill}.run()
	return t, nil
}

// plan says what runs how, as an engine would.
func (s *sandbox) plan(i model.Image, c v1.Config, n Needs) jail.BoxPlan {
	name, ok := hostname()
	if !ok {
		name = "a2c-verify"
	}
	p := jail.BoxPlan{
		Root: s.root(), ReadOnly: n.ReadOnly, Capabilities: jail.CapabilityNumbers(n.Capabilities), NoNewPrivileges: n.NoNewPrivileges, Hostname: name, Processors: processors(n.CPUs), User: c.User, Dir: cmp.Or(c.WorkingDir, "/"), Args: slices.Concat(c.Entrypoint, c.Cmd),
		Env: slices.Concat([]string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOSTNAME=" + name}, c.Env, n.Env),
	}
	for path, text := range map[string]string{
		"/etc/hostname":    name + "\n",
		"/etc/resolv.conf": fmt.Sprintf("nameserver %s\n", outside.Resolver()),
		"/etc/hosts": "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\nff00::0\tip6-mcastprefix\nff02::1\tip6-allnodes\n" +
			fmt.Sprintf("ff02::2\tip6-allrouters\n%s\t%s\n", outside.Address(), name),
	} {
		p.Mounts = append(p.Mounts, jail.BoxMount{Path: path, Text: text, ReadOnly: n.ReadOnly})
	}
	for _, folder := range n.Tmpfs {
		p.Mounts = append(p.Mounts, jail.BoxMount{Path: string(folder), Options: tmpfs(string(folder), i.Needs.User)})
	}
	for _, path := range slices.Sorted(maps.Keys(n.State)) {
		p.Mounts = append(p.Mounts, jail.BoxMount{Path: string(path), From: model.Path(n.State[path])})
	}
	slices.SortStableFunc(p.Mounts, func(a, b jail.BoxMount) int { // what lies in another comes after it
		return strings.Count(filepath.Clean(a.Path), "/") - strings.Count(filepath.Clean(b.Path), "/")
	})
	return p
}

// unpack lays the image down, unless it lies there as it was.
func (s *sandbox) unpack(ctx context.Context, i model.Image, image v1.Image, n Needs) error {
	if s.digest == i.Digest && s.dir == n.Dir {
		return nil
	}
	s.dir, s.digest = n.Dir, ""
	if err := os.RemoveAll(s.folder()); err != nil {
		return err
	}
	if n.Reserve != nil {
		if err := n.Reserve(i.Uncompressed); err != nil {
			return err
		}
	}
	if err := os.Mkdir(s.folder(), 0o700); err != nil {
		return err
	}
	if err := errors.Join(os.Mkdir(s.root(), 0o755), os.Chmod(s.root(), 0o755)); err != nil {
		return err
	}
	layers, err := image.Layers()
	if err != nil {
		return fmt.Errorf("layers of the image: %w", err)
	}
	left := i.Uncompressed + int64(len(layers)+1)<<20 // the archive's own blocks are counted in it
	var streams []io.Reader
	for _, l := range layers {
		streams = append(streams, &layerStream{layer: l, left: &left})
	}
	if err := jail.Unpack(ctx, s.root(), streams); err != nil {
		return errors.Join(ctx.Err(), err)
	}
	s.digest = i.Digest
	return nil
}

// layerStream reads the tar of a layer when its turn has come, and no more than the image is said to hold.
type layerStream struct {
	layer v1.Layer
	r     io.ReadCloser
	left  *int64
}

func (l *layerStream) Read(b []byte) (n int, err error) {
	if l.r == nil {
		if l.r, err = l.layer.Uncompressed(); err != nil {
			return 0, fmt.Errorf("layer of the image: %w", err)
		}
	}
	n, err = l.r.Read(b)
	if *l.left -= int64(n); *l.left < 0 {
		err = errors.New("the image's layers unpack to more than its description says: run a2c containerize again")
	}
	if err != nil {
		l.r.Close()
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("layer of the image: %w", err)
	}
	return n, err
}
