package sample

import (
	"bytes"
	"errors"
	"io"
	"strconv"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// accessLog is a log of requests that a process of the application has open.
type accessLog struct {
	p     *host.Process
	fd    int
	name  string // in the process's own root
	began host.Info
	lines int
	err   error
}

// maxLog is how much of a log is counted at most, in bytes.
const maxLog = 256 << 20

// accessLogs finds the logs by their names.
func accessLogs(procs []*host.Process) []*accessLog {
	var list []*accessLog
	seen := map[[2]uint64]bool{}
	for _, p := range procs {
		fds, err := p.FDs()
		if err != nil {
			continue // the analysis says so
		}
		for _, f := range fds {
			if f.Path() == "" || f.Deleted || !parse.IsAccessLog(f.Path()) {
				continue
			}
			info, err := f.Stat()
			if id := [2]uint64{info.Dev, info.Ino}; err == nil && info.Type == host.Regular && !seen[id] {
				seen[id] = true
				list = append(list, &accessLog{p: p, fd: f.Num, name: f.Path(), began: info})
			}
		}
	}
	return list
}

// requests counts the lines that came meanwhile.
func (w *watcher) requests() {
	for _, l := range w.logs {
		l.lines, l.err = l.count()
		if l.err != nil {
			w.m.note("log "+l.name, "requests in %s: %s", model.Path(l.name), host.Reason(l.err))
		}
	}
}

var (
	errRotated = errors.New("it was rotated meanwhile: not counted")
	errLong    = errors.New("it grew by more than 256 MiB: the rest is not counted")
)

func (l *accessLog) count() (int, error) {
	t, err := l.p.Tree()
	if err != nil {
		return 0, err
	}
	f, err := t.Open(l.name)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if info := f.Info(); info.Dev != l.began.Dev || info.Ino != l.began.Ino || info.Size < l.began.Size {
		return 0, errRotated
	}
	n, size := 0, int64(0)
	buf := make([]byte, 64<<10)
	for at := l.began.Size; ; {
		k, err := f.ReadAt(buf, at)
		n += bytes.Count(buf[:k], []byte{'\n'})
		at, size = at+int64(k), size+int64(k)
		switch {
		case errors.Is(err, io.EOF) || k == 0:
			return n, nil
		case err != nil:
			return n, err
		case size > maxLog:
			return n, errLong
		}
	}
}

// rate sums up the logs; nil: there are none, or none could be counted.
func (w *watcher) rate() *model.RequestRate {
	var r *model.RequestRate
	for _, l := range w.logs {
		if l.err != nil && !errors.Is(l.err, errLong) {
			continue
		}
		if r == nil {
			r = &model.RequestRate{Files: []model.Path{}}
		}
		r.Lines += l.lines
		r.Files = append(r.Files, model.Path(l.name))
		r.Evidence.Add("lines", model.FromFile(model.Path(l.name), 0))
		r.Evidence.Add("files", model.FromProc(l.p.PID, "fd/"+strconv.Itoa(l.fd)))
	}
	if r != nil && w.present() > 0 {
		r.PerSecond = model.Thousandths(float64(r.Lines) / w.present().Seconds())
		r.Evidence.Add("perSecond", model.Derived("lines / seconds; a server may write its log in blocks, Tomcat every 10 s"))
	}
	return r
}
