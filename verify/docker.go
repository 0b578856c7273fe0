package verify

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"a2c/internal/engine"
	"a2c/model"
	"a2c/verify/outside"
)

// Names at the engine. Both carry the owner, so that the next run finds what a killed one left.
const (
	label    = "a2c.verify" // of containers; the value is the owner
	labelApp = "a2c.application"
	// of images; the tag begins with the owner. No registry has a name below .invalid (RFC 2606): it is never pushed or pulled.
	repository = "a2c.invalid/verify"
)

// pidLimit keeps a fork bomb from the host: the default of Kubernetes' kubelet and of Fargate is no lower.
const pidLimit = 4096

// ErrStart is returned when the image does not start.
var ErrStart = errors.New("the image does not start")

// docker runs twins at a Docker Engine on this host.
type docker struct {
	client *engine.Client
	facts  engine.Facts
	owner  string
	log    *slog.Logger
	loaded map[string]string // what was loaded: name to reference
	say    func(word string) // to the reaper
}

// Docker connects to the engine at host (engine.Connect) and removes what killed runs left there.
func Docker(ctx context.Context, host string, log *slog.Logger) (Runtime, error) {
	client, err := engine.Connect(ctx, host)
	if err != nil {
		return nil, err
	}
	d := &docker{client: client, log: log, loaded: map[string]string{}, say: func(string) {}}
	if d.owner, err = engine.Owner(os.Getpid()); err == nil {
		d.facts, err = client.Facts(ctx)
	}
	if err == nil {
		_, err = client.Clear(ctx, label, repository, engine.Orphan, log)
	}
	if err != nil {
		return nil, errors.Join(err, client.Close())
	}
	return d, nil
}

func (d *docker) Name() string { return "docker" }

// Close removes the images that were loaded.
func (d *docker) Close(ctx context.Context) error {
	var errs []error
	for _, reference := range d.loaded {
		errs = append(errs, d.client.RemoveImage(ctx, reference))
	}
	return errors.Join(append(errs, d.client.Close())...)
}

// load gives an image to the engine once.
func (d *docker) load(ctx context.Context, name string, open func() (v1.Image, error)) (string, error) {
	if reference, ok := d.loaded[name]; ok {
		return reference, nil
	}
	image, err := open()
	if err != nil {
		return "", err
	}
	reference := fmt.Sprintf("%s:%s-%s", repository, d.owner, strings.ToLower(rand.Text()[:8]))
	d.loaded[name] = reference // also when it fails: part of it may be there
	if err := d.make(func() error { return d.client.Load(ctx, image, reference) }); err != nil {
		return "", err
	}
	return reference, nil
}

func (d *docker) create(ctx context.Context, s engine.Spec) (id string, err error) {
	err = d.make(func() error {
		id, err = d.client.Create(ctx, s)
		return err
	})
	return id, err
}

// dockerTwin is a running container, and the one that holds its network.
type dockerTwin struct {
	twin
	d   *docker
	ids []string // containers, the twin last

	signalled bool   // a2c has sent it a signal
	unwatch   func() // ends the looking at what it writes; nil: nobody looks
	watching  sync.WaitGroup
}

// Start makes the network, puts the outside into it, and starts the image there.
func (d *docker) Start(ctx context.Context, i model.Image, n Needs) (_ Twin, err error) {
	reference, err := d.load(ctx, i.Digest, func() (v1.Image, error) { return engine.Layout(n.Archive, i.Digest) })
	if err != nil {
		return nil, err
	}
	t := &dockerTwin{d: d}
	defer func() {
		if err != nil {
			clean, cancel := cleanup(ctx)
			defer cancel()
			err = errors.Join(d.client.Stays(ctx), err, t.Stop(clean))
		}
	}()
	labels := map[string]string{label: d.owner, labelApp: i.ApplicationID}
	network := "bridge"
	if !n.AllowNetwork {
		if network, err = t.hold(ctx, labels, n); err != nil {
			return nil, err
		}
	}
	spec := engine.Spec{
		Image: reference, Labels: labels, Env: n.Env, Network: network, ReadOnly: n.ReadOnly,
		Capabilities: append([]string{}, n.Capabilities...), NoNewPrivileges: n.NoNewPrivileges,
		Tmpfs: map[string]string{}, Binds: map[string]string{}, Memory: n.MemoryBytes,
		CPUs: cmp.Or(n.CPUs, max(1, float64(d.facts.CPUs)/2)), PIDs: pidLimit, Gentle: true,
	}
	for _, folder := range n.Tmpfs {
		spec.Tmpfs[string(folder)] = tmpfs(string(folder), i.Needs.User)
	}
	for path, folder := range n.State {
		spec.Binds[string(path)] = folder
	}
	id, err := d.create(ctx, spec)
	if err != nil {
		return nil, err
	}
	t.ids = append(t.ids, id)
	if err := d.client.Start(ctx, id); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrStart, err)
	}
	s, err := d.client.State(ctx, id)
	if err != nil || !s.Running {
		return t, err
	}
	if n.AllowNetwork {
		if t.ns, err = d.namespace(id, s.PID); err != nil {
			return nil, err
		}
		t.pid = s.PID
	}
	t.begin(s.PID)
	t.watch(ctx, n)
	return t, nil
}

