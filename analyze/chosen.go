package analyze

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"a2c/analyze/config"
	"a2c/analyze/files"
	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
)

// portRange is where the kernel takes ports from when a program asks for none (ip(7)). A2c's confined reader sees the range of its own network
// namespace, which is the kernel's default unless a fixture says otherwise.
const portRange = "/proc/sys/net/ipv4/ip_local_port_range"

// chosen marks the listeners whose port the kernel chose, since the program bound port 0: they are other ones at each start, so that no image can be
// asked for them. Such a port lies in the kernel's range, and no argument, variable, setting or file of the application names it but those
// that it wrote itself.
func chosen(s *subject.Subject, c *config.Config, set *files.Set) []model.Listener {
	list := slices.Clone(s.App.Listeners)
	low, high := localPorts(s)
	for i, l := range list {
		if l.Port < low || l.Port > high || named(s, c, set, strconv.Itoa(l.Port)) {
			continue
		}
		list[i].Ephemeral = true
		list[i].Evidence = maps.Clone(l.Evidence)
		list[i].Evidence.Add("ephemeral", model.FromFile(portRange, 1),
			model.Derived(fmt.Sprintf("from %d to %d, and named by no argument, variable, setting or file of it", low, high)))
	}
	return list
}

// localPorts reads the range; where it cannot be read, it is the kernel's default.
func localPorts(s *subject.Subject) (low, high int) {
	const limit = 4 << 10
	data, err := host.ReadFile(s.Host.Tree, portRange, limit)
	if err == nil {
		if _, err := fmt.Sscan(string(data), &low, &high); err == nil {
			return low, high
		}
	}
	return 32768, 60999
}

// named reports whether anything of the application's holds the number.
func named(s *subject.Subject, c *config.Config, set *files.Set, port string) bool {
	for _, p := range s.Procs {
		if slices.ContainsFunc(p.Args(), func(a string) bool { return holdsNumber(a, port) }) ||
			slices.ContainsFunc(p.Env, func(v host.EnvVar) bool { return holdsNumber(v.Value, port) }) {
			return true
		}
	}
	return slices.ContainsFunc(s.App.Connectors, func(k model.Connector) bool { return strconv.Itoa(k.Port) == port && !noted(s, k) }) ||
		slices.ContainsFunc(c.Settings, func(v config.Setting) bool { return holdsNumber(v.Value, port) }) ||
		inFiles(s, set, port)
}

// noted reports whether a connector is known only from a file in which the server notes what it got: Liberty's workarea/.sCommand, Karaf's data/port.
func noted(s *subject.Subject, k model.Connector) bool {
	sources := k.Evidence["port"]
	return len(sources) > 0 && !slices.ContainsFunc(sources, func(from model.Source) bool {
		file, _, _ := strings.Cut(string(from), ":")
		return !strings.HasPrefix(file, "/") || !wroteItself(s, file)
	})
}

// wroteItself reports whether a file belongs to the application's user and was written since the start: it is then no configuration that the start read.
func wroteItself(s *subject.Subject, file string) bool {
	real, _, err := host.Resolve(s.Root, file)
	if err != nil {
		return false
	}
	info, err := s.Root.Lstat(real)
	if err != nil || info.UID != s.App.User.UID {
		return false
	}
	started, err := s.Main.StartTime()
	return err == nil && info.MTime.After(started)
}

// Files in which people write ports, and how much of one is read.
const maxPortFile = 64 << 10

func inFiles(s *subject.Subject, set *files.Set, port string) bool {
	for p := range set.Paths(model.LayerApp, model.LayerConfig) {
		switch strings.ToLower(path.Ext(p)) {
		case ".properties", ".yml", ".yaml", ".xml", ".conf", ".config", ".cfg", ".ini", ".json", ".toml", ".env", ".sh", ".txt", "":
		default:
			continue
		}
		data, err := host.ReadFile(s.Root, p, maxPortFile) // what cannot be read names nothing
		if err == nil && bytes.IndexByte(data, 0) < 0 && holdsNumber(string(data), port) && !wroteItself(s, p) {
			return true
		}
	}
	return false
}

// holdsNumber reports whether a text holds a number that is not a part of a longer word.
func holdsNumber(text, number string) bool {
	word := func(b byte) bool {
		return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b == '_'
	}
	for at := 0; ; {
		i := strings.Index(text[at:], number)
		if i < 0 {
			return false
		}
		begin, end := at+i, at+i+len(number)
		if (begin == 0 || !word(text[begin-1])) && (end == len(text) || !word(text[end])) {
			return true
		}
		at = begin + 1
	}
}
