package containerize

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"a2c/containerize/layer"
)

// What must stay free: a full disk stops more than a2c.
const (
	keepFree  = 1 << 30
	keepShare = 10 // one part in ten
)

// need is the most that a build has on disk at once: the files in the context, unpacked in the private root, as raw layers, and compressed
// (at most as large). Reflinks and rootless builds need less.
func (p *plan) need() int64 {
	var files, blocks int64
	for _, it := range p.items {
		if it.Kind == layer.File {
			files += it.Size
		}
		blocks += 4096
	}
	return 4*files + 3*blocks
}

// room refuses a build that would fill the disk.
func room(dir string, need int64) error {
	free, total, err := freeSpace(dir)
	if err != nil {
		return err
	}
	if left := free - need; left < keepFree || left < total/keepShare {
		return fmt.Errorf("%w in %s: the build needs up to %s, %s is free, and %s or 10 %% must stay free; use another --workspace, make room, or go on with --force",
			ErrNoSpace, dir, size(need), size(free), size(keepFree))
	}
	return nil
}

func freeSpace(dir string) (free, total int64, err error) {
	for {
		var st unix.Statfs_t
		err := unix.Statfs(dir, &st)
		if errors.Is(err, unix.ENOENT) && dir != "/" {
			dir = filepath.Dir(dir)
			continue
		}
		if err != nil {
			return 0, 0, fmt.Errorf("free space of %s: %w", dir, err)
		}
		return int64(st.Bavail) * st.Bsize, int64(st.Blocks) * st.Bsize, nil
	}
}

// explain adds what to do to an error that says that the disk is full.
func explain(err error, dir string, need int64) error {
	if err == nil || !errors.Is(err, unix.ENOSPC) && !errors.Is(err, unix.EDQUOT) && !fullText(err) {
		return err
	}
	free, _, ferr := freeSpace(dir)
	if ferr != nil {
		free = 0
	}
	return fmt.Errorf("%w in %s: the build needs up to %s, %s is free; the last good image is unchanged: %w", ErrNoSpace, dir, size(need), size(free), err)
}

// size is for people, in decimal units as registries and disks are sold.
func size(n int64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	case n >= 1e3:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%d B", n)
}

// writeAside writes a file aside, syncs it and renames it into place.
func writeAside(name string, data []byte, mode os.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone after the rename
	defer f.Close()
	if _, err := f.Write(data); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := errors.Join(f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// fullText finds the same in the words of a builder, whose errors come over a pipe.
func fullText(err error) bool {
	return strings.Contains(err.Error(), unix.ENOSPC.Error()) || strings.Contains(err.Error(), unix.EDQUOT.Error())
}
