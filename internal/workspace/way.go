package workspace

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"a2c/model"
)

// way refuses, for root, a way to the workspace that is not safe. The folder itself is looked at by create.
func (w *Workspace) way() error {
	if os.Geteuid() != 0 {
		return nil
	}
	sudo := sudoUID(os.Getenv)
	trusted := func(uid uint32) bool { return uid == 0 || uid == sudo }
	if info, err := os.Lstat(w.dir); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return safeWay(w.dir, trusted)
	}
	return safeWay(filepath.Dir(w.dir), trusted)
}

// safeWay refuses a path that somebody else could lead elsewhere between two runs: a link of theirs, a folder of theirs, or one that everybody writes
// to and that is not sticky. What root writes would land, and what root reads come from, where they choose. Folders that do not exist yet are fine.
func safeWay(dir string, trusted func(uid uint32) bool) error {
	if err := safeParts(dir, trusted); err != nil {
		return err
	}
	real, err := filepath.EvalSymlinks(dir)
	if errors.Is(err, fs.ErrNotExist) {
		if dir == "/" {
			return nil
		}
		return safeWay(filepath.Dir(dir), trusted)
	}
	if err != nil || real == dir {
		return err
	}
	return safeParts(real, trusted)
}

func safeParts(dir string, trusted func(uid uint32) bool) error {
	at := "/"
	for part := range strings.SplitSeq(strings.Trim(dir, "/"), "/") {
		at = filepath.Join(at, part)
		info, err := os.Lstat(at)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if st, ok := info.Sys().(*syscall.Stat_t); ok && !trusted(st.Uid) {
			return fmt.Errorf("%s belongs to user %d, who could lead root elsewhere", model.Path(at), st.Uid)
		}
		if info.IsDir() && at != dir && info.Mode().Perm()&0o002 != 0 && info.Mode()&fs.ModeSticky == 0 {
			return fmt.Errorf("everybody can write to %s (mode %04o), and could lead root elsewhere", model.Path(at), info.Mode().Perm())
		}
	}
	return nil
}
