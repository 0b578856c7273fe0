package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"

	"a2c/analyze/files"
	"a2c/internal/disk"
	"a2c/internal/workspace"
	"a2c/inventory/host"
	"a2c/model"
)

// recover copies the content of deleted files from the descriptors that the application's processes have open into its folder of the workspace, and
// removes what an analysis before has recovered.
func (a *app) recover(ctx context.Context, w *workspace.Workspace, id string, app model.App, list []files.Recovered) error {
	if err := os.RemoveAll(w.Path(path.Join(id, workspace.RecoveredFolder))); err != nil {
		return fmt.Errorf("remove what was recovered before: %w", disk.Cause(err))
	}
	if len(list) == 0 {
		return nil
	}
	var need int64
	for _, r := range list {
		need += r.Size
	}
	if err := w.Reserve(need); err != nil {
		return err
	}
	tree, err := host.Machine(a.root)
	if err != nil {
		return err
	}
	for _, r := range list {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !slices.Contains(app.Processes, r.PID) {
			return fmt.Errorf("recover %s: it is no descriptor of the application", r.Link())
		}
		if err := recoverOne(w, id, tree, r); err != nil {
			return fmt.Errorf("recover a deleted file from %s: %w; nothing was changed, analyze again", r.Link(), err)
		}
	}
	return nil
}

func recoverOne(w *workspace.Workspace, id string, tree host.Tree, r files.Recovered) error {
	f, err := tree.Open(r.Link())
	if err != nil {
		return err
	}
	defer f.Close()
	info := f.Info()
	if info.Dev != r.Dev || info.Ino != r.Ino || info.Nlink > 0 {
		return errors.New("another file is open there by now")
	}
	name := path.Join(id, workspace.RecoveredFolder, r.Name)
	out, err := w.Create(name)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, io.LimitReader(f, info.Size)); err != nil {
		return errors.Join(err, out.Discard())
	}
	if err := out.Commit(); err != nil {
		return err
	}
	return disk.Cause(os.Chtimes(w.Path(name), info.MTime, info.MTime)) // by which containerize sees that it is still the same
}
