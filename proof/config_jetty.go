package proof

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"a2c/model"
)

// jetty compares with what start.jar lists: each property with its origin, the modules and who wants them (--list-config), the values as the server gets
// them (--dry-run), and what an XML file of the running server printed.
func (k *compared) jetty(t *testing.T) {
	for _, v := range k.said.Values {
		k.values[v.Key] = v
	}
	known, modules := map[string]bool{}, map[string][]string{}
	section, last := "", ""
	for line := range strings.Lines(k.startJar(t, "--list-config", "--debug")) {
		line = strings.TrimRight(line, "\n")
		text := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "   origin: ") && strings.HasPrefix(section, "Properties: "):
			k.jettyOrigin(t, section, last, strings.TrimPrefix(text, "origin: "), known)
		case strings.HasPrefix(line, " ") && (strings.HasPrefix(section, "Properties: ") || section == "System Properties"):
			last = line[1:]
			k.jettySystem(t, section, last, known)
		case strings.HasPrefix(line, " ") && section == "Enabled Modules":
			if f := strings.Fields(line); strings.HasSuffix(f[0], ")") {
				last = f[1]
			}
			modules[last] = append(modules[last], text[strings.LastIndexByte(text, ' ')+1:])
		case strings.HasSuffix(text, ":") || strings.HasPrefix(line, "Properties: "):
			section = strings.TrimSuffix(text, ":")
		}
	}
	for _, name := range sorted(modules) {
		known["module["+name+"]"] = true
		k.jettyModule(t, name, modules[name])
	}
	k.jettyExpanded(t)
	k.jettySaid(t)
	for _, key := range sorted(k.values) {
		v := k.values[key]
		if slices.Contains([]string{"file", "argument", "module", "property file"}, v.Kind) && v.Problem != "start.jar forks no JVM that takes it" && !known[key] && key != "shop.newer.name" {
			k.missing(t, "%s is %q by a2c, and not known to start.jar", key, v.Value)
		}
	}
}

// startJar runs the server's own command line with more arguments, as its user.
func (k *compared) startJar(t *testing.T, more ...string) string {
	t.Helper()
	c := k.place.Server.Command(k.place)
	cmd := exec.CommandContext(t.Context(), c.Argv[0], append(c.Argv[1:], more...)...)
	cmd.Dir, cmd.Env = c.Dir, c.Env
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(k.place.UID), Gid: uint32(k.place.GID)}}
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("start.jar %v: %v\n%s", more, err, out)
	}
	return string(out)
}

// jettyKey is a property's key: section is "Properties: Jetty", or that of an environment.
func jettyKey(section, name string) string {
	if env := strings.TrimPrefix(section, "Properties: "); env != "Jetty" {
		return "env[" + env + "]/" + name
	}
	return name
}

// jettyOrigin compares a line "name = value" as it is written, and where it comes from.
func (k *compared) jettyOrigin(t *testing.T, section, line, origin string, known map[string]bool) {
	t.Helper()
	name, is, _ := strings.Cut(line, " = ")
	if strings.HasPrefix(origin, "<internal") || origin == "Deprecated" {
		return // what start.jar itself brings
	}
	key := jettyKey(section, name)
	known[key] = true
	v, ok := k.values[key]
	if !ok {
		k.missing(t, "%s is %q by start.jar (%s), and not known to a2c", key, is, origin)
		return
	}
	if v.Kind == "property file" && len(v.Overrides) > 0 { // which start.jar lists apart
		o := v.Overrides[0]
		v = model.ConfigValue{Value: o.Value, Kind: o.Kind, Place: o.Place}
	}
	if v.Written != "" {
		v.Value = v.Written
	}
	k.value(t, key, v, is)
	if _, latest, ok := strings.Cut(origin, ","); ok {
		origin = latest[strings.LastIndexByte(latest, ',')+1:]
	}
	module, ofModule := strings.CutSuffix(strings.TrimSuffix(origin, "?="), "[ini]")
	switch {
	case ofModule:
		ok = strings.HasSuffix(string(v.Place.Path), "/modules/"+module+".mod")
	case origin == "<command-line>":
		ok = v.Place.Kind == "argv"
	default:
		ok = string(v.Place.Path) == strings.TrimSuffix(origin, "?=")
	}
	if ok && v.Place.Kind == "file" {
		ok = holds(t, string(v.Place.Path), v.Place.Line, name)
	}
	if !ok {
		k.missing(t, "%s comes from %+v by a2c, from %s by start.jar", key, v.Place, origin)
	}
}

