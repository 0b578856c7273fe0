// Package state finds what the application writes: data that has to live outside an image, logs, and folders for temporary files.
package state

import (
	"cmp"
	"context"
	"path"
	"slices"
	"strconv"
	"strings"

	"a2c/analyze/config"
	"a2c/analyze/files"
	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
)

// Result is what was found, each list sorted by path.
type Result struct {
	Dirs  []model.StateDir
	Logs  []model.LogFile
	Empty []files.Folder
}

// Find looks at descriptors that may write and at what the configuration names as data, logs or temporary folders. The error is ctx's alone.
func Find(ctx context.Context, s *subject.Subject, c *config.Config) (Result, error) {
	f := &finder{s: s, c: c, dirs: map[string]*model.StateDir{}, logs: map[string]*model.LogFile{}, held: map[*model.LogFile]bool{}, empty: map[string]string{}}
	f.temporary()
	f.systemd()
	f.databases()
	f.folders()
	f.open()
	f.configuredLogs()
	f.home()
	return f.result(ctx)
}

type finder struct {
	s     *subject.Subject
	c     *config.Config
	dirs  map[string]*model.StateDir
	logs  map[string]*model.LogFile
	held  map[*model.LogFile]bool // by a descriptor
	empty map[string]string
}

func (f *finder) result(ctx context.Context) (Result, error) {
	r := Result{Dirs: []model.StateDir{}, Logs: []model.LogFile{}}
	for p, d := range f.dirs {
		if f.inside(p) {
			continue
		}
		if err := f.measure(ctx, d, maxMeasured); err != nil {
			return Result{}, err
		}
		r.Dirs = append(r.Dirs, *d)
	}
	for _, l := range f.logs {
		if info, err := f.s.Root.Lstat(string(l.Path)); err == nil {
			l.Bytes = info.Size
		}
		l.Evidence.Add("bytes", model.FromFile(l.Path, 0))
		r.Logs = append(r.Logs, *l)
	}
	for p, why := range f.empty {
		r.Empty = append(r.Empty, files.Folder{Path: p, Reason: why})
	}
	slices.SortFunc(r.Dirs, func(a, b model.StateDir) int { return cmp.Compare(a.Path, b.Path) })
	slices.SortFunc(r.Logs, func(a, b model.LogFile) int { return cmp.Compare(a.Path, b.Path) })
	slices.SortFunc(r.Empty, func(a, b files.Folder) int { return cmp.Compare(a.Path, b.Path) })
	return r, nil
}

// inside reports whether a state folder lies in another one.
func (f *finder) inside(p string) bool {
	for other := range f.dirs {
		if other != p && subject.Under(p, other) {
			return true
		}
	}
	return false
}

// real is a path without links, as descriptors show it; a path that does not exist stays.
func (f *finder) real(p string) string {
	if r, _, err := host.Resolve(f.s.Root, p); err == nil {
		return r
	}
	return p
}

func (f *finder) addDir(p, kind, reason string, from model.Source) {
	p = f.real(p)
	if f.temp(p) {
		return
	}
	d := f.dirs[p]
	if d == nil {
		d = &model.StateDir{Path: model.Path(p), Kind: kind, Reason: reason}
		f.dirs[p] = d
	} else if d.Kind == "unknown" && kind != "unknown" {
		d.Kind, d.Reason = kind, reason
	}
	for _, field := range []string{"path", "kind", "reason"} {
		d.Evidence.Add(field, from)
	}
}

// addFile takes a data file: its folder is the state, unless the folder holds the program or belongs to everybody.
func (f *finder) addFile(p, kind, reason string, from model.Source) {
	p = f.real(p)
	dir := path.Dir(p)
	if config.Shared(dir) || f.holdsProgram(dir) {
		if info, err := f.s.Root.Lstat(p); err == nil {
			if info.Size <= maxLock && isLock(path.Base(p)) {
				kind = "lock"
			}
			f.addDir(p, kind, reason, from)
		}
		return
	}
	f.addDir(dir, kind, reason, from)
}

// maxLock is the size of a lock or PID file at most, in bytes: a process ID, a host's name, a port.
const maxLock = 512

// isLock knows files by their name that say that somebody runs: Karaf's "lock", "app.pid", ".lock", "db.lck".
func isLock(base string) bool {
	ext := path.Ext(strings.ToLower(base))
	return base == "lock" || ext == ".lock" || ext == ".lck" || ext == ".pid"
}

// holdsProgram reports whether a folder is one that the application's program or configuration lies in.
func (f *finder) holdsProgram(dir string) bool {
	for _, p := range []string{string(f.s.App.Artifact), f.s.Main.Exe, string(f.s.App.Base)} {
		if p != "" && subject.Under(f.real(p), dir) {
			return true
		}
	}
	for _, d := range f.c.Documents {
		if subject.Under(f.real(d.Path), dir) {
			return true
		}
	}
	for _, r := range f.c.References {
		if !r.Tree && strings.HasSuffix(r.Path, ".jar") && subject.Under(f.real(r.Path), dir) {
			return true
		}
	}
	for _, w := range f.c.WebApps {
		if subject.Under(f.real(w.Path), dir) {
			return true
		}
	}
	return false
}

// addLog takes a log file; output is set when it is only where standard output goes.
func (f *finder) addLog(p string, from model.Source, output bool) {
	p = f.real(p)
	l := f.logs[p]
	if l == nil {
		l = &model.LogFile{Path: model.Path(p)}
		f.logs[p] = l
	}
	l.Evidence.Add("path", from)
	dir := path.Dir(p)
	if output {
		return // a container's engine takes the output: the folder is not needed for it
	}
	if !config.Shared(dir) && !f.holdsProgram(dir) && f.dirs[dir] == nil {
		f.empty[dir] = "log: folder of log files"
	}
}

