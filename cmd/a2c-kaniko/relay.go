package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"a2c/containerize/build"
	"a2c/internal/jail"
)

// relay hands each layer over as soon as Kaniko has made it, so that a2c compresses it while Kaniko makes the next. Kaniko knows all of a layer by then and
// never looks at the file again. Only for a2c's own Dockerfile: nothing runs that could change what was handed over.
type relay struct {
	child  *jail.Child
	empty  bool // the root holds nothing but what was copied
	handed int
	err    error // the first; Kaniko goes on whatever a hook of its log says
}

// hand is called when an instruction begins: what the one before it made is whole.
func (e *relay) hand(by string) error {
	if e.err == nil {
		e.err = e.take(by)
	}
	return e.err
}

func (e *relay) take(by string) error {
	dir := e.child.Plan.Inside()
	snapshots, err := snapshotsIn(dir)
	if err != nil || len(snapshots) == 0 {
		return err
	}
	if len(snapshots) > 1 {
		return fmt.Errorf("kaniko made %d layers of one instruction", len(snapshots))
	}
	info, err := os.Lstat(snapshots[0])
	if err != nil {
		return fmt.Errorf("hand over layer: %w", err)
	}
	if info.Size() <= emptyTar {
		return os.Remove(snapshots[0])
	}
	name := strconv.Itoa(e.handed) + ".tar"
	if err := os.Rename(snapshots[0], filepath.Join(dir, build.OutName, name)); err != nil {
		return fmt.Errorf("hand over layer: %w", err)
	}
	e.handed++
	if err := e.child.Send(build.Message{Layer: &build.RawLayer{File: name, CreatedBy: by}}); err != nil || !e.empty {
		return err
	}
	return e.clear(dir)
}

// emptyTar is the size up to which Kaniko makes no layer of a snapshot (executor.emptyTarSize): the folder of WORKDIR is there, for one.
const emptyTar = 1024

// clear takes the files of a layer out of the root: they would lie on the disk once more until the end.
func (e *relay) clear(dir string) error {
	entries, err := os.ReadDir("/")
	if err != nil {
		return fmt.Errorf("clear private root: %w", err)
	}
	var all error
	for _, entry := range entries {
		if name := "/" + entry.Name(); name != dir && name != "/proc" && name != "/dev" {
			all = errors.Join(all, os.RemoveAll(name))
		}
	}
	if all != nil {
		return fmt.Errorf("clear private root: %w", all)
	}
	return nil
}

// last hands over what the last instruction made; layers is how many there have to be.
func (e *relay) last(layers int) error {
	if err := e.hand("the last instruction"); err != nil {
		return err
	}
	if e.handed != layers {
		return fmt.Errorf("kaniko made %d layers, and left %d", layers, e.handed)
	}
	return nil
}
