package verify

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"a2c/internal/cgroup"
	"a2c/internal/engine"
	"a2c/internal/jail"
	"a2c/model"
	"a2c/verify/missing"
	"a2c/verify/outside"
)

// sandboxTwin is a program in a box.
type sandboxTwin struct {
	twin
	box   *jail.Box
	group *cgroup.Group // nil: none yet
	log   *tail
	skips []model.Skip
	root  string    // the unpacked image
	since time.Time // before its program's first instruction

	watcher *jail.Watcher   // nil: nobody looks for what it misses
	finder  *missing.Finder // as watcher
}

// open starts the process that waits in its namespaces.
func (t *sandboxTwin) open(ctx context.Context) error {
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	defer write.Close() // the twin's processes keep theirs
	t.log.follow(read)
	t.box, err = jail.NewBox(ctx, write)
	return err
}

// network brings up loopback and puts the outside into the network before the program's first instruction.
func (t *sandboxTwin) network(ctx context.Context, n Needs) error {
	t.pid, t.ns = t.box.PID, fmt.Sprintf("/proc/%d/ns/net", t.box.PID)
	err := jail.InNetNS(t.ns, func() error {
		lo, err := netlink.LinkByName("lo")
		if err != nil {
			return err
		}
		return netlink.LinkSetUp(lo)
	})
	if err != nil {
		return fmt.Errorf("the twin's network: %w", err)
	}
	if t.world, err = outside.Open(t.ns, n.Ports); err != nil {
		return err
	}
	return t.world.Let(ctx, t.ns, n.Ways)
}

func (t *sandboxTwin) run(p jail.BoxPlan) error {
	err := t.box.Run(p)
	if blamed, ok := errors.AsType[*jail.BoxError](err); ok {
		return fmt.Errorf("%w: %w", ErrStart, blamed)
	}
	if err == nil {
		t.begin(t.box.PID)
	}
	return err
}

func (t *sandboxTwin) ended() bool {
	select {
	case <-t.box.Ended():
		return true
	default:
		return false
	}
}

// Open is of no namespace when the program has ended: its number may be another's.
func (t *sandboxTwin) Open(port int) (inside, outside bool, err error) {
	if t.ended() {
		return false, false, nil
	}
	return t.twin.Open(port)
}

func (t *sandboxTwin) Status(context.Context) (Status, error) {
	if !t.ended() {
		return Status{Running: true}, nil
	}
	s := Status{ExitCode: t.box.State().ExitCode(), OutOfMemory: t.group.OutOfMemory(), Error: t.endedFor()}
	if ws, ok := t.box.State().Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		s.ExitCode = 128 + int(ws.Signal())
	}
	return s, nil
}

func (t *sandboxTwin) Log(_ context.Context, lines int) ([]string, error) {
	if t.ended() {
		t.log.wait()
	}
	return t.log.lines(lines), nil
}

func (t *sandboxTwin) Memory(context.Context) (int64, error) {
	charged, err := t.group.Memory()
	if err != nil {
		return 0, err
	}
	return t.peak(charged)
}

func (t *sandboxTwin) Reached() ([]string, []model.Skip) {
	list, skips := t.twin.Reached()
	return list, append(skips, t.skips...)
}

// Stop ends all processes, and removes the group and the outside.
func (t *sandboxTwin) Stop(context.Context) error {
	var errs []error
	if t.box != nil {
		errs = append(errs, t.box.Kill())
	}
	if t.watcher != nil {
		errs = append(errs, t.watcher.Close())
	}
	if t.finder != nil {
		t.finder.Close()
	}
	if t.group != nil {
		errs = append(errs, t.group.Remove())
	}
	if t.world != nil {
		errs = append(errs, t.world.Close())
	}
	t.log.wait()
	return errors.Join(errs...)
}

// sandboxed is the word that tells the reaper which process is process 1 of the twin.
func sandboxed(pid int) string {
	mark, err := engine.Owner(pid)
	if err != nil {
		return made // it has ended
	}
	return boxWord + mark
}

const boxWord = "box "

// reapSandbox removes what a killed run left. The kernel has ended the twin, unless its program was setuid: such a one is ended here.
func reapSandbox(ctx context.Context, l left, last string) error {
	var pid int
	mark, ok := strings.CutPrefix(last, boxWord)
	var failed error
	if _, err := fmt.Sscanf(mark, "%d-", &pid); ok && err == nil {
		for until := time.Now().Add(unfinished); ctx.Err() == nil && time.Now().Before(until); time.Sleep(look / 10) {
			if now, err := engine.Owner(pid); err != nil || now != mark {
				failed = nil
				break
			}
			failed = unix.Kill(pid, unix.SIGKILL)
		}
	}
	return errors.Join(failed, cgroup.Clear(groups, engine.OfOwner(l.Owner)), clearCopies(l.Dir, engine.OfOwner(l.Owner)))
}

// kill ends the twin for a reason.
func (t *sandboxTwin) kill(why string) {
	t.why.Store(why)
	_ = t.box.Signal(unix.SIGKILL) // one that has ended is what is wanted
}
