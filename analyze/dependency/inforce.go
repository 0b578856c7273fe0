package dependency

import (
	"path"
	"strings"

	"a2c/analyze/config"
	"a2c/model"
)

// inForce is what the order of precedence says of settings.
type inForce struct {
	loses   map[model.Place]bool // values that another one takes the place of
	sources map[model.Path]bool  // documents that are read with the profiles that are active; nil: not known
	counts  map[model.Place]bool // lines of a domain's documents that say something of the application; nil: all of all documents may
}

func readInForce(c model.Configuration) inForce {
	f := inForce{loses: map[model.Place]bool{}}
	for _, v := range c.Values {
		for _, o := range v.Overrides {
			f.loses[o.Place] = true
		}
	}
	for _, v := range c.Values {
		delete(f.loses, v.Place)
	}
	switch c.Rules {
	case "Quarkus":
		for _, v := range c.Values {
			if strings.HasPrefix(v.Key, "%") { // still there: of a profile that is not active
				f.loses[v.Place] = true
			}
		}
	case "WildFly domain":
		f.counts = map[model.Place]bool{}
		for _, v := range c.Values {
			f.counts[line(v.Place.Path, v.Place.Line)] = true
		}
		return f
	case "Spring Boot", "Micronaut":
	default:
		return f
	}
	for _, s := range c.Sources {
		if s.Path != "" {
			if f.sources == nil {
				f.sources = map[model.Path]bool{}
			}
			f.sources[s.Path] = true
		}
	}
	return f
}

// line is where something stands, whatever its name is.
func line(file model.Path, number int) model.Place { return model.Place{Path: file, Line: number} }

// idle reports a setting that does not count now: an overridden one, or one of a profile that is not active.
func (f inForce) idle(v config.Setting) bool {
	base := path.Base(v.File)
	if f.loses[v.Place] || f.counts != nil && path.Ext(base) == ".xml" && !f.counts[line(model.Path(v.File), v.Line)] {
		return true
	}
	return f.sources != nil && v.File != "" && !f.sources[model.Path(v.File)] && (strings.HasPrefix(base, "application-") || strings.HasPrefix(base, "bootstrap-"))
}
