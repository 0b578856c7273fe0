package verify

import (
	"context"
	"fmt"
	"slices"
	"time"

	"a2c/model"
	"a2c/verify/asked"
	"a2c/verify/compare"
	"a2c/verify/outside"
)

// Times of a comparison.
const (
	poll = 100 * time.Millisecond
	// others is how much longer than the main port the other ports may take to open: this, or as long as that one took where that is more.
	others = 10 * time.Second
	// insideOnly is how long a port may be open on loopback alone: programs open one address after the other.
	insideOnly = 3 * time.Second
	// apart is the least time between two questions of one kind to the live application: what it counts in seconds must have changed.
	apart = 1100 * time.Millisecond
)

// judge waits for the twin, compares, and fills v. again: the twin did not start, or differs, and another kind of root could make the difference.
func (r *run) judge(ctx context.Context, twin Twin, targets []target, start time.Time, v *model.Verification) (again bool, err error) {
	watched, held := r.watch(ctx), r.files(ctx, twin.PID())
	failed, err := r.wait(ctx, twin, targets)
	r.starting = watched()
	if err != nil {
		return false, err
	}
	ready, files, settle := time.Now(), held(v), r.o.Settle
	spoiled := against("", files) != ""
	if spoiled {
		settle = 0 // what is missing does not come with time
	}
	if failed.why == "" {
		v.ReadySeconds = ready.Sub(start).Round(time.Millisecond).Seconds()
		r.report("ready", "", ready.Sub(start))
		if failed, err = r.asked(ctx, twin, targets, ready.Add(settle), v); err != nil {
			return false, err
		}
	}
	reached, skips := twin.Reached()
	v.Reached = append(v.Reached, reached...)
	through, more := twin.Ways()
	v.Notes = append(v.Notes, r.through(through)...)
	v.Skips = slices.Concat(v.Skips, skips, more)
	if err := r.missing(twin, v); err != nil {
		return false, err
	}
	if failed.why == "" {
		unwell(v)
		conclude(v, r.unasked)
	} else {
		v.Verdict, v.Why = model.VerifyDifferent, failed.why
	}
	r.facts(ctx, twin, v)
	stands(v, files)
	if r.o.EmptyState && len(r.o.Image.Needs.State) > 0 && v.Verdict != model.VerifyEqual {
		v.Notes = append(v.Notes, fmt.Sprintf("the image began without its state, %s (--state empty)", r.o.Image.Needs.State[0].Path))
	}
	v.Verified = v.Verdict == model.VerifyEqual
	again = failed.again
	for _, c := range v.Comparisons {
		again = again || c.Verdict == model.VerifyDifferent
	}
	if v.PeakBytes, err = twin.Memory(ctx); err != nil {
		v.Skips = append(v.Skips, model.Skip{What: "memory of the twin", Reason: err.Error()})
	}
	if !v.Verified {
		lines, err := twin.Log(ctx, logLines)
		if err != nil {
			v.Skips = append(v.Skips, model.Skip{What: "log of the twin", Reason: err.Error()})
		}
		v.Log = r.redact.lines(lines)
	}
	return again && !spoiled && !slices.ContainsFunc(v.Facts, configured), ctx.Err()
}

// asked compares, and says whether the twin ended meanwhile.
func (r *run) asked(ctx context.Context, twin Twin, targets []target, settled time.Time, v *model.Verification) (failed failure, err error) {
	if v.Comparisons, err = r.compare(ctx, twin, targets, settled, &v.Skips); err != nil {
		return failed, err
	}
	v.Notes = append(v.Notes, notes(targets)...)
	status, err := twin.Status(ctx)
	if err == nil && !status.Running {
		failed = r.ended("while it was compared", status)
	}
	return failed, err
}

// unwell takes what a health check says of dependencies that are cut off for no difference of the image.
func unwell(v *model.Verification) {
	if len(v.Reached) == 0 {
		return
	}
	for i := range v.Comparisons {
		c := &v.Comparisons[i]
		if c.Same || !asked.IsHealth(c.Path) || c.Live.Status >= 300 || c.Twin.Status < 500 {
			continue
		}
		c.Verdict = model.VerifyNotComparable
		c.ProofWhy = fmt.Sprintf("the image says that it is unwell, and what it depends on is cut off (%s): --allow-dependency lets it through", v.Reached[len(v.Reached)-1])
	}
}

