package files

import (
	"context"
	"strings"

	"a2c/analyze/observe"
	"a2c/model"
)

// observed takes what the application opened for reading, or executed, while it was watched. What it wrote is state or a log.
func (c *collector) observed(context.Context) error {
	for _, f := range c.in.Subject.Opened {
		if f.Wrote {
			continue
		}
		c.opened(f.Name, f.Reason)
		if f.Exec && c.set.Has(f.Name) {
			c.closure.Add(f.Name, model.Source(f.Reason))
		}
	}
	return nil
}

// OnlyObserved counts the files in the image that nothing but the observation led to.
func (s *Set) OnlyObserved() int {
	n := 0
	for at := range s.entries.each() {
		if w := s.said(at.entry); w.decision == model.In && len(w.reasons) == 1 && strings.HasPrefix(w.reasons[0], observe.Prefix) {
			n++
		}
	}
	return n
}
