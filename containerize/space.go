package containerize

import (
	"fmt"
	"strings"

	"golang.org/x/sys/unix"

	"a2c/containerize/layer"
	"a2c/internal/disk"
	"a2c/internal/term"
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

// room refuses a build that would fill the disk, and names what takes the room.
func (p *plan) room(dir string, need int64) error {
	err := disk.Room(dir, need)
	if err == nil {
		return nil
	}
	err = fmt.Errorf("%w: %w", ErrNoSpace, err)
	if heavy := p.heaviest(); heavy != "" {
		err = fmt.Errorf("%w; %s: what the image does not need of it, leave out with containerParameters.appExcludedFiles in analysis.json, and mount data as a volume", err, heavy)
	}
	return err
}

// explain adds what to do to an error that says that the disk is full.
func explain(err error, dir string, need int64) error {
	if err == nil || !disk.Full(err) && !fullText(err) {
		return err
	}
	free, _, ferr := disk.Free(dir)
	if ferr != nil {
		free = 0
	}
	return fmt.Errorf("%w in %s: the build needs up to %s, %s is free; the last good image is unchanged, make room on that disk or name another with --workspace DIR: %w", ErrNoSpace, dir, term.Size(need), term.Size(free), err)
}

// fullText finds the same in the words of a builder, whose errors come over a pipe.
func fullText(err error) bool {
	return strings.Contains(err.Error(), unix.ENOSPC.Error()) || strings.Contains(err.Error(), unix.EDQUOT.Error())
}
