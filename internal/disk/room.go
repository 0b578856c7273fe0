package disk

import (
	"errors"
	"fmt"
	"path/filepath"

	"golang.org/x/sys/unix"

	"a2c/internal/term"
	"a2c/model"
)

// What must stay free for the host: a full disk stops more than a2c.
const (
	minFreeShare = 10  // percent
	minFreeBytes = 1e9 // bytes
)

// SpaceError refuses a write that would leave the disk nearly full.
type SpaceError struct {
	Dir               string
	Need, Free, Total int64 // bytes
}

func (e *SpaceError) Error() string {
	return fmt.Sprintf("%s: this needs up to %s and would leave %s of %s free, and a2c leaves %d %% and %s to the host; make room, name another folder with --workspace DIR, or insist with --force",
		model.Path(e.Dir), term.Size(e.Need), term.Size(max(e.Free-e.Need, 0)), term.Size(e.Total), minFreeShare, term.Size(minFreeBytes))
}

// Room refuses need more bytes below dir, which need not exist yet, with a *SpaceError when less than 10 % or 1 GB would stay free.
func Room(dir string, need int64) error {
	free, total, err := Free(dir)
	if err != nil {
		return err
	}
	return enough(dir, need, free, total)
}

func enough(dir string, need, free, total int64) error {
	if left := free - need; left < minFreeBytes || left < total/100*minFreeShare {
		return &SpaceError{dir, need, free, total}
	}
	return nil
}

// Free tells the bytes that a2c may use on dir's disk, and its size as df(1) counts for its percentage: what is used and what may be, without
// the blocks that are reserved. A folder that does not exist yet is on its parent's.
func Free(dir string) (free, total int64, err error) {
	for at := dir; ; at = filepath.Dir(at) {
		var st unix.Statfs_t
		err := unix.Statfs(at, &st)
		if err == nil {
			return int64(st.Bavail) * st.Bsize, int64(st.Blocks-st.Bfree+st.Bavail) * st.Bsize, nil
		}
		if !errors.Is(err, unix.ENOENT) || at == "/" || at == "." {
			return 0, 0, fmt.Errorf("look for free space on %s: %w", model.Path(dir), err)
		}
	}
}