// watch ends a container that fills the disk. What it writes to a root of its own lies with the engine, which counts it.
func (t *dockerTwin) watch(ctx context.Context, n Needs) {
	folders := slices.Collect(maps.Values(n.State))
	if n.ReadOnly && len(folders) == 0 {
		return
	}
	ctx, t.unwatch = context.WithCancel(ctx)
	count := func() (bytes int64) {
		if !n.ReadOnly {
			bytes, _ = t.d.client.Written(ctx, t.id()) // an engine that does not answer is noticed by who waits for it
		}
		return bytes + used(folders)
	}
	end := func(why string) {
		t.why.Store(why)
		_ = t.d.client.Signal(ctx, t.id(), "SIGKILL") // one that has ended is what is wanted
	}
	t.watching.Go(diskWatch{ended: ctx.Done(), count: count, reserve: n.Reserve, end: end}.run)
}

// hold starts the container that holds the network namespace, and returns the network to join.
func (t *dockerTwin) hold(ctx context.Context, labels map[string]string, n Needs) (string, error) {
	reference, err := t.d.load(ctx, "pause", func() (v1.Image, error) { return pauseImage(t.d.facts.Arch) })
	if err != nil {
		return "", err
	}
	spec := engine.Spec{Image: reference, Labels: labels, Network: "none", ReadOnly: true, Memory: 16 << 20, PIDs: 8, DNS: outside.Resolver()}
	if name, ok := hostname(); ok {
		spec.Hostname = name
		spec.Hosts = []string{name + ":" + outside.Address().String()}
	}
	id, err := t.d.create(ctx, spec)
	if err != nil {
		return "", err
	}
	t.ids = append(t.ids, id)
	if err := t.d.client.Start(ctx, id); err != nil {
		return "", err
	}
	s, err := t.d.client.State(ctx, id)
	if err != nil {
		return "", err
	}
	if t.ns, err = t.d.namespace(id, s.PID); err != nil {
		return "", err
	}
	t.pid = s.PID
	if t.world, err = outside.Open(t.ns, n.Ports); err != nil {
		return "", err
	}
	if err := t.world.Let(ctx, t.ns, n.Ways); err != nil {
		return "", err
	}
	return "container:" + id, nil
}

// namespace returns the network namespace of a container's process, which must be one of this host: a number from an engine
// elsewhere would name any process here.
func (d *docker) namespace(id string, pid int) (string, error) {
	groups, err := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", pid))
	if pid == 0 || err != nil || !strings.Contains(string(groups), id) {
		return "", fmt.Errorf("the containers of the Docker Engine at %s are no processes that a2c sees: verify needs an engine on this host", d.client.Host())
	}
	return fmt.Sprintf("/proc/%d/ns/net", pid), nil
}

// hostname is the host's own name, as the live application sees it: programs look themselves up, and it gets an address in the twin.
func hostname() (string, bool) {
	name, err := os.Hostname()
	return name, err == nil && len(name) < 64
}

// tmpfs returns the options of a folder in memory. Programs unpack native libraries there and load them: exec.
func tmpfs(folder string, u model.User) string {
	if folder == "/tmp" || folder == "/var/tmp" {
		return "rw,exec,nosuid,nodev,mode=1777"
	}
	return fmt.Sprintf("rw,exec,nosuid,nodev,mode=0755,uid=%d,gid=%d", u.UID, u.GID)
}

// cleanupLimit is how long the clean-up may take after an interruption.
const cleanupLimit = 30 * time.Second

// cleanup is a context for what must be done even when ctx was cancelled.
func cleanup(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), cleanupLimit)
}
