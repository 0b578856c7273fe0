package verify

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"a2c/internal/engine"
	"a2c/model"
	"a2c/verify/outside"
	"a2c/verify/state"
)

// folder makes the folder for this attempt's copies of the state.
func (r *run) folder() (string, error) {
	name, err := engine.Owner(os.Getpid())
	if err != nil {
		return "", err
	}
	r.attempts++
	folder := filepath.Join(r.o.Dir, fmt.Sprintf("%s%s-%d", copies, name, r.attempts))
	return folder, os.Mkdir(folder, 0o700)
}

// needs prepares what the twin is given.
func (r *run) needs(ctx context.Context, targets []target, folder string, set restrictions) (Needs, []model.Skip, error) {
	n := Needs{
		Archive: filepath.Join(r.o.Dir, "image", "oci"), Env: r.env.list, State: map[model.Path]string{}, ReadOnly: set.readOnly,
		Capabilities: set.capabilities, NoNewPrivileges: set.noNewPrivileges,
		AllowNetwork: r.o.AllowNetwork, Ways: r.ways(), MemoryBytes: r.o.MemoryBytes, CPUs: r.o.CPUs, Dir: r.o.Dir, Reserve: r.o.Reserve,
	}
	if !r.o.Blind {
		n.Live = r.live.proc("root")
	}
	for _, t := range targets {
		n.Ports = append(n.Ports, t.port)
	}
	skips, err := r.state(ctx, folder, n.State)
	if err != nil {
		return n, nil, err
	}
	if set.readOnly {
		n.Tmpfs = append(writable(r.o.Image), set.writable...)
	}
	return n, skips, nil
}

// ways are the peers that the user lets the twin through to, from where the live application is, and those that are only pretended.
func (r *run) ways() []outside.Way {
	list := slices.Clone(r.o.Fake)
	for _, w := range r.o.Allow {
		address := net.JoinHostPort(w.Host, strconv.Itoa(w.Port))
		w.Dial = func(ctx context.Context) (net.Conn, error) { return r.live.reach(ctx, address) }
		list = append(list, w)
	}
	return list
}

// writable are the folders that a read-only root leaves to write to: those the image names, and /tmp. One that holds the program itself or
// its working directory is left out, since an empty file system would hide them; and where a state folder is mounted, nothing else is.
func writable(i model.Image) []model.Path {
	var list []model.Path
	for _, p := range append([]model.Path{"/tmp"}, i.Needs.Writable...) {
		hides := func(name model.Path) bool {
			return name == p || strings.HasPrefix(string(name), strings.TrimSuffix(string(p), "/")+"/")
		}
		used := slices.Contains(list, p) || hides(i.Config.WorkingDir) && i.Config.WorkingDir != p
		for _, arg := range i.Config.Entrypoint {
			used = used || hides(model.Path(arg))
		}
		for _, m := range i.Needs.State {
			used = used || m.Path == p
		}
		if !used {
			list = append(list, p)
		}
	}
	return list
}

// state copies the application's state, or makes empty folders.
func (r *run) state(ctx context.Context, folder string, into map[model.Path]string) ([]model.Skip, error) {
	mounts := r.o.Image.Needs.State
	root := fmt.Sprintf("/proc/%d/root", r.o.Analysis.AnalysisInfo.App.ProcessID)
	for i, m := range mounts {
		into[m.Path] = filepath.Join(folder, fmt.Sprintf("state-%d", i+1))
	}
	if r.o.EmptyState {
		for _, m := range mounts {
			if m.SingleFile { // it makes one itself
				delete(into, m.Path)
				continue
			}
			if err := state.Empty(m, into[m.Path]); err != nil {
				return nil, err
			}
		}
		return nil, nil
	}
	if err := r.allow(ctx, root); err != nil {
		return nil, fmt.Errorf("copy the state: %w; or let the twin begin without it: --state empty", err)
	}
	var skips []model.Skip
	for _, m := range mounts {
		r.report("copy", "the state "+m.Path.String(), 0)
		more, err := state.Copy(ctx, root, string(m.Path), into[m.Path], r.o.StateLimit)
		if err != nil {
			return nil, err
		}
		skips = append(skips, more...)
	}
	return skips, nil
}

// allow refuses to copy more than the limit, or than the disk should take.
func (r *run) allow(ctx context.Context, root string) error {
	var need int64
	for _, m := range r.o.Image.Needs.State {
		n, err := state.Size(ctx, root, string(m.Path))
		if err != nil {
			return err
		}
		need += n
	}
	if need > r.o.StateLimit {
		return fmt.Errorf("%d bytes, of which %d may be copied (--state-limit): %w", need, r.o.StateLimit, state.ErrTooLarge)
	}
	if need > 0 && r.o.Reserve != nil {
		return r.o.Reserve(need)
	}
	return nil
}
