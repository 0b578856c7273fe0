// Package facts compares the application's main process with the one that runs in the image, as the kernel shows both from outside: arguments, user, folder,
// limits, variables, locale, time zone, listeners, runtime and what it has loaded. It reads /proc and files only; it asks nothing of either process.
package facts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// Options of Compare.
type Options struct {
	Tree       host.Tree // the machine, on which both run
	Live, Twin int       // numbers of the main processes there; the image's own init may stand before the latter
	Analysis   model.Analysis
	Image      model.Image
	Given      []string            // names of the variables that the user gave the twin
	Clean      func(string) string // makes a text fit to be shown: without secrets, escaped, one line
}

// Compare returns the facts in a fixed order. What is alike is summed up, what is not has a row of its own. An error says that one of the two cannot be looked at.
func Compare(ctx context.Context, o Options) ([]model.Fact, error) {
	h, err := host.Read(ctx, o.Tree)
	if err != nil {
		return nil, err
	}
	p := &pair{o: o}
	if p.live, err = look(h, h.Process(o.Live)); err != nil {
		return nil, fmt.Errorf("the live application (process %d): %w", o.Live, err)
	}
	if p.twin, err = look(h, program(h, o)); err != nil {
		return nil, fmt.Errorf("the image's main process (%d): %w", o.Twin, err)
	}
	for _, family := range []func(*pair) error{argv, user, groups, folder, umask, limits, variables, locale, timeZone, encoding, listeners, jvm, modules, clr, files} {
		if err := family(p); err != nil {
			return nil, err
		}
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
	}
	return p.facts, nil
}

// program is the application in the image: behind the image's init, where that stays its parent.
func program(h *host.Host, o Options) *host.Process {
	p := h.Process(o.Twin)
	for p != nil && o.Image.Init != nil && p.Exe == string(o.Image.Init.Path) && len(h.ChildrenOf(p.PID)) > 0 {
		p = h.ChildrenOf(p.PID)[0]
	}
	return p
}

// side is one of the two processes.
type side struct {
	*host.Process
	h      *host.Host
	tree   host.Tree // its own root
	env    host.Environ
	status parse.ProcStatus
	files  []parse.Map // what it has mapped, each file once
}

// errEnded says that there is nothing left to look at.
var errEnded = errors.New("it has ended")

func look(h *host.Host, p *host.Process) (*side, error) {
	if p == nil {
		return nil, errEnded
	}
	s := &side{Process: p, h: h}
	var errs [4]error
	s.tree, errs[0] = p.Tree()
	s.env, errs[1] = p.Environ()
	s.status, errs[2] = p.Status()
	maps, err := p.Maps()
	s.files, errs[3] = parse.MappedFiles(maps), err
	return s, errors.Join(errs[:]...)
}

// pair gathers the facts.
type pair struct {
	o          Options
	live, twin *side
	facts      []model.Fact
}

// add notes a fact; its texts are cleaned here.
func (p *pair) add(verdict, name, live, image, why string) {
	c := p.o.Clean
	p.facts = append(p.facts, model.Fact{Name: c(name), Live: c(live), Image: c(image), Verdict: verdict, Why: c(why)})
}

// judge notes a fact that is equal, or else explained if there is a reason, or else different for the cause.
func (p *pair) judge(name, live, image, reason, cause string) {
	switch {
	case live == image:
		p.add(model.FactEqual, name, live, image, "")
	case reason != "":
		p.add(model.FactExplained, name, live, image, reason)
	default:
		p.add(model.FactDifferent, name, live, image, cause)
	}
}

// unknown notes that something cannot be told.
func (p *pair) unknown(name string, err error) {
	p.add(model.FactUnknown, name, "", "", host.Reason(err))
}

// onBase reports an image that stands on another one, whose runtime and libraries are its own.
func (p *pair) onBase() bool { return p.o.Image.Base.Kind != "host" }

// baseReason explains what the base image brings; "" for an image that stands on nothing.
func (p *pair) baseReason() string {
	if !p.onBase() {
		return ""
	}
	return "the base image " + p.o.Image.Base.Reference + " has its own"
}

// changed is the reason of a deliberate change whose target, or text after the change, is one of the given ones; "" when there is none.
func (p *pair) changed(match func(model.Change) bool) string {
	for _, c := range p.o.Image.Changes {
		if match(c) {
			return c.Reason
		}
	}
	return ""
}

// minus are the elements of a that are not in b, counting repeated ones.
func minus(a, b []string) []string {
	left := slices.Clone(b)
	var out []string
	for _, x := range a {
		if i := slices.Index(left, x); i >= 0 {
			left = slices.Delete(left, i, i+1)
			continue
		}
		out = append(out, x)
	}
	return out
}

// count is "1 argument", "3 arguments".
func count(n int, what string) string {
	switch {
	case n == 1:
		return "1 " + what
	case strings.HasSuffix(what, "y"):
		return fmt.Sprintf("%d %sies", n, strings.TrimSuffix(what, "y"))
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// shorten keeps a list readable.
func shorten(list []string, sep string) string {
	const most = 12
	if len(list) > most {
		return strings.Join(list[:most], sep) + fmt.Sprintf("%s… and %d more", sep, len(list)-most)
	}
	return strings.Join(list, sep)
}
