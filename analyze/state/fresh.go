package state

import (
	"context"
	"path"
	"slices"
	"strings"
	"time"

	"a2c/analyze/config"
	"a2c/analyze/files"
	"a2c/analyze/subject"
	"a2c/model"
)

// settle is how long after its start an application may still be unpacking and preparing.
const settle = time.Minute

// Fresh finds data among the files that were taken for program: files of the application's user, in folders it may write to, that changed after
// the start was over, or that grow while they are looked at. Their folders become state, in the set too. Program files that change meanwhile are a new deployment, not state.
func Fresh(ctx context.Context, s *subject.Subject, c *config.Config, set *files.Set, dirs []model.StateDir) ([]model.StateDir, error) {
	start, err := s.Main.StartTime()
	if err != nil {
		return dirs, nil
	}
	f := &finder{s: s, c: c, dirs: map[string]*model.StateDir{}, empty: map[string]string{}}
	set.EachIn(model.LayerApp, func(p string, mtime time.Time, uid int, size int64) {
		if uid != s.App.User.UID || !mtime.After(start) || program(p) || !f.writable(path.Dir(p)) {
			return
		}
		switch {
		case mtime.After(start.Add(settle)):
			f.addFile(p, kindOf(p), "changed after the start: "+model.Path(p).String(), model.FromFile(model.Path(p), 0))
		case f.grows(p, size):
			f.addFile(p, kindOf(p), "grows while it is looked at: "+model.Path(p).String(), model.FromFile(model.Path(p), 0))
		}
	})
	for p, d := range f.dirs {
		if f.inside(p) {
			continue
		}
		if err := f.measure(ctx, d, maxMeasured); err != nil {
			return nil, err
		}
		set.Forget(p, model.State, "state: "+d.Reason)
		dirs = append(dirs, *d)
	}
	slices.SortFunc(dirs, func(a, b model.StateDir) int { return strings.Compare(string(a.Path), string(b.Path)) })
	return dirs, nil
}

// grows reports whether a file is longer than it was seen to be: it is written to now, though nobody has it open at the moment.
func (f *finder) grows(p string, size int64) bool {
	info, err := f.s.Root.Lstat(p)
	return err == nil && info.Size > size
}

// program reports whether a file is code, a page or configuration, by where it lies and its ending.
func program(p string) bool {
	if strings.Contains(p, "/WEB-INF/") || strings.Contains(p, "/META-INF/") || strings.Contains(p, "/BOOT-INF/") {
		return true
	}
	switch strings.ToLower(path.Ext(p)) {
	case ".jar", ".war", ".class", ".jsp", ".jspx", ".dll", ".so", ".exe", ".pdb", ".js", ".css", ".html", ".htm", ".xhtml", ".cshtml", ".xml", ".yml", ".yaml",
		".properties", ".json", ".conf", ".config", ".sh", ".map", ".svg", ".woff", ".woff2", ".ttf":
		return true
	}
	return false
}
