package observe

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"a2c/inventory/host"
	"a2c/model"
)

// Result is what was opened.
type Result struct {
	Files    map[string]*File // by name as a2c sees it, which for a process behind chroot(2) begins with its root
	Duration time.Duration
	Others   int // opens by other processes
	Told     int // events in all
	// Ended counts events of processes that were gone before a2c could tell whose they were.
	Ended int
	// Overflows counts how often the kernel had to drop opens, Gaps how often forks; how many each time it does not say.
	Overflows, Gaps int
}

// File is one file that was opened.
type File struct {
	PID   int  // who opened it first
	Exec  bool // it was executed
	Wrote bool // a descriptor that may write was closed
}

// Prefix begins the reason of everything that an observation led to.
const Prefix = "observe: "

// Reason words it.
func (f *File) Reason() string {
	how := "opened by"
	switch {
	case f.Wrote:
		how = "written by"
	case f.Exec:
		how = "executed as"
	}
	return fmt.Sprintf("%s%s process %d", Prefix, how, f.PID)
}

// Earlier is what a run before this one saw.
type Earlier struct {
	Path   model.Path // in the application's root
	Reason string
	Wrote  bool
}

// batch is how many events are taken at once: the kernel opens a descriptor for each.
const batch = 256

// eventSize is that of struct fanotify_event_metadata.
const eventSize = unix.FAN_EVENT_METADATA_LEN

// Watch reads events for a while, closes them, and keeps those of the processes pids and of whatever these start. report, which may be nil, is told about
// once a second how much has been seen. The error is ctx's, or says that the events cannot be read.
func Watch(ctx context.Context, t host.Tree, events Events, pids []int, d time.Duration, report func(Result)) (Result, error) {
	began := time.Now()
	defer events.Close()
	w := watcher{family: newFamily(t, pids), Events: events, r: Result{Files: map[string]*File{}}}
	buf := make([]byte, batch*eventSize)
	told := began
	for {
		now := time.Now()
		w.r.Duration = now.Sub(began)
		switch {
		case ctx.Err() != nil:
			return w.r, context.Cause(ctx)
		case w.r.Duration >= d:
			return w.r, nil
		case report != nil && now.Sub(told) >= time.Second:
			told = now
			report(w.r)
		}
		if err := events.Opens.SetReadDeadline(now.Add(min(200*time.Millisecond, d-w.r.Duration))); err != nil {
			return w.r, fmt.Errorf("read events: %w", err)
		}
		n, err := events.Opens.Read(buf)
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return w.r, fmt.Errorf("read events: %w", err)
		}
		if err := w.born(); err != nil {
			return w.r, fmt.Errorf("read process events: %w", err)
		}
		if err := w.take(buf[:n]); err != nil {
			return w.r, err
		}
		if n < len(buf) {
			time.Sleep(pause)
		}
	}
}

// pause lets events come together: nothing waits for a2c, and the fewer times it wakes, the less it takes from others.
const pause = 10 * time.Millisecond

type watcher struct {
	Events
	family *family
	r      Result
}

// born takes notice of new processes. The kernel tells of each before it opens anything, so that of those in a buffer that was read all are known.
func (w *watcher) born() error {
	if w.Forks == nil {
		return nil
	}
	gap, err := drain(w.Forks, w.family.forked)
	if gap {
		w.r.Gaps++
		w.family.distrust()
	}
	return err
}

// event is struct fanotify_event_metadata (fanotify(7)): event_len u32, vers u8, reserved u8, metadata_len u16, mask u64, fd s32, pid s32.
type event struct {
	mask    uint64
	fd, pid int
}

// events cuts a buffer that was read into its events. The kernel writes it whole; what does not fit ends it.
func events(buf []byte) []event {
	var list []event
	for len(buf) >= eventSize {
		size := int(order.Uint32(buf))
		if size < eventSize || size > len(buf) || buf[4] != unix.FANOTIFY_METADATA_VERSION {
			break
		}
		list = append(list, event{order.Uint64(buf[8:]), int(int32(order.Uint32(buf[16:]))), int(int32(order.Uint32(buf[20:])))})
		buf = buf[size:]
	}
	return list
}

func (w *watcher) take(buf []byte) error {
	raw, err := w.Opens.SyscallConn()
	if err != nil {
		return err
	}
	return raw.Control(func(group uintptr) {
		for _, e := range events(buf) {
			w.r.Told++
			if e.mask&unix.FAN_Q_OVERFLOW != 0 {
				w.r.Overflows++
				continue
			}
			w.one(int(group), e)
			if e.fd >= 0 {
				unix.Close(e.fd)
			}
		}
	})
}

func (w *watcher) one(group int, e event) {
	switch w.family.has(e.pid) {
	case other:
		w.r.Others++
		return
	case gone:
		w.r.Ended++
		return
	}
	name, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(e.fd))
	if err != nil || !strings.HasPrefix(name, "/") || strings.HasSuffix(name, " (deleted)") {
		return // it has no name (any more) under which an image could hold it
	}
	f := w.r.Files[name]
	if f == nil {
		f = &File{PID: e.pid}
		w.r.Files[name] = f
	}
	f.Exec = f.Exec || e.mask&unix.FAN_OPEN_EXEC != 0
	f.Wrote = f.Wrote || e.mask&unix.FAN_CLOSE_WRITE != 0
	hush(group, e)
}

// hush ends the events of the same kind for a file that is known now, whoever opens it: an application opens some files thousands of times a
// second. One with several names is told of each time. Kernels before 5.19, where the mark would hold the file in memory, go on telling.
func hush(group int, e event) {
	var s unix.Stat_t
	known := e.mask & (unix.FAN_OPEN | unix.FAN_OPEN_EXEC)
	if known == 0 || unix.Fstat(e.fd, &s) != nil || s.Nlink != 1 {
		return
	}
	_ = unix.FanotifyMark(group, unix.FAN_MARK_ADD|unix.FAN_MARK_IGNORED_MASK|unix.FAN_MARK_IGNORED_SURV_MODIFY|unix.FAN_MARK_EVICTABLE, known, e.fd, "") // refused: told of again
}
