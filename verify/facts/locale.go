package facts

import (
	"fmt"
	"slices"
	"strings"

	"a2c/model"
)

// ofLocale are the variables that decide on languages, characters and times (locale(7), tzset(3)): their values are compared, too.
func ofLocale(name string) bool {
	return name == "LANG" || name == "LANGUAGE" || name == "TZ" || strings.HasPrefix(name, "LC_")
}

// locale compares the values of these variables.
func locale(p *pair) error {
	var list []string
	for _, n := range append(names(p.live.env), names(p.twin.env)...) {
		if ofLocale(n) && !slices.Contains(list, n) {
			list = append(list, n)
		}
	}
	for _, n := range list {
		live, inLive := p.live.env.Get(n)
		twin, inTwin := p.twin.env.Get(n)
		reason, cause := "", fmt.Sprintf("%s has another value in the image's environment", n)
		switch {
		case !inTwin:
			reason = p.dropped(n)
			cause = n + " is missing in the image's environment" + effect(n)
		case !inLive:
			reason = p.brought(n)
			cause = n + " is set in the image alone" + effect(n)
		case slices.Contains(p.o.Given, n):
			reason = "given for this run (--env)"
		}
		p.judge("variable "+n, shown(live, inLive), shown(twin, inTwin), reason, cause)
	}
	if len(list) == 0 {
		p.add(model.FactEqual, "locale", "POSIX", "POSIX", "")
	}
	return nil
}

func effect(name string) string {
	if name == "TZ" {
		return ": local times are others"
	}
	return ": texts, numbers and file names are treated as in another locale"
}

func shown(value string, set bool) string {
	switch {
	case !set:
		return "not set"
	case value == "":
		return "empty"
	}
	return value
}
