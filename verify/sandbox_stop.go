package verify

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/moby/sys/signal"
	"golang.org/x/sys/unix"

	"a2c/model"
)

// Idle implements Twin.
func (t *sandboxTwin) Idle(context.Context) (int64, error) { return t.group.MemoryNow() }

// Signal implements Twin.
func (t *sandboxTwin) Signal(_ context.Context, name string) error {
	n, err := signal.ParseSignal(name)
	if err != nil {
		return err
	}
	return t.box.Signal(n)
}

// Changed looks for what has changed in the unpacked image since the program began: the time of the last change of a file's status, which no program can set (inode(7)).
func (t *sandboxTwin) Changed(ctx context.Context) ([]Changed, error) {
	var list []Changed
	err := filepath.WalkDir(t.root, func(name string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // the program removes it just now
		}
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil || name == t.root {
			return nil //nolint:nilerr // as above
		}
		st, ok := info.Sys().(*syscall.Stat_t)
		if ok && unix.TimespecToNsec(unix.Timespec(st.Ctim)) >= t.since.UnixNano() {
			list = append(list, Changed{model.Path(strings.TrimPrefix(name, t.root)), d.IsDir()})
		}
		return ctx.Err()
	})
	return list, err
}
