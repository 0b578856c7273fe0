package verify

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/moby/sys/signal"

	"a2c/model"
)

// end asks a twin that answered alike to end, as platforms do, and looks at what it leaves: memory before, seconds and exit code after, and what it wrote.
func (r *run) end(ctx context.Context, twin Twin, set restrictions, v *model.Verification) (err error) {
	if v.IdleBytes, err = twin.Idle(ctx); err != nil {
		v.Skips = append(v.Skips, model.Skip{What: "idle memory of the twin", Reason: err.Error()})
	}
	if v.Stop, err = r.askToEnd(ctx, twin); err != nil {
		v.Skips = append(v.Skips, model.Skip{What: "how the twin ends", Reason: err.Error()})
	}
	if v.Stop != nil && v.Stop.Killed {
		v.Notes = append(v.Notes, fmt.Sprintf("it does not end on %s within %v (--stop-grace): platforms kill it, and what it would do at its end is not done", v.Stop.Signal, r.o.StopGrace))
	}
	if !set.readOnly {
		if r.written, err = twin.Changed(ctx); err != nil {
			v.Skips = append(v.Skips, model.Skip{What: "what the twin wrote", Reason: err.Error()})
		}
	}
	return ctx.Err()
}

// lookEnded is how often a2c looks whether a twin that was asked to end has ended.
const lookEnded = 20 * time.Millisecond

// askToEnd sends the image's own signal and waits for the end, no longer than the grace.
func (r *run) askToEnd(ctx context.Context, twin Twin) (*model.Stop, error) {
	s := &model.Stop{Signal: cmp.Or(r.o.Image.Config.StopSignal, "SIGTERM"), GraceSeconds: r.o.StopGrace.Seconds()}
	r.report("stop", s.Signal, 0)
	begin := time.Now()
	if err := twin.Signal(ctx, s.Signal); err != nil {
		return nil, err
	}
	for {
		status, err := twin.Status(ctx)
		if err != nil {
			return nil, err
		}
		took := time.Since(begin)
		s.Seconds = took.Round(time.Millisecond).Seconds()
		if !status.Running {
			s.ExitCode, s.Clean = status.ExitCode, slices.Contains(cleanCodes(s.Signal), status.ExitCode) && !status.OutOfMemory
			return s, nil
		}
		if took >= r.o.StopGrace {
			s.Killed = true
			return s, nil
		}
		if err := sleep(ctx, lookEnded); err != nil {
			return nil, err
		}
	}
}

// cleanCodes are the exit codes of a program that ended because it was asked to: 0, or 128 and the signal's number, which a JVM returns when its shutdown hooks are done.
func cleanCodes(name string) []int {
	list := []int{0}
	if n, err := signal.ParseSignal(name); err == nil {
		list = append(list, 128+int(n))
	}
	return list
}
