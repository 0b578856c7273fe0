package verify

import (
	"context"
	"fmt"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/verify/compare"
	"a2c/verify/startlog"
)

// Limits of what is read and listed of the twin's log.
const (
	startLines    = 5000
	startProblems = 50
)

// startLog lists what the twin's log says went wrong and the live application's does not. Errors that nothing explains stand against the image.
func (r *run) startLog(ctx context.Context, twin Twin, v *model.Verification) {
	lines, err := twin.Log(ctx, startLines)
	if err != nil {
		v.Skips = append(v.Skips, model.Skip{What: "log of the twin", Reason: err.Error()})
		return
	}
	lines = append(lines, r.logFiles(fmt.Sprintf("/proc/%d/root", twin.PID()), false, v)...)
	live := r.logFiles(fmt.Sprintf("/proc/%d/root", r.live.app.ProcessID), true, v)
	reached, _ := twin.Reached()
	against, first := 0, ""
	for _, p := range startlog.Without(startlog.Find(lines), live) {
		s := model.StartProblem{Level: p.Level, Text: compare.Visible(r.redact.line(p.Text)), Count: p.Count, Why: r.excuse(p, len(live) > 0, v.ReadOnlyRoot, reached)}
		if s.Level == startlog.Error && s.Why == "" {
			if against++; against == 1 {
				first = s.Text
			}
		}
		if len(v.StartProblems) < startProblems {
			v.StartProblems = append(v.StartProblems, s)
		}
	}
	if against == 0 || v.Verdict == model.VerifyDifferent {
		return
	}
	v.Verdict, v.Missing = model.VerifyDifferent, nil
	v.Why = fmt.Sprintf("its log has %d errors that the live application's does not have, first: %s", against, first)
}

// excuse says why a problem does not stand against the image.
func (r *run) excuse(p startlog.Problem, known, readOnly bool, reached []string) string {
	switch {
	case !known:
		return "no log of the live application is known: whether it says so too cannot be told"
	case readOnly && strings.Contains(p.Text, "Read-only file system"):
		return "the root was read-only in this attempt"
	case p.Missing || r.o.AllowNetwork:
		return ""
	case p.Network:
		return "the image reaches nothing outside of itself while it is compared"
	case len(reached) > 0:
		return fmt.Sprintf("it may come of what could not be reached: %s", reached[0])
	}
	return ""
}

// logFiles are the lines of the application's log files below a process's root, those at the beginning and at the end of each.
func (r *run) logFiles(root string, live bool, v *model.Verification) []string {
	tree, err := r.o.Tree.Sub(root)
	if err != nil {
		return nil // it has ended
	}
	var lines []string
	for _, l := range r.o.Analysis.AnalysisInfo.Logs {
		more, err := startlog.Read(tree, string(l.Path))
		if err != nil {
			if live && !host.Vanished(err) { // in the image it may go to the console
				v.Skips = append(v.Skips, model.Skip{What: "log", Path: l.Path, Reason: host.Reason(err)})
			}
			continue
		}
		lines = append(lines, more...)
	}
	return lines
}
