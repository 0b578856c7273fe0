package verify

import (
	"context"
	"fmt"
	"slices"

	"a2c/model"
	"a2c/verify/startlog"
)

// restrictions are what a twin may not do. The user is always the image's own, and the profile of system calls a container's.
type restrictions struct {
	readOnly, noNewPrivileges bool
	capabilities              []string     // that it may have
	writable                  []model.Path // folders in memory, beside those that the image names
}

// strictest are tried first: where the answers are the same under them, nothing else needs to be tried.
func strictest() restrictions { return restrictions{readOnly: true, noNewPrivileges: true} }

// usual are those that an engine has by default.
func usual() restrictions { return restrictions{capabilities: model.UsualCapabilities()} }

func (s restrictions) String() string {
	return model.Hardening{ReadOnlyRoot: s.readOnly, NoNewPrivileges: s.noNewPrivileges, Capabilities: s.capabilities, Found: s.writable}.String()
}

// hardening looks for the strictest restrictions under which the image answers as the live application does.
type hardening struct {
	*run
	targets []target
	failed  []model.HardeningTrial
}

// harden compares under the strictest restrictions, and where the image answers otherwise then, under those that an engine has by default: when it does so there, too,
// it is the image that differs. Else what lies between is tried.
func (r *run) harden(ctx context.Context, targets []target) (model.Verification, restrictions, error) {
	h := &hardening{run: r, targets: targets}
	set := strictest()
	v, again, err := h.attempt(ctx, targets, set)
	if err == nil && again && startsDiffer(v) {
		h.report("start again", "what differs may be of the start alone", 0)
		v, again, err = h.attempt(ctx, targets, set)
	}
	if err != nil || v.Verified || !again {
		return h.hardened(v, set), set, err
	}
	h.refuse(set, v)
	set = usual()
	if v, _, err = h.attempt(ctx, targets, set); err != nil || !v.Verified {
		v.Skips = append(v.Skips, model.Skip{What: "read-only root", Reason: h.failed[0].Why})
		return v, set, err
	}
	better, closer, err := h.between(ctx)
	if err != nil {
		return v, set, err
	}
	if better != nil {
		v, set = *better, closer
	}
	if !set.readOnly {
		v.Skips = append(v.Skips, model.Skip{What: "read-only root", Reason: h.failed[0].Why})
	}
	return h.hardened(v, set), set, nil
}

// between goes from the strictest down, along what the twin did when it was free; nil: nothing stricter than the usual does.
func (h *hardening) between(ctx context.Context) (*model.Verification, restrictions, error) {
	folders, why, err := h.folders(ctx)
	if err != nil {
		return nil, restrictions{}, err
	}
	set := strictest()
	set.writable = folders
	if len(folders) > 0 {
		if v, err := h.try(ctx, set); v != nil || err != nil {
			return v, set, err
		}
	}
	// Whether it is the root alone.
	free := restrictions{noNewPrivileges: true}
	if v, err := h.try(ctx, free); v != nil || err != nil {
		if v != nil {
			v.Notes = append(v.Notes, why...)
		}
		return v, free, err
	}
	for _, change := range []func(*restrictions){
		func(s *restrictions) { s.capabilities = usual().capabilities },
		func(s *restrictions) { s.noNewPrivileges = false },
		func(s *restrictions) { s.readOnly, s.noNewPrivileges, s.writable = false, true, nil },
	} {
		change(&set)
		v, err := h.try(ctx, set)
		if err != nil {
			return nil, set, err
		}
		if v != nil {
			return h.fewer(ctx, v, set)
		}
	}
	return nil, restrictions{}, nil
}

// fewer takes away half of the capabilities as long as the other half does.
func (h *hardening) fewer(ctx context.Context, v *model.Verification, set restrictions) (*model.Verification, restrictions, error) {
	failed := len(h.failed)
	for len(set.capabilities) > 1 {
		half := len(set.capabilities) / 2
		smaller := false
		for _, part := range [][]string{set.capabilities[:half], set.capabilities[half:]} {
			less := set
			less.capabilities = part
			better, err := h.try(ctx, less)
			if err != nil {
				return nil, set, err
			}
			if better != nil {
				v, set, smaller = better, less, true
				break
			}
		}
		if !smaller {
			break
		}
	}
	h.failed = h.failed[:failed] // the halves that do not do say nothing beside the one that does
	return v, set, nil
}

// try is nil when the image answers otherwise under these.
func (h *hardening) try(ctx context.Context, set restrictions) (*model.Verification, error) {
	h.report("try again", "with "+set.String(), 0)
	v, _, err := h.attempt(ctx, h.targets, set)
	if err != nil {
		return nil, err
	}
	if !v.Verified {
		h.refuse(set, v)
		return nil, nil
	}
	return &v, nil
}

func (h *hardening) refuse(set restrictions, v model.Verification) {
	why := v.Why
	if n := len(v.Log); n > 0 && len(v.Comparisons) == 0 {
		why += ": " + v.Log[n-1]
	}
	h.failed = append(h.failed, model.HardeningTrial{Set: set.String(), Why: why})
	h.report("refused", set.String()+": "+why, 0)
}

// hardened writes down what v was verified under.
func (h *hardening) hardened(v model.Verification, set restrictions) model.Verification {
	if !v.Verified {
		return v
	}
	image := h.o.Image
	v.Hardening = &model.Hardening{
		ReadOnlyRoot: set.readOnly, NoNewPrivileges: set.noNewPrivileges, NonRoot: image.Needs.User.UID != 0, Seccomp: "RuntimeDefault",
		Capabilities: append([]string{}, set.capabilities...), Writable: []model.Path{}, Found: append([]model.Path{}, set.writable...), Failed: append([]model.HardeningTrial{}, h.failed...),
	}
	if set.readOnly {
		v.Hardening.Writable = append(writable(image), set.writable...)
	}
	if !v.Hardening.NonRoot {
		v.Notes = append(v.Notes, "it runs as root, as on the host: whether another user would do was not tried, since the files of the image are root's")
	}
	slices.Sort(v.Hardening.Capabilities)
	return v
}

// startFailed reports whether the log holds an error that stands against the image: it may come of a restriction although the answers are the same.
func startFailed(v model.Verification) bool {
	return slices.ContainsFunc(v.StartProblems, func(p model.StartProblem) bool { return p.Level == startlog.Error && p.Why == "" })
}

// folders are those that the last twin wrote to, to be mounted; why says of the others what stands against it.
func (h *hardening) folders(ctx context.Context) (list []model.Path, why []string, err error) {
	if len(h.written) == 0 {
		return nil, nil, nil
	}
	entries, err := imageEntries(ctx, h.o)
	if err != nil {
		return nil, nil, fmt.Errorf("what the image holds: %w", err)
	}
	mounted := append(h.o.Image.Needs.StatePaths(), writable(h.o.Image)...)
	list, why = mounts(h.written, entries, mounted, h.o.Image.Config.WorkingDir)
	return list, why, nil
}
