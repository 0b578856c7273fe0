package verify

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"a2c/internal/child"
	"a2c/internal/engine"
)

// Reaper is the name of the reaper of this package, Reap, in the program's table (child.Main).
const Reaper = "verify"

// left is what a run may leave: everything at the engine and in the folder that bears its name.
type left struct{ Owner, Engine, Dir string } // Engine "": a sandbox

// choose makes the runtime, and starts the reaper before anything is made there.
func (r *run) choose(ctx context.Context) error {
	name := cmp.Or(r.o.RuntimeName, RuntimeAuto)
	if name == RuntimeSandbox {
		return r.sandbox()
	}
	runtime, err := Docker(ctx, r.o.DockerHost, r.o.Log)
	if name == RuntimeAuto && r.o.DockerHost == "" && errors.Is(err, engine.ErrNoEngine) {
		r.o.Log.Info("no Docker Engine answers: the image runs in a sandbox")
		return r.sandbox()
	}
	if err != nil {
		return err
	}
	d := runtime.(*docker)
	// The variables that engine.Connect reads beside the address.
	r.reaper, err = child.StartReaper(Reaper, left{d.owner, d.client.Host(), r.o.Dir}, "DOCKER_API_VERSION", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY")
	if err != nil {
		return errors.Join(err, d.client.Close())
	}
	r.runtime, d.say = d, r.reaper.Say
	return nil
}

// sandbox makes one, and starts the reaper.
func (r *run) sandbox() error {
	s, err := newSandbox()
	if err != nil {
		return err
	}
	if r.reaper, err = child.StartReaper(Reaper, left{s.owner, "", r.o.Dir}); err != nil {
		return err
	}
	r.runtime, s.say = s, r.reaper.Say
	return nil
}

// removed notes whether something could not be removed.
func (r *run) removed(err error) error {
	r.left = r.left || err != nil
	return err
}

// dismiss ends the reaper, or leaves to it what could not be removed.
func (r *run) dismiss() {
	switch {
	case r.reaper == nil:
	case r.left:
		r.reaper.Leave()
	default:
		r.reaper.Done()
	}
}

// Words that tell the reaper of calls which the engine may finish although the caller is dead.
const (
	making = "make"
	made   = "made"
)

// make calls the engine to make something.
func (d *docker) make(call func() error) error {
	d.say(making)
	defer d.say(made)
	return call()
}

const (
	// unfinished is how long what was being made is waited for. A load that was cut short never comes.
	unfinished = 30 * time.Second
	// quiet is how long everything must be gone: removals that the dead parent had begun end meanwhile.
	quiet = time.Second
	look  = 250 * time.Millisecond
)

// Reap removes the containers and images of a run of Run that was killed, and then its copies of the state, which the containers wrote to. What the
// engine refuses now (an image whose container is being removed) is tried again until ctx ends.
func Reap(ctx context.Context, request func(any) error, last string) error {
	var l left
	if err := request(&l); err != nil {
		return err
	}
	if l.Owner == "" || l.Dir == "" {
		return errors.New("nothing is named")
	}
	if l.Engine == "" {
		return reapSandbox(ctx, l, last)
	}
	client, err := engine.Connect(ctx, l.Engine)
	if err != nil {
		return errors.Join(err, clearCopies(l.Dir, engine.OfOwner(l.Owner)))
	}
	defer func() { _ = client.Close() }()
	tick := time.NewTicker(look)
	defer tick.Stop()
	until := time.Now().Add(quiet)
	if last == making {
		until = until.Add(unfinished)
	}
	for {
		found, err := client.Clear(ctx, label, repository, engine.OfOwner(l.Owner), slog.New(slog.DiscardHandler))
		if err = errors.Join(err, clearCopies(l.Dir, engine.OfOwner(l.Owner))); (err != nil || found > 0) && time.Until(until) < quiet {
			until = time.Now().Add(quiet)
		}
		if time.Now().After(until) {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-tick.C:
		}
	}
}
