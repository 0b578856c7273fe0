package state

import (
	"context"
	"fmt"
	"io/fs"

	"a2c/inventory/host"
	"a2c/model"
)

// maxMeasured bounds the walk that sums up a state folder: some hold a file for every message they ever had.
const maxMeasured = 1_000_000

// measure sums up a state folder, or a single file. What is not counted is a skip, so that no sum passes for whole that is not; the same
// reasons are told once for each folder, with the first path.
func (f *finder) measure(ctx context.Context, d *model.StateDir, limit int) error {
	d.Bytes, d.DiskBytes, d.Files, d.SingleFile = 0, 0, 0, false
	unread := map[string]*model.Skip{}
	var inside contents
	var reasons []string
	note := func(name, reason string) {
		if k := unread[reason]; k != nil {
			k.Count = max(1, k.Count) + 1
			return
		}
		unread[reason] = &model.Skip{What: "size of state folder " + d.Path.String(), Path: model.Path(name), Reason: reason, Remedy: remedy(reason), Incomplete: true}
		reasons = append(reasons, reason)
	}
	err := host.Walk(ctx, f.s.Root, string(d.Path), func(name string, info host.Info, err error) error {
		switch {
		case err != nil && host.Vanished(err): // a file that came and went: what is left is counted
		case err != nil:
			note(name, host.Reason(err))
		case info.Type == host.Regular && d.Files >= limit:
			note(name, fmt.Sprintf("holds more than %d files: what comes after them is not counted", limit))
			return fs.SkipAll
		case info.Type == host.Regular:
			d.SingleFile = name == string(d.Path)
			d.Files++
			f.content(&inside, name)
			d.Bytes += info.Size
			d.DiskBytes += info.Blocks * 512
		}
		return nil
	})
	if err != nil {
		return err
	}
	inside.holds(d)
	for _, r := range reasons {
		f.s.Skip(*unread[r])
	}
	for _, field := range []string{"bytes", "diskBytes", "files"} {
		d.Evidence.Add(field, model.FromFile(d.Path, 0))
	}
	return nil
}

func remedy(reason string) string {
	if reason == "permission denied" {
		return "run as root"
	}
	return ""
}
