package facts

import (
	"slices"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
)

// variables compares the names of the environment, never its values.
func variables(p *pair) error {
	live, twin := names(p.live.env), names(p.twin.env)
	equal := 0
	for _, n := range live {
		if slices.Contains(twin, n) {
			equal++
			continue
		}
		if !ofLocale(n) { // the locale's have rows of their own
			p.judge("variable "+n, "set", "not set", p.dropped(n), n+" is missing in the image's environment")
		}
	}
	for _, n := range minus(twin, live) {
		if !ofLocale(n) {
			p.judge("variable "+n, "not set", "set", p.brought(n), n+" is set in the image alone, and no change of containerize says why")
		}
	}
	n := count(equal, "variable")
	p.add(model.FactEqual, "variables", n, n, "")
	return nil
}

func names(env host.Environ) []string {
	var list []string
	for _, v := range env {
		if !v.Bare && v.Name != "" {
			list = append(list, v.Name)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// dropped says why the image is without a variable of the live process.
func (p *pair) dropped(name string) string {
	for _, v := range p.o.Analysis.AnalysisInfo.EnvDropped {
		if v.Name == name || v.Name == model.Path(name).String() {
			return v.Reason
		}
	}
	for _, s := range p.o.Image.Skips {
		if s.What == "variable "+name {
			return s.Reason
		}
	}
	return ""
}

// brought says where a variable comes from that the live process does not have.
func (p *pair) brought(name string) string {
	why := p.changed(func(c model.Change) bool {
		return c.Target == name || c.Kind == "secret" && slices.Contains(strings.Split(c.After, ", "), name)
	})
	declared := slices.ContainsFunc(p.o.Image.Config.Env, func(kv string) bool { return strings.HasPrefix(kv, name+"=") })
	switch {
	case why != "":
		return why
	case slices.Contains(p.o.Given, name):
		return "given for this run (--env, --secret)"
	case slices.Contains(p.o.Image.Needs.SecretNames(), name):
		return "a secret that is injected when the image runs"
	case slices.Contains([]string{"PATH", "HOSTNAME", "HOME", "TERM", "container"}, name):
		return "engines set it"
	case declared && p.onBase():
		return "a variable of the base image " + p.o.Image.Base.Reference
	}
	return ""
}
