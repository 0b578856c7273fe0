package page

import (
	"strings"

	"a2c/internal/term"
	"a2c/model"
)

// trials are what the image bears, how it ends, what it takes when it has nothing to do, and which size does.
func trials(v model.Verification) (list []fact) {
	if v.IdleBytes > 0 {
		list = append(list, fact{"memory when idle", term.Size(v.IdleBytes)})
	}
	if h := v.Hardening; h != nil {
		text := h.String()
		if h.NonRoot {
			text += ", not root"
		}
		list = append(list, fact{"the same with", text + ", system calls: " + h.Seccomp})
		var folders []string
		for _, p := range h.Writable {
			folders = append(folders, p.String())
		}
		if len(folders) > 0 {
			list = append(list, fact{"in memory", strings.Join(folders, ", ")})
		}
		for _, f := range h.Failed {
			list = append(list, fact{"not with", f.Set + ": " + f.Why})
		}
	}
	if v.Stop != nil {
		list = append(list, fact{"end", v.Stop.String()})
	}
	if s := v.Sizing; s != nil {
		for _, t := range s.Trials {
			word := "too small"
			if t.Fits {
				word = "size that does"
			}
			list = append(list, fact{word, t.String()})
		}
		if s.Why != "" {
			list = append(list, fact{"no size", s.Why})
		}
	}
	return list
}
