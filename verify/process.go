package verify

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/verify/compare"
	"a2c/verify/facts"
)

// facts compares the main processes and what the logs say of the start. What differs without a reason stands against the image. Of a process that has ended
// the image's configuration tells what it was.
func (r *run) facts(ctx context.Context, twin Twin, v *model.Verification) {
	defer r.startLog(ctx, twin, v)
	compared := facts.Compare
	if twin.PID() == 0 {
		compared = facts.Configured
	}
	list, err := compared(ctx, r.factOptions(twin.PID()))
	if err != nil {
		v.Skips = append(v.Skips, model.Skip{What: "facts of the process", Reason: err.Error(), Incomplete: true})
		return
	}
	v.Facts = list
	if why := against("process in the image differs", list); why != "" && v.Verdict != model.VerifyDifferent {
		v.Verdict, v.Why, v.Missing = model.VerifyDifferent, why, nil
	}
}

func (r *run) factOptions(pid int) facts.Options {
	var given []string
	for _, kv := range r.env.list {
		name, _, _ := strings.Cut(kv, "=")
		given = append(given, name)
	}
	return facts.Options{
		Tree: r.o.Tree, Live: r.o.Analysis.AnalysisInfo.App.ProcessID, Twin: pid, Analysis: r.o.Analysis, Image: r.o.Image, Given: given,
		Clean: func(s string) string { return compare.Visible(r.redact.line(s)) },
	}
}

// files begins to hold the image's files against those that were decided to be in it, beside the start of the image. What it returns waits for the end of that.
func (r *run) files(ctx context.Context, pid int) (found func(v *model.Verification) []model.Fact) {
	plan, ok := r.plan(pid)
	if !ok {
		return func(*model.Verification) []model.Fact { return nil }
	}
	var list []model.Fact
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		list, err = facts.Planned(ctx, r.factOptions(pid), plan)
	}()
	return func(v *model.Verification) []model.Fact {
		<-done
		if err != nil {
			v.Skips = append(v.Skips, model.Skip{What: "files of the image", Reason: err.Error(), Incomplete: true})
		}
		return list
	}
}

// plan is what the image was to hold, and where it lies: unpacked in the sandbox, else below its process. false: nowhere.
func (r *run) plan(pid int) (facts.Plan, bool) {
	p := facts.Plan{Files: r.o.Judge.Files, Owners: true}
	var err error
	s, is := r.runtime.(*sandbox)
	switch {
	case p.Files == nil:
		return p, false
	case is && s.dir != "":
		p.Root, err = host.Machine(s.root())
	case !is && pid != 0:
		p.Owners = false // a user namespace of the engine's may number them otherwise
		p.Hidden = slices.Concat([]model.Path{"/tmp"}, r.o.Image.Needs.Writable, r.o.Image.Needs.StatePaths())
		p.Root, err = r.o.Tree.Sub(fmt.Sprintf("/proc/%d/root", pid))
	default:
		return p, false
	}
	return p, err == nil
}

// stands adds facts of the image's files to the verdict, beside those of the process, which say more of a file that both name.
func stands(v *model.Verification, list []model.Fact) {
	list = slices.DeleteFunc(list, func(f model.Fact) bool {
		return slices.ContainsFunc(v.Facts, func(g model.Fact) bool { return g.Name == f.Name && g.Verdict == model.FactDifferent })
	})
	v.Facts = append(v.Facts, list...)
	why := against("image's content differs", list)
	switch {
	case why == "":
	case v.Verdict != model.VerifyDifferent:
		v.Verdict, v.Why, v.Missing = model.VerifyDifferent, why, nil
	case len(v.Comparisons) == 0: // it did not even start: that may be why
		v.Why += "; " + why
	}
}

// configured reports a fact that differs by how the image is configured: whatever its root is like, it will.
func configured(f model.Fact) bool {
	of := []string{"user", "umask", "working folder", "time zone", "encoding", "Java version"}
	return f.Verdict == model.FactDifferent && (slices.Contains(of, f.Name) || strings.HasPrefix(f.Name, "variable "))
}

// against names the facts that differ, without a reason that explains it.
func against(what string, list []model.Fact) string {
	var differ []string
	for _, f := range list {
		if f.Verdict == model.FactDifferent {
			differ = append(differ, f.Name+" ("+f.Why+")")
		}
	}
	switch n := len(differ); n {
	case 0:
		return ""
	case 1:
		return "the " + what + ": " + differ[0]
	default:
		return fmt.Sprintf("the %s in %d facts, first in %s", what, n, differ[0])
	}
}
