package verify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"a2c/inventory/host"
	"a2c/model"
)

// errDuring marks an ErrEnded that came while it was compared, not before.
var errDuring = errors.New("during the comparison")

// identity is what a process and the one that takes its place after a restart have in common.
type identity struct {
	exe  string
	argv []byte
	uid  int
}

func identify(t host.Tree, pid int) (id identity, err error) {
	at := "/proc/" + strconv.Itoa(pid)
	info, err := t.Lstat(at)
	if err != nil {
		return id, err
	}
	id.uid = info.UID
	if id.exe, err = t.Readlink(at + "/exe"); err != nil {
		return id, err
	}
	id.argv, err = host.ReadFile(t, at+"/cmdline", 4<<20)
	return id, err
}

// restartLimit is how long a live application may take to come back.
const restartLimit = time.Minute

// successor waits for the process that has taken the live application's place, the same program with the same arguments for the same user, and until it listens.
func (l *live) successor(ctx context.Context) (model.App, error) {
	deadline := time.Now().Add(restartLimit)
	for {
		if app, ok := l.lookAgain(); ok {
			return app, nil
		}
		if time.Now().After(deadline) {
			return model.App{}, fmt.Errorf("%w has ended (process %d), and none like it listens after %v", ErrEnded, l.app.ProcessID, restartLimit)
		}
		if err := sleep(ctx, 5*poll); err != nil {
			return model.App{}, err
		}
	}
}

func (l *live) lookAgain() (model.App, bool) {
	entries, err := l.tree.ReadDir("/proc")
	if err != nil {
		return model.App{}, false
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name)
		if err != nil {
			continue
		}
		id, err := identify(l.tree, pid)
		if err != nil || id.exe != l.self.exe || id.uid != l.self.uid || !bytes.Equal(id.argv, l.self.argv) || !l.serves(pid) {
			continue // most processes are others, and some end meanwhile
		}
		start, err := host.StartTicks(l.tree, pid)
		if err != nil || pid == l.app.ProcessID && start == l.start {
			continue
		}
		return l.app.Restarted(pid, host.StartMark(l.tree, start)), true
	}
	return model.App{}, false
}

// serves reports whether a process has the live application's TCP ports open.
func (l *live) serves(pid int) bool {
	for _, x := range l.app.Listeners {
		if x.Protocol != "tcp" || x.Ephemeral {
			continue
		}
		inside, outside, err := listening(l.tree, pid, x.Port)
		if err != nil || !inside && !outside {
			return false
		}
	}
	return true
}

// startOver runs once more when the live application was restarted while it was compared. Once: one that restarts again and again cannot be compared.
func startOver(ctx context.Context, o Options, l *live, because error) (model.Verification, error) {
	if o.Runtime != nil || !errors.Is(because, errDuring) { // a runtime that was given is closed by now
		return model.Verification{}, because
	}
	if o.Report != nil {
		o.Report(Event{Step: "start over", Detail: because.Error()})
	}
	app, err := l.successor(ctx)
	if err != nil {
		return model.Verification{}, errors.Join(because, err)
	}
	o.Analysis = o.Analysis.Of(app)
	v, again, err := once(ctx, o)
	if err != nil {
		return v, err
	}
	if err := again.same(); err != nil {
		return v, err
	}
	v.Notes = append(v.Notes, fmt.Sprintf("the live application was restarted while it was compared (process %d, then %d): the comparison was started over", l.app.ProcessID, app.ProcessID))
	return v, nil
}
