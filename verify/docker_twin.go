package verify

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"a2c/model"
)

func (t *dockerTwin) id() string { return t.ids[len(t.ids)-1] }

func (t *dockerTwin) Status(ctx context.Context) (Status, error) {
	s, err := t.d.client.State(ctx, t.id())
	why := t.endedFor()
	if err == nil && !s.Running && !s.OOM && !t.signalled && why == "" {
		err = t.d.client.Stays(ctx) // it may have been the engine that ended it
	}
	return Status{Running: s.Running, ExitCode: s.ExitCode, OutOfMemory: s.OOM, Error: cmp.Or(why, s.Error)}, err
}

func (t *dockerTwin) Log(ctx context.Context, lines int) ([]string, error) {
	return t.d.client.Log(ctx, t.id(), lines)
}

// Memory is the larger of what the kernel charged to the container and the main process's peak.
func (t *dockerTwin) Memory(ctx context.Context) (int64, error) {
	_, charged, err := t.d.client.Memory(ctx, t.id())
	if err != nil {
		return 0, err
	}
	return t.peak(charged)
}

func (t *dockerTwin) Idle(ctx context.Context) (int64, error) {
	now, _, err := t.d.client.Memory(ctx, t.id())
	return now, err
}

func (t *dockerTwin) Signal(ctx context.Context, signal string) error {
	t.signalled = true
	return t.d.client.Signal(ctx, t.id(), signal)
}

func (t *dockerTwin) Changed(ctx context.Context) ([]Changed, error) {
	paths, err := t.d.client.Changed(ctx, t.id())
	var list []Changed
	for _, p := range paths {
		list = append(list, Changed{model.Path(p), t.d.client.Folder(ctx, t.id(), p)})
	}
	return list, err
}

// Stop removes the containers, the twin first.
func (t *dockerTwin) Stop(ctx context.Context) error {
	if t.unwatch != nil {
		t.unwatch()
		t.watching.Wait()
	}
	var errs []error
	for _, id := range slices.Backward(t.ids) {
		errs = append(errs, t.d.client.Remove(ctx, id))
	}
	if t.world != nil {
		errs = append(errs, t.world.Close())
	}
	return errors.Join(errs...)
}
