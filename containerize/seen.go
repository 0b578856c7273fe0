package containerize

import (
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"a2c/containerize/layer"
	"a2c/internal/disk"
	"a2c/model"
)

// seenFiles says what the workspace's own files held at the end of a run, so that the next one need not take their digests again. What lies on the host is read
// each time: of that only content decides.
type seenFiles struct {
	Blobs map[string]disk.Stamp // of the layout, by the digest's hexadecimal digits
	Files map[string]seenFile   // of the context, by their escaped names there
	Parts *partsList            // nil: there is none
}

type seenFile struct {
	disk.Stamp
	Sum layer.Sum
}

func (r *runner) seenName() string { return filepath.Join(r.o.Dir, ".a2c", "seen.json") }

// readSeen is empty when nothing is to be taken from the last run.
func (r *runner) readSeen() (k seenFiles) {
	if r.o.Force || r.o.BuildOnly {
		return k
	}
	text, err := os.ReadFile(r.seenName())
	if err != nil {
		return seenFiles{} // the first run: everything is read
	}
	if err := json.Unmarshal(text, &k); err != nil {
		return seenFiles{} // of another version
	}
	return k
}

// noteSeen ends a run. A file that was written to a moment ago is left out: another write in the same tick of the clock would not be seen.
func (r *runner) noteSeen() {
	if r.o.BuildOnly {
		return
	}
	k := seenFiles{Blobs: map[string]disk.Stamp{}, Files: map[string]seenFile{}, Parts: r.parts}
	now := time.Now()
	blobs := filepath.Join(r.layout(), "blobs", "sha256")
	entries, err := os.ReadDir(blobs)
	for _, e := range entries {
		if info, err := e.Info(); err == nil && disk.StampOf(info).Settled(now) {
			k.Blobs[e.Name()] = disk.StampOf(info)
		}
	}
	known := maps.Equal(k.Blobs, r.seen.Blobs) && k.Parts == r.seen.Parts
	if err == nil && known && r.same && !r.plan.summed {
		return
	}
	if err == nil {
		err = r.eachCopied(func(name string, info fs.FileInfo, sum layer.Sum) {
			if disk.StampOf(info).Settled(now) {
				k.Files[name] = seenFile{Stamp: disk.StampOf(info), Sum: sum}
			}
		})
	}
	if err == nil && known && maps.Equal(k.Files, r.seen.Files) {
		return
	}
	var text []byte
	if err == nil {
		text, err = json.Marshal(k)
	}
	if err == nil {
		err = disk.WriteFile(r.seenName(), text, 0o600)
	}
	if err != nil { // a stale note names files that have other stamps by now
		r.o.log().Info("the next run reads everything again", "error", err)
	}
}

// eachCopied calls f for the files of the context whose digests are known.
func (r *runner) eachCopied(f func(name string, info fs.FileInfo, sum layer.Sum)) error {
	root, err := os.OpenRoot(r.context())
	if err != nil {
		return err
	}
	defer root.Close()
	folder := openFolder{root: root}
	defer folder.leave()
	for _, name := range slices.Sorted(maps.Keys(r.plan.items)) {
		it := r.plan.items[name]
		if it.Kind != layer.File || it.Sum == (layer.Sum{}) || !r.plan.carried(it) {
			continue
		}
		name := folderOf(it).Name + string(it.Path)
		if folder.enter(filepath.Dir(name)) != nil {
			continue
		}
		if info, err := folder.at.Lstat(filepath.Base(name)); err == nil {
			f(model.Path(name).String(), info, it.Sum)
		}
	}
	return nil
}
