package containerize

import (
	"fmt"
	"strings"

	"golang.org/x/sys/unix"

	"a2c/containerize/layer"
	"a2c/internal/disk"
	"a2c/internal/term"
)

// need is the most that a build has on disk at once. The files are in the context, and as a raw layer or compressed (at most as large), one layer as both;
// unpacked in the private root are those of one layer, or all where that is kept for what follows. Reflinks need less.
func (p *plan) need(keepsRoot bool) int64 {
	layers := map[string]int64{}
	var largest int64
	for _, it := range p.items {
		layers[it.name] += it.room()
		largest = max(largest, layers[it.name])
	}
	if keepsRoot {
		return 4 * p.size()
	}
	return 2*p.size() + 2*largest
}

// size is what the files take once.
func (p *plan) size() int64 {
	var all int64
	for _, it := range p.items {
		all += it.room()
	}
	return all
}

// room is what an item takes on a disk: its content, and a block for its name.
func (it *item) room() int64 {
	const block = 4096
	if it.Kind == layer.File {
		return it.Size + block
	}
	return block
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
