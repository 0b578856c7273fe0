package check

import (
	"runtime"

	"golang.org/x/sync/errgroup"

	"a2c/check/document"
	"a2c/model"
)

// RunDocuments judges what the files describe, each subject for those of the targets that it could be meant for. No target means the one that fits: see
// fits. Findings come worst first. An unknown target is an error that names the known ones.
func RunDocuments(files []*document.File, targets []string) ([]model.Verdict, error) {
	rules := All()
	if err := checkTargets(Targets(), targets); err != nil {
		return nil, err
	}
	document.Link(files)
	type question struct {
		subject *document.Subject
		target  string
	}
	var all []question
	for _, f := range files {
		for i := range f.Subjects {
			s := &f.Subjects[i]
			for _, target := range targetsOf(s, targets) {
				all = append(all, question{s, target})
			}
		}
	}
	verdicts := make([]model.Verdict, len(all))
	var beside errgroup.Group
	beside.SetLimit(runtime.GOMAXPROCS(0))
	const together = 32
	for first := 0; first < len(all); first += together {
		beside.Go(func() error {
			for i := first; i < min(first+together, len(all)); i++ {
				q := all[i]
				verdicts[i] = judge(&Subject{Name: q.subject.Name, Target: q.target}, rules, func(r *report) bool { return look(r.rule, q.subject, Says{r}) })
			}
			return nil
		})
	}
	return verdicts, beside.Wait()
}

// look runs a rule's way of looking at a subject of this kind, and reports whether it has one.
func look(rule Rule, s *document.Subject, says Says) bool {
	switch {
	case rule.Document != nil:
		rule.Document(s, says)
	case s.Task != nil && rule.Task != nil:
		rule.Task(s.Task, says)
	case s.Service != nil && rule.Service != nil:
		rule.Service(s.Service, says)
	case s.Pod != nil && rule.Pod != nil:
		rule.Pod(s.Pod, says)
	case s.Object != nil && rule.Object != nil:
		rule.Object(s.Object, says)
	default:
		return lookElsewhere(rule, s, says)
	}
	return true
}

// lookElsewhere is look for what is neither a task nor a Kubernetes object.
func lookElsewhere(rule Rule, s *document.Subject, says Says) bool {
	switch {
	case s.Function != nil && rule.Function != nil:
		rule.Function(s.Function, says)
	case s.AppRunner != nil && rule.AppRunner != nil:
		rule.AppRunner(s.AppRunner, says)
	case s.Express != nil && rule.Express != nil:
		rule.Express(s.Express, says)
	case s.Profile != nil && rule.Profile != nil:
		rule.Profile(s.Profile, says)
	default:
		return false
	}
	return true
}

func valueType() Rule {
	return Rule{
		ID:       "document.value-type",
		Title:    "Each value has the type that the API takes",
		Remedy:   `Write it as the message wants: CPU and memory of a task are strings ("512"), ports and times numbers, switches true or false.`,
		Source:   registerAPI,
		Targets:  Targets(),
		Severity: model.Blocker,
		Document: func(s *document.Subject, says Says) {
			for _, wrong := range s.Wrong {
				says.Fail(wrong.At, "%s", wrong.Text)
			}
		},
	}
}
