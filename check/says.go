package check

import (
	"fmt"

	"a2c/check/document"
	"a2c/model"
)

// Says takes a rule's statements about a document; each names the place that it is about.
type Says struct{ r *report }

// target is what the document is judged for.
func (s Says) target() string { return s.r.subject.Target }

// Fail says that the document breaks the rule. Text of the document is escaped by the caller (safe).
func (s Says) Fail(at document.Place, format string, a ...any) {
	s.FailAs(s.r.rule.Severity, at, format, a...)
}

// FailAs is Fail for the part of a rule that weighs differently.
func (s Says) FailAs(severity model.Severity, at document.Place, format string, a ...any) {
	s.r.add(severity, "", at, fmt.Sprintf(format, a...))
}

// CannotTell says what the document does not decide, and what would.
func (s Says) CannotTell(at document.Place, needs, format string, a ...any) {
	s.r.add(model.CannotTell, needs, at, fmt.Sprintf(format, a...))
	s.r.unclear = true
}

func (r *report) add(severity model.Severity, needs string, at document.Place, message string) {
	place := at.Model()
	f := r.finding(severity, message, []model.Source{model.Source(place.String())})
	f.Places, f.Needs = []model.DocPlace{place}, needs
	r.findings = append(r.findings, f)
}

// unknown is the part of a value that says why it cannot be judged.
type unknown interface {
	State() document.State
	Where() document.Place
	Decides() string
}

// undecided says of a value that only the deployment decides that the rule cannot tell; of any other it says nothing.
func (s Says) undecided(v unknown, what string) {
	if v.State() == document.Unknown {
		why := safe(v.Decides())
		s.CannotTell(v.Where(), "the value that "+why+" gets when this is deployed", "%s is decided by %s", what, why)
	}
}

// given judges a value that stands there; where only the deployment decides it, the rule cannot tell.
func given[T any](s Says, v document.Value[T], what string, judge func(v T)) {
	if v.Is == document.Set {
		judge(v.V)
		return
	}
	s.undecided(v, what)
}

// within judges a number's range, both ends allowed.
func within(s Says, v document.Value[int64], what, unit string, low, high int64) {
	given(s, v, what, func(n int64) {
		if n < low || n > high {
			s.Fail(v.At, "%s is %d%s; %d to %d are allowed", what, n, unit, low, high)
		}
	})
}

// each goes over the items of a list that are known.
func each[T any](l document.List[T], do func(item *T, at document.Place)) {
	for i := range l.V {
		if l.V[i].Is == document.Set {
			do(&l.V[i].V, l.V[i].At)
		}
	}
}

// texts are the items of a list that are known.
func texts(l document.List[string]) []string {
	var list []string
	each(l, func(item *string, _ document.Place) { list = append(list, *item) })
	return list
}

// inContainers judges each container of a task by itself. Containers that only the deployment decides are the matter of one rule
// (fargate.essential-container), not of each.
func inContainers(judge func(c *document.Container, s Says)) func(*document.Task, Says) {
	return func(t *document.Task, s Says) {
		each(t.Containers, func(c *document.Container, _ document.Place) { judge(c, s) })
	}
}

// called names a container for a sentence.
func called(c *document.Container) string {
	if c.Name.Is != document.Set {
		return "a container"
	}
	return "container " + safe(c.Name.V)
}
