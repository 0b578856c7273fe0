package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"a2c/containerize/build"
	"a2c/internal/jail"
)

// relay hands each layer over as soon as Kaniko has written it, so that a2c compresses it while Kaniko makes the next. Kaniko, which would now compress it with
// one core to name it, by a name that a2c does not use, gets an empty archive in its place. Only for a2c's own Dockerfile: nothing runs that could change what was
// handed over.
type relay struct {
	child *jail.Child
	empty bool // the root holds nothing but what was copied

	mu     sync.Mutex // Kaniko's log may come from another goroutine
	now    string     // the instruction that Kaniko is at
	sent   string     // the snapshot that was handed over; by its name Kaniko reads an empty one
	handed int
	err    error // the first; Kaniko goes on whatever a hook of its log says
}

// hand is called when the instruction now begins: what the one before it made is whole, and nobody reads it any more.
func (e *relay) hand(now string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err == nil {
		e.err = e.take()
	}
	e.now = now
	return e.err
}

func (e *relay) take() error {
	dir := e.child.Plan.Inside()
	snapshots, err := snapshotsIn(dir)
	if err != nil || len(snapshots) == 0 {
		return err
	}
	if len(snapshots) > 1 {
		return fmt.Errorf("kaniko made %d layers of one instruction", len(snapshots))
	}
	made, err := e.send(snapshots[0])
	if err == nil {
		err = os.Remove(snapshots[0])
	}
	if e.sent = ""; err != nil || !made || !e.empty {
		return err
	}
	return e.clear(dir)
}

// send hands a snapshot over, unless that was done, under a name of its own. false: it is no layer.
func (e *relay) send(snapshot string) (bool, error) {
	if e.sent == snapshot {
		return true, nil
	}
	info, err := os.Lstat(snapshot)
	if err != nil {
		return false, fmt.Errorf("hand over layer: %w", err)
	}
	if info.Size() <= emptyTar {
		return false, nil
	}
	name := strconv.Itoa(e.handed) + ".tar"
	if err := os.Link(snapshot, filepath.Join(e.child.Plan.Inside(), build.OutName, name)); err != nil {
		return false, fmt.Errorf("hand over layer: %w", err)
	}
	e.handed++
	e.sent = snapshot
	return true, e.child.Send(build.Message{Layer: &build.RawLayer{File: name, CreatedBy: e.now}})
}

// written is called when Kaniko has closed a snapshot and is about to read it. One that is not whole stays: the disk is full, which Kaniko says.
func (e *relay) written() {
	e.mu.Lock()
	defer e.mu.Unlock()
	dir := e.child.Plan.Inside()
	snapshots, err := snapshotsIn(dir)
	if err != nil || e.err != nil || len(snapshots) != 1 || snapshots[0] == e.sent || !whole(snapshots[0]) {
		return // take says what is wrong
	}
	made, err := e.send(snapshots[0])
	if e.err = err; err != nil || !made {
		return
	}
	none := filepath.Join(dir, "none.tar")
	if err := os.WriteFile(none, make([]byte, 2*emptyTar), 0o600); err == nil { // else Kaniko reads the layer
		_ = os.Rename(none, snapshots[0])
	}
}

// whole reports whether a file is an archive to its end, two blocks of zeros (tar(5)). Whether all before is whole shows to who reads it.
func whole(name string) bool {
	f, err := os.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	end := make([]byte, emptyTar)
	at, err := f.Seek(-emptyTar, io.SeekEnd)
	if err != nil || at%(emptyTar/2) != 0 {
		return false
	}
	_, err = io.ReadFull(f, end)
	return err == nil && len(bytes.TrimLeft(end, "\x00")) == 0
}

// emptyTar is the size in bytes up to which Kaniko makes no layer of a snapshot (executor.emptyTarSize): the folder of WORKDIR is there, for one.
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
	if err := e.hand(""); err != nil {
		return err
	}
	if e.handed != layers {
		return fmt.Errorf("kaniko made %d layers, and left %d", layers, e.handed)
	}
	return nil
}
