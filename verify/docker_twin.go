package verify

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

func (t *dockerTwin) id() string { return t.ids[len(t.ids)-1] }

func (t *dockerTwin) Status(ctx context.Context) (Status, error) {
	s, err := t.d.client.State(ctx, t.id())
	return Status{Running: s.Running, ExitCode: s.ExitCode, OutOfMemory: s.OOM, Error: s.Error}, err
}

// Open reads the kernel's table: a port that takes a connection for a command (shutdown, debug) must not see one.
func (t *dockerTwin) Open(port int) (inside, outside bool, err error) {
	if t.pid == 0 {
		return false, false, nil
	}
	m, err := host.Machine("/")
	if err != nil {
		return false, false, err
	}
	return listening(m, t.pid, port)
}

func (t *dockerTwin) Log(ctx context.Context, lines int) ([]string, error) {
	return t.d.client.Log(ctx, t.id(), lines)
}

// Memory is the larger of what the kernel charged to the container and the main process's peak resident set: pages of the image that were in
// memory already are charged to nobody here, but will be elsewhere.
func (t *dockerTwin) Memory(ctx context.Context) (int64, error) {
	charged, err := t.d.client.Memory(ctx, t.id())
	if err != nil {
		return 0, err
	}
	s, err := t.d.client.State(ctx, t.id())
	if err != nil || !s.Running {
		return charged, err
	}
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.PID))
	if errors.Is(err, fs.ErrNotExist) {
		return charged, nil
	}
	if err != nil {
		return charged, err
	}
	status, err := parse.Status(data)
	return max(charged, status.VMHWM), err
}

func (t *dockerTwin) Reached() ([]string, []model.Skip) {
	if t.world == nil {
		return nil, []model.Skip{{What: "what the twin tried to reach", Reason: "the network was allowed"}}
	}
	return t.world.Reached()
}

// Stop removes the containers, the twin first.
func (t *dockerTwin) Stop(ctx context.Context) error {
	var errs []error
	for _, id := range slices.Backward(t.ids) {
		errs = append(errs, t.d.client.Remove(ctx, id))
	}
	if t.world != nil {
		errs = append(errs, t.world.Close())
	}
	return errors.Join(errs...)
}