// temporary notes the folders for files that need not survive.
func (f *finder) temporary() {
	if d := f.c.Dirs["tempDir"]; d != "" && !config.Shared(f.real(d)) {
		f.empty[f.real(d)] = "layout: temporary files (" + string(f.c.Evidence["tempDir"]) + ")"
	}
	if f.s.Kind() == "java-tomcat" {
		for name, why := range map[string]string{"logs": "log: folder of log files", "work": "layout: work folder, Tomcat fills it anew"} {
			if d := f.c.Dirs[name]; d != "" {
				f.empty[f.real(d)] = why
			}
		}
	}
	if v, ok := f.s.Main.Getenv("TMPDIR"); ok && v != "" && !config.Shared(f.real(f.s.Main.Abs(v))) {
		f.empty[f.real(f.s.Main.Abs(v))] = "layout: temporary files (TMPDIR)"
	}
	for _, v := range f.c.Settings {
		key := strings.ToLower(v.Key)
		if strings.HasSuffix(key, "multipart.location") || strings.HasSuffix(key, "server.tomcat.basedir") {
			if p := f.folder(v); p != "" {
				f.empty[f.real(p)] = "config: temporary files, " + v.Key + " (" + string(v.Source) + ")"
			}
		}
	}
}

// temp reports whether a path lies in a folder for temporary files.
func (f *finder) temp(p string) bool {
	for d, why := range f.empty {
		if subject.Under(p, d) && !strings.HasPrefix(why, "log:") {
			return true
		}
	}
	for _, d := range []string{"/tmp", "/var/tmp", "/dev", "/proc", "/sys", "/run", "/var/run"} {
		if subject.Under(p, d) && !subject.Under(string(f.s.App.Base), d) {
			return true
		}
	}
	return strings.Contains(p, "/hsperfdata_")
}

// open looks at what the processes hold open for writing now.
func (f *finder) open() {
	for _, p := range f.s.Procs {
		for _, d := range p.FDs {
			if d.Name != "" && d.Writes() {
				from := model.FromProc(p.PID, "fd/"+strconv.Itoa(d.Num))
				f.written(d, "held open for writing: "+string(from), from)
			}
		}
		for _, m := range p.Maps {
			if !m.Deleted && strings.Contains(m.Perms, "w") && strings.HasSuffix(m.Perms, "s") && !f.temp(m.Path) {
				from := model.FromProc(p.PID, "maps:"+strconv.Itoa(m.Line))
				f.addFile(m.Path, kindOf(m.Path), "mapped for writing: "+string(from), from)
			}
		}
	}
	for _, o := range f.s.Opened {
		if o.Wrote {
			f.writtenBefore(o)
		}
	}
}

// writtenBefore sorts a file that was written and closed under observation.
func (f *finder) writtenBefore(o subject.Opened) {
	f.written(subject.FD{FD: host.FD{Num: -1}, Name: o.Name}, o.Reason, model.Source(o.Reason))
}

// written sorts one file that the application writes: a log, a temporary file, or data.
func (f *finder) written(d subject.FD, reason string, from model.Source) {
	info, err := f.s.Root.Lstat(d.Name)
	switch {
	case err != nil || info.Type != host.Regular:
	case f.isLog(d):
		f.addLog(d.Name, from, d.Num == 1 || d.Num == 2)
		f.appends(d, from)
	case !f.temp(d.Name):
		f.addFile(d.Name, kindOf(d.Name), reason, from)
	}
}

// appends notes how a log is held open, once for each descriptor.
func (f *finder) appends(d subject.FD, from model.Source) {
	if d.Num < 0 {
		return
	}
	l := f.logs[f.real(d.Name)]
	l.Appends = (l.Appends || !f.held[l]) && d.Appends() && !d.Info.Reads()
	f.held[l] = true
	l.Evidence.Add("appends", from)
}

// isLog tells log files from data: by name, by folder, by being standard output, or by O_APPEND on a text file.
func (f *finder) isLog(d subject.FD) bool {
	base := strings.ToLower(path.Base(d.Name))
	ext := path.Ext(base)
	switch {
	case kindOf(d.Name) == "database":
		return false
	case d.Num == 1 || d.Num == 2:
		return true
	case logName(base), subject.Under(d.Name, "/var/log"):
		return true
	case f.c.Dirs["logs"] != "" && subject.Under(d.Name, f.real(f.c.Dirs["logs"])):
		return true
	}
	dir := strings.ToLower(path.Base(path.Dir(d.Name)))
	text := ext == "" || ext == ".txt" || ext == ".json" || ext == ".csv"
	return d.Appends() && text || text && (dir == "log" || dir == "logs")
}

func logName(base string) bool {
	return strings.HasSuffix(base, ".log") || strings.HasSuffix(base, ".out") || strings.HasSuffix(base, ".err") || files.RotatedLog(base) ||
		strings.Contains(base, "access_log") || strings.HasPrefix(base, "gc.log")
}

// kindOf knows embedded databases by their files.
func kindOf(p string) string {
	base := strings.ToLower(path.Base(p))
	for _, suffix := range []string{
		".mv.db", ".h2.db", ".trace.db", ".lock.db", ".sqlite", ".sqlite3", ".db", ".db3", ".db-wal", ".db-shm", ".sqlite-wal",
		".script", ".lobs", ".tmp.db", ".dat", ".mdb", ".ldb", ".rocksdb",
	} {
		if strings.HasSuffix(base, suffix) {
			return "database"
		}
	}
	return "unknown"
}