// holds reports whether a line of a file sets a name, or adds to it.
func holds(t *testing.T, file string, line int, name string) bool {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(data), "\n")
	return line > 0 && line <= len(lines) && strings.HasPrefix(strings.TrimLeft(strings.TrimPrefix(strings.TrimSpace(lines[line-1]), "-D"), " "), name)
}

// jettySystem compares a property of the JVM that -D among the arguments sets: "name = value (origin)"; and one of a file of properties: "file:name = value".
func (k *compared) jettySystem(t *testing.T, section, line string, known map[string]bool) {
	t.Helper()
	name, is, ok := strings.Cut(line, " = ")
	if at := strings.LastIndex(is, " ("); section == "System Properties" && ok && at >= 0 {
		k.value(t, name, k.values[name], is[:at])
	}
	if _, of, file := strings.Cut(name, ".properties:"); file {
		known[of] = true
		k.value(t, of, k.values[of], is)
	}
}

// jettyModule compares who wants a module: a file, or another module, of those that start.jar names.
func (k *compared) jettyModule(t *testing.T, name string, from []string) {
	t.Helper()
	v, ok := k.values["module["+name+"]"]
	if k.count++; !ok {
		k.missing(t, "module %s is enabled by start.jar, and not known to a2c", name)
		return
	}
	for _, f := range from {
		if file := strings.Replace(f, "${jetty.base}", k.place.Path("base"), 1); string(v.Place.Path) == file || strings.HasSuffix(string(v.Place.Path), "/modules/"+file+".mod") {
			return
		}
	}
	k.missing(t, "module %s comes from %+v by a2c, from %v by start.jar", name, v.Place, from)
}

// jettyExpanded compares the values that the server's command line would hold.
func (k *compared) jettyExpanded(t *testing.T) {
	section, count := "Properties: Jetty", k.count
	words := shellWords(k.startJar(t, "--dry-run=args,envs"))
	for i, w := range words {
		if i > 0 && words[i-1] == "--env" {
			section = "Properties: " + w
			continue
		}
		name, is, ok := strings.Cut(w, "=")
		if v, known := k.values[jettyKey(section, name)]; ok && known && v.Kind != "property file" && filepath.Ext(w) != ".xml" {
			k.value(t, name, v, is)
		}
	}
	if k.count < count+20 {
		t.Errorf("%s: only %d values are on the command line that start.jar prints", k.name, k.count-count)
	}
}

// shellWords divides a command line that is quoted for a shell.
func shellWords(text string) []string {
	var list []string
	var b strings.Builder
	quoted, any := false, false
	for _, r := range text {
		switch {
		case r == '\'':
			quoted, any = !quoted, true
		case !quoted && (r == ' ' || r == '\n'):
			if any {
				list = append(list, b.String())
			}
			b.Reset()
			any = false
		default:
			b.WriteRune(r)
			any = true
		}
	}
	return list
}

// jettySaid compares what the server's XML printed while it started.
func (k *compared) jettySaid(t *testing.T) {
	data, err := os.ReadFile(k.place.Dir + ".log")
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]string{}
	for line := range strings.Lines(string(data)) {
		if f := strings.SplitN(strings.TrimRight(line, "\n"), "|", 3); len(f) == 3 && f[0] == "said" {
			said[f[1]] = f[2]
		}
	}
	for _, name := range slices.Sorted(maps.Keys(said)) {
		v, ok := k.values[name]
		if !ok {
			k.missing(t, "%s is %q by the server, and not known to a2c", name, said[name])
			continue
		}
		k.value(t, name, v, said[name])
	}
	if len(said) < 20 {
		t.Errorf("%s: the server printed %d values", k.name, len(said))
	}
}