// through says where the twin was let through to, and how often it went.
func (r *run) through(count map[string]int) (list []string) {
	for _, w := range slices.Concat(r.o.Allow, r.o.Fake) {
		kind := "it was let through to %s (--allow-dependency): a second instance worked on what is behind it, with %d connections"
		if slices.ContainsFunc(r.o.Fake, func(f outside.Way) bool { return f.String() == w.String() }) {
			kind = "it was made to believe that it reaches %s (--fake-dependency), with %d connections"
		}
		list = append(list, fmt.Sprintf(kind, model.Path(w.String()), count[w.String()]))
	}
	return list
}

// notes name the ports that were asked where only the container's own processes can ask.
func notes(targets []target) []string {
	var list []string
	for _, t := range targets {
		if t.name != "" {
			list = append(list, fmt.Sprintf("port %d was asked for as %s: the live application refuses its own address (400)", t.port, t.name))
		}
		if !t.inside || t.scheme == "" {
			continue
		}
		why := " (containerize without --keep-bind opens it)"
		if t.live.Purpose == "management" {
			why = ", as the consoles of servers do"
		}
		list = append(list, fmt.Sprintf("port %d was asked over the container's own loopback: it listens there alone and stays closed to everybody outside the container%s", t.port, why))
	}
	return list
}

// failure is why a twin does not serve; again: another kind of root could help.
type failure struct {
	why   string // "": it serves
	again bool
}

// ended says how a twin ended.
func (r *run) ended(when string, s Status) failure {
	switch {
	case s.OutOfMemory:
		return failure{why: fmt.Sprintf("it ended %s: killed at its memory limit of %d MiB (--memory)", when, r.o.MemoryBytes>>20)}
	case s.Error != "":
		return failure{fmt.Sprintf("it ended %s: %s", when, compare.Visible(r.redact.line(s.Error))), true}
	}
	return failure{fmt.Sprintf("it ended %s: exit code %d", when, s.ExitCode), true}
}

// wait returns when the first target accepts connections, or with the reason why it never will. The others get a little longer.
func (r *run) wait(ctx context.Context, twin Twin, targets []target) (failure, error) {
	if len(targets) == 0 {
		return failure{}, nil
	}
	start := time.Now()
	failed, err := r.waitFor(ctx, twin, targets[0], r.o.Timeout)
	if err != nil || failed.why != "" {
		return failed, err
	}
	begin := time.Now()
	limit := max(others, begin.Sub(start))
	for _, t := range targets[1:] {
		// One that does not open is a difference, told by the comparison.
		if _, err := r.waitFor(ctx, twin, t, limit-time.Since(begin)); err != nil {
			return failure{}, err
		}
	}
	return failure{}, nil
}

// waitFor waits for one port.
func (r *run) waitFor(ctx context.Context, twin Twin, t target, limit time.Duration) (failure, error) {
	deadline, before := time.Now().Add(limit), waited(twin.PID())
	var inside time.Time // since when only the twin's own loopback accepts
	for {
		in, out, errOpen := twin.Open(t.port)
		if out || in && t.inside {
			return failure{}, nil
		}
		if !in {
			inside = time.Time{}
		} else if inside.IsZero() {
			inside = time.Now()
		}
		status, err := twin.Status(ctx)
		switch {
		case ctx.Err() != nil:
			return failure{}, ctx.Err()
		case err != nil:
			return failure{}, err
		case !status.Running:
			return r.ended("before it listened", status), nil
		case errOpen != nil:
			return failure{}, errOpen
		case in && time.Since(inside) > insideOnly:
			return failure{why: fmt.Sprintf("port %d is open on loopback only: nobody outside the container reaches it", t.port)}, nil
		case time.Now().After(deadline) && time.Now().After(deadline.Add(r.spared(twin, before, limit))):
			return failure{fmt.Sprintf("port %d is not open after %v (--timeout)%s", t.port, limit, r.spent(twin, before, limit)), true}, nil
		}
		if err := sleep(ctx, poll); err != nil {
			return failure{}, err
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
