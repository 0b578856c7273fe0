package facts

import (
	"crypto/sha256"
	"fmt"
	"path"
	"strings"

	"a2c/inventory/host"
	"a2c/parse"
)

const (
	localtime = "/etc/localtime"
	zones     = "/usr/share/zoneinfo"
	maxZone   = 1 << 20 // a zone has some KiB
)

// timeZone compares the zone in force: the property user.timezone of a JVM, else TZ, else /etc/localtime by its content (tzset(3)); and whether the rules of
// zones are there, where the runtime reads the system's.
func timeZone(p *pair) error {
	live, twin := p.live.zone(), p.twin.zone()
	cause := "the image has another time zone than the machine"
	if ok, err := host.Exists(p.twin.tree, localtime); twin == utc && err == nil && !ok {
		cause = localtime + " is missing in the image: times are UTC"
	}
	p.judge("time zone", live, twin, "", cause)
	for _, name := range p.live.zoneData() {
		if ok, err := host.Exists(p.live.tree, name); err != nil || !ok {
			continue
		}
		there, err := host.Exists(p.twin.tree, p.twin.moved(p.live, name))
		if err != nil {
			p.unknown("time zone data", err)
			continue
		}
		image := name
		if !there {
			image = "missing"
		}
		p.judge("time zone data", name, image, "", name+" is missing in the image: zones cannot be looked up by name")
	}
	return nil
}

func (s *side) zone() string {
	if j := s.java(); j != nil {
		if z, ok := j.Property("user.timezone"); ok && z.Value != "" {
			return z.Value
		}
	}
	if tz, ok := s.env.Get("TZ"); ok {
		return strings.TrimPrefix(tz, ":")
	}
	data, err := host.ReadFile(s.tree, localtime, maxZone)
	if err != nil {
		return utc
	}
	rule := footer(data)
	if rule == "UTC0" {
		return utc
	}
	if real, _, err := host.Resolve(s.tree, localtime); err == nil && strings.HasPrefix(real, zones+"/") {
		return strings.TrimPrefix(real, zones+"/") + " (" + rule + ")"
	}
	return rule
}

const utc = "UTC"

// footer is the rule for times to come, which ends the file of a zone (tzfile(5), RFC 9636 section 3.3): "CET-1CEST,M3.5.0,M10.5.0/3". It is the same in several
// releases of the zones' data. A file of version 1 has none: its digest stands for it.
func footer(zone []byte) string {
	text := strings.TrimSuffix(string(zone), "\n")
	if i := strings.LastIndexByte(text, '\n'); i >= 0 && strings.HasPrefix(text, "TZif") && len(text) < len(zone) {
		return text[i+1:]
	}
	sum := sha256.Sum256(zone)
	return fmt.Sprintf("sha256:%x", sum[:6])
}

// zoneData are the files that the runtime reads the rules of zones from: the JVM's own, or the system's.
func (s *side) zoneData() []string {
	if home := s.javaHome(); home != "" {
		return []string{path.Join(home, "lib/tzdb.dat")}
	}
	list := []string{zones}
	if tz, ok := s.env.Get("TZ"); ok && tz != "" && !strings.HasPrefix(strings.TrimPrefix(tz, ":"), "/") {
		list = append(list, path.Join(zones, path.Clean("/"+strings.TrimPrefix(tz, ":"))))
	}
	return list
}

// moved is a file of the live JVM's home in this side's home.
func (s *side) moved(live *side, name string) string {
	from, to := live.javaHome(), s.javaHome()
	if rest, ok := strings.CutPrefix(name, from+"/"); ok && from != "" && to != "" {
		return to + "/" + rest
	}
	return name
}

// java is the command line of a JVM; nil when the process is none.
func (s *side) java() *parse.JavaCommand {
	if s.javaHome() == "" {
		return nil
	}
	return parse.ReadJavaCommand(s.Args(), parse.JavaSources{Getenv: s.env.Get, ArgFile: s.argFile, Embedded: path.Base(s.Exe) != "java"})
}

// argFile reads a file of arguments by the name that the process used. What is in memory (a secret) cannot be read by name.
func (s *side) argFile(name string) ([]byte, error) {
	if !path.IsAbs(name) {
		cwd, _, err := s.Cwd()
		if err != nil {
			return nil, err
		}
		name = path.Join(cwd, name)
	}
	return host.ReadFile(s.tree, name, 1<<20)
}
