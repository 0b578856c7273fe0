package facts

import (
	"slices"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// inMemory begins the argument by which the image's init gives a JVM a secret, so that the list of processes does not show it.
const inMemory = "@/proc/self/fd/"

// argv compares the argument vectors, secrets taken out of both. Only the arguments that differ are shown.
func argv(p *pair) error {
	p.arguments(p.live.Args(), p.twin.Args())
	return nil
}

func (p *pair) arguments(live, twin []string) {
	live, twin = parse.RedactArgs(live), parse.RedactArgs(twin)
	if slices.Equal(live, twin) {
		n := count(len(live), "argument")
		p.add(model.FactEqual, "argv", n, n, "")
		return
	}
	gone, added := minus(live, twin), minus(twin, live)
	if len(gone) == 0 && len(added) == 0 {
		p.add(model.FactDifferent, "argv", strings.Join(live, " "), strings.Join(twin, " "), "the same arguments in another order")
		return
	}
	reason := p.saidArguments(gone, added)
	p.judge("argv", shorten(gone, " "), shorten(added, " "), reason, "the image's entry point has other arguments, and no change of containerize says why")
}

// saidArguments explains arguments that differ, when the image's changes name all of them. A secret that goes by memory stands for the argument that held it.
func (p *pair) saidArguments(gone, added []string) string {
	var reasons []string
	stands := 0
	for _, a := range added {
		why := ""
		if strings.HasPrefix(a, inMemory) {
			why, stands = "the image's init gives a secret by a file of arguments in memory", stands+1
		} else {
			why = p.changed(func(c model.Change) bool { return c.After != "" && p.given(c.After) == p.o.Clean(a) })
		}
		if why == "" {
			return ""
		}
		reasons = append(reasons, why)
	}
	for _, g := range gone {
		why := p.changed(func(c model.Change) bool { return c.Before != "" && p.o.Clean(c.Before) == p.o.Clean(g) })
		if why == "" && stands > 0 && strings.Contains(g, model.Redacted) {
			stands--
			continue
		}
		if why == "" {
			return ""
		}
		reasons = append(reasons, why)
	}
	slices.Sort(reasons)
	return strings.Join(slices.Compact(reasons), "; ")
}

// given is a text of the image, in which "${NAME}" stands for a secret, as it is when the image's init has put the secret in.
func (p *pair) given(text string) string {
	for _, k := range p.o.Image.Needs.Secrets {
		text = strings.ReplaceAll(text, "${"+k.Name+"}", model.Redacted)
	}
	return p.o.Clean(text)
}
