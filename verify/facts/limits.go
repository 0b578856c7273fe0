package facts

import (
	"cmp"
	"fmt"
	"strconv"

	"a2c/model"
	"a2c/parse"
)

// limits compares the resource limits (getrlimit(2)). The engine sets those of a container, and the deployment those of a task or pod; so they may differ,
// unless the live application already uses more than the image's process may.
func limits(p *pair) error {
	live, err1 := p.live.Limits()
	twin, err2 := p.twin.Limits()
	if err := cmp.Or(err1, err2); err != nil {
		p.unknown("limits", err)
		return nil
	}
	have := map[string]parse.Limit{}
	for _, l := range twin {
		have[l.Name] = l
	}
	equal := 0
	for _, l := range live {
		t, ok := have[l.Name]
		if !ok {
			continue
		}
		if l.Soft == t.Soft && l.Hard == t.Hard {
			equal++
			continue
		}
		p.judge("limit "+l.Name, both(l), both(t), p.limitReason(l, t), fmt.Sprintf("the live application uses %d, more than the image's process may: docker run --ulimit, ulimits of the task", p.used(l)))
	}
	if n := count(equal, "limit"); equal > 0 {
		p.add(model.FactEqual, "limits", n, n, "")
	}
	return nil
}

func (p *pair) limitReason(live, twin parse.Limit) string {
	if p.used(live) > twin.Soft {
		return ""
	}
	return "the engine sets the limits of a container"
}

// used is how much of a limit the live process uses, as far as that is easily told.
func (p *pair) used(l parse.Limit) uint64 {
	switch l.Name {
	case "Max open files":
		fds, err := p.live.FDs()
		if err != nil {
			return 0
		}
		return uint64(len(fds))
	case "Max locked memory":
		return uint64(max(0, p.live.status.VMLock))
	}
	return 0
}

func both(l parse.Limit) string {
	text := func(v uint64) string {
		if v == parse.Unlimited {
			return "unlimited"
		}
		return strconv.FormatUint(v, 10)
	}
	if l.Soft == l.Hard {
		return text(l.Soft)
	}
	return text(l.Soft) + " (hard " + text(l.Hard) + ")"
}
