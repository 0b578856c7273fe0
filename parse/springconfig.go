package parse

import (
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Bounds of what imports and wildcards of Spring Boot may reach.
const (
	maxSpringFiles    = 200
	maxSpringDepth    = 8
	maxSpringPlaces   = 50
	maxSpringProfiles = 50
	maxSpringNames    = 5
	maxSpringTree     = 1_000 // files of a configuration tree
)

// SpringHost is where Spring Boot reads its configuration from.
type SpringHost interface {
	// Read reads a file on disk; ok is false when it is not there or cannot be read.
	Read(name string) (data []byte, ok bool)
	// Resource reads the first file of that name on the class path; full says where it stands ("a.jar!/BOOT-INF/classes/application.yml").
	Resource(name string) (data []byte, full string, ok bool)
	// Folder lists a folder, sorted by name: its files, and its folders with a slash behind their names.
	Folder(dir string) []string
	// Clean makes a path plain.
	Clean(name string) string
	// Unread notes a document that is there and cannot be understood.
	Unread(name string, err error)
	// Getenv finds a variable.
	Getenv(name string) (string, bool)
}

// SpringValue is a property with its place.
type SpringValue struct {
	Key, Value string
	File       string // "a.jar!/entry" inside an archive; "" for arguments and the environment
	Line       int
	From       JavaArg // the argument or the variable, when there is no File
}

// SpringSource is one source of properties, by SpringKey; of equal keys the last one counted. Kind says what it is.
type SpringSource struct {
	Kind   string
	Name   string // the file
	Values map[string]SpringValue
}

// Kinds of Spring Boot's sources.
const (
	SpringArgument    = "argument"
	SpringJSON        = "SPRING_APPLICATION_JSON"
	SpringProperty    = "system property"
	SpringEnvironment = "environment"
	SpringFile        = "file"
	SpringPackaged    = "packaged file"
	SpringTree        = "configuration tree"
)

// SpringConfig is what Spring Boot's environment holds (docs.spring.io: "Externalized Configuration"). Each list is ordered from what counts most to
// what counts least; the environment's variables come between the two.
type SpringConfig struct {
	Above    []SpringSource // arguments, SPRING_APPLICATION_JSON, system properties
	Files    []SpringSource
	Profiles []string // active ones, in their order; "default" when none is
	host     SpringHost
	cwd      string
}

// SpringKey is a key as relaxed binding compares it: "management.server.base-path", "management.server.basePath".
func SpringKey(key string) string {
	if !strings.ContainsFunc(key, func(r rune) bool { return r == '-' || r == '_' || r >= 'A' && r <= 'Z' || r > unicode.MaxASCII }) {
		return key
	}
	return strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(key))
}

// SpringVariables are the variables that stand for a key: MY_PROJECT_PERSON_FIRSTNAME for my.project.person.first-name, and the older form with an
// underscore for each dash.
func SpringVariables(key string) []string {
	upper := strings.ToUpper(strings.NewReplacer(".", "_", "[", "_", "]", "").Replace(key))
	return []string{strings.ReplaceAll(upper, "-", ""), strings.ReplaceAll(upper, "-", "_")}
}

// ReadSpring reads what decides the properties of an application: its command line, then the files that Spring Boot finds by itself or is told to
// read, with the active profiles. cwd is the working folder.
func ReadSpring(h SpringHost, cwd string, program []JavaArg, properties []JavaProperty) *SpringConfig {
	c := &SpringConfig{host: h, cwd: cwd}
	c.commandLine(program, properties)
	groups := c.groups()
	c.load(groups, nil) // without profiles, to learn which are active
	for range 3 {       // profiles may come from files, and profile groups bring more
		active := c.activeProfiles()
		if slices.Equal(active, c.Profiles) {
			break
		}
		c.Profiles = active
		c.load(groups, active)
	}
	return c
}

// commandLine fills what counts more than the environment: --key=value behind the main class, SPRING_APPLICATION_JSON, system properties.
func (c *SpringConfig) commandLine(program []JavaArg, properties []JavaProperty) {
	var args, system []SpringValue
	for _, a := range program {
		if rest, ok := strings.CutPrefix(a.Value, "--"); ok {
			key, value, _ := strings.Cut(rest, "=")
			args = append(args, SpringValue{Key: key, Value: value, From: a})
		}
	}
	for _, p := range properties {
		system = append(system, SpringValue{Key: p.Name, Value: p.Value, From: p.From})
	}
	c.Above = []SpringSource{springSource(SpringArgument, "", args), springSource(SpringJSON, "", c.applicationJSON(properties)), springSource(SpringProperty, "", system)}
}

// springSource makes a source of values; the last of equal keys counts.
func springSource(kind, name string, values []SpringValue) SpringSource {
	m := make(map[string]SpringValue, len(values))
	for _, v := range values {
		m[SpringKey(v.Key)] = v
	}
	return SpringSource{Kind: kind, Name: name, Values: m}
}

// applicationJSON is the property spring.application.json or the variable SPRING_APPLICATION_JSON.
func (c *SpringConfig) applicationJSON(properties []JavaProperty) []SpringValue {
	const variable = "SPRING_APPLICATION_JSON"
	text, from := "", JavaArg{}
	if i := slices.IndexFunc(properties, func(p JavaProperty) bool { return p.Name == "spring.application.json" }); i >= 0 {
		text, from = properties[i].Value, properties[i].From
	} else if v, ok := c.host.Getenv(variable); ok {
		text, from = v, JavaArg{Index: -1, Env: variable}
	}
	if text == "" {
		return nil
	}
	settings, err := ReadSpringYAML([]byte(text)) // JSON is YAML
	if err != nil {
		c.host.Unread(variable, err)
		return nil
	}
	var out []SpringValue
	for _, v := range settings {
		out = append(out, SpringValue{Key: v.Key, Value: v.Value, From: from})
	}
	return out
}

// Raw is the value in force as it is written.
func (c *SpringConfig) Raw(key string) (SpringValue, bool) {
	canonical := SpringKey(key)
	for _, s := range c.Above {
		if v, ok := s.Values[canonical]; ok {
			return v, true
		}
	}
	for _, name := range SpringVariables(key) {
		if v, ok := c.host.Getenv(name); ok {
			return SpringValue{Key: key, Value: v, From: JavaArg{Index: -1, Env: name}}, true
		}
	}
	for _, s := range c.Files {
		if v, ok := s.Values[canonical]; ok {
			return v, true
		}
	}
	return SpringValue{}, false
}

// Get is the value in force with its placeholders ${name:default} resolved from the same configuration.
func (c *SpringConfig) Get(key string) (SpringValue, bool) {
	v, ok := c.Raw(key)
	if ok {
		v.Value = strings.TrimSpace(c.Expand(v.Value).Text)
	}
	return v, ok
}

// Value is Get for those who need no place; "" when the key is not set.
func (c *SpringConfig) Value(key string) string {
	v, _ := c.Get(key)
	return v.Value
}

// Expand replaces the placeholders of a value.
func (c *SpringConfig) Expand(value string) Expansion {
	return Placeholders{Lookup: c.lookup, Separator: ":", Whole: true}.Expand(value)
}

func (c *SpringConfig) lookup(name string) (string, bool) {
	if v, ok := c.Raw(name); ok {
		return v.Value, true
	}
	return c.host.Getenv(name)
}

// activeProfiles are the included ones, then the active ones, each with its group behind it (org.springframework.boot.context.config.Profiles).
func (c *SpringConfig) activeProfiles() []string {
	stack := slices.Concat(c.every("spring.profiles.include"), c.list("spring.profiles.active"))
	slices.Reverse(stack)
	var names []string
	for len(stack) > 0 && len(names) < maxSpringProfiles {
		name := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if slices.Contains(names, name) {
			continue
		}
		names = append(names, name)
		group := c.list("spring.profiles.group." + name)
		slices.Reverse(group)
		stack = append(stack, group...)
	}
	if len(names) == 0 {
		names = c.list("spring.profiles.default")
	}
	if len(names) == 0 {
		return []string{"default"}
	}
	return names
}

// list is a value with commas, or one of key[0], key[1] and so on.
func (c *SpringConfig) list(key string) []string {
	names := SplitList(c.Value(key))
	for i := range maxSpringProfiles {
		v, ok := c.Get(key + "[" + strconv.Itoa(i) + "]")
		if !ok {
			break
		}
		names = append(names, v.Value)
	}
	return names
}

// every is a list to which all sources add, not only the one that counts most.
func (c *SpringConfig) every(key string) []string {
	var names []string
	for _, name := range SpringVariables(key) {
		if v, ok := c.host.Getenv(name); ok {
			names = append(names, SplitList(v)...)
			break
		}
	}
	for _, s := range slices.Concat(c.Above, c.Files) {
		if v, ok := s.Values[key]; ok {
			names = append(names, SplitList(c.Expand(v.Value).Text)...)
		}
		for i := range maxSpringProfiles {
			v, ok := s.Values[key+"["+strconv.Itoa(i)+"]"]
			if !ok {
				break
			}
			names = append(names, c.Expand(v.Value).Text)
		}
	}
	return names
}

// firsts is at most the first n.
func firsts[T any](list []T, n int) []T { return list[:min(len(list), n)] }

// SplitList are the items of a list with commas, without blanks around them and empty ones.
func SplitList(s string) []string {
	var out []string
	for v := range strings.SplitSeq(s, ",") {
		if v = strings.TrimSpace(v); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// springLocation is a place where configuration is looked for: a folder on disk, a file, or a folder of the class path.
type springLocation struct {
	path  string
	class bool   // on the class path
	dir   bool   // a folder
	tree  bool   // a folder whose files are properties
	ext   string // the format of a file whose name does not say it: "extensionless[.yaml]"
}

// groups are the locations, those that count most last; profile-specific files count within a group only.
func (c *SpringConfig) groups() [][]springLocation {
	var groups [][]springLocation
	if v, ok := c.Get("spring.config.location"); ok {
		groups = c.locations(v.Value, c.cwd)
	} else {
		config := path.Join(c.cwd, "config")
		groups = [][]springLocation{
			{{path: "", class: true, dir: true}, {path: "config/", class: true, dir: true}},
			append([]springLocation{{path: c.cwd, dir: true}, {path: config, dir: true}}, c.subFolders(config)...),
		}
	}
	if v, ok := c.Get("spring.config.additional-location"); ok {
		groups = append(groups, c.locations(v.Value, c.cwd)...)
	}
	if v, ok := c.Get("spring.config.import"); ok {
		groups = append(groups, c.locations(v.Value, c.cwd)...)
	}
	return groups
}

// locations reads "optional:file:/etc/shop/,classpath:/x/;file:./a.yml": commas separate groups, semicolons places within one.
func (c *SpringConfig) locations(list, base string) [][]springLocation {
	var groups [][]springLocation
	for _, part := range firsts(SplitList(list), maxSpringPlaces) {
		var group []springLocation
		for _, item := range firsts(strings.Split(part, ";"), maxSpringPlaces) {
			group = append(group, c.location(strings.TrimPrefix(strings.TrimSpace(item), "optional:"), base)...)
		}
		groups = append(groups, group)
	}
	return groups
}

func (c *SpringConfig) location(item, base string) []springLocation {
	item, ext := springFormat(item)
	if class, ok := strings.CutPrefix(item, "classpath:"); ok {
		return []springLocation{{path: strings.TrimPrefix(class, "/"), class: true, dir: strings.HasSuffix(class, "/") || class == "", ext: ext}}
	}
	file, isTree := strings.CutPrefix(item, "configtree:")
	file, isURL := strings.CutPrefix(file, "file:")
	if isTree || isURL {
		base = c.cwd // only plain names are meant from the document's folder
	}
	if strings.HasPrefix(file, "//") {
		file = "/" + strings.TrimLeft(file, "/")
	}
	if isTree && strings.HasPrefix(path.Clean(file), "..") {
		return nil // Spring Boot takes each file below a path with .. for a hidden one (ConfigTreePropertySource)
	}
	if i := strings.IndexByte(file, ':'); i > 0 && !strings.Contains(file[:i], "/") || file == "" {
		return nil // vault:, https: and other sources hold no file that could be read here
	}
	full := file
	if !path.IsAbs(full) {
		full = base + "/" + file
	}
	if rest, ok := strings.CutSuffix(full, "*/"); ok {
		list := c.subFolders(c.host.Clean(rest))
		for i := range list {
			list[i].tree = isTree
		}
		return list
	}
	return []springLocation{{path: c.host.Clean(full), dir: strings.HasSuffix(file, "/"), tree: isTree, ext: ext}}
}

// springFormat reads the hint of a file without an extension: "/etc/shop/conf[.yaml]".
func springFormat(item string) (name, ext string) {
	if rest, ok := strings.CutSuffix(item, "]"); ok {
		if name, ext, ok := strings.Cut(rest, "["); ok && strings.HasPrefix(ext, ".") {
			return name, ext
		}
	}
	return item, ""
}

// subFolders are the folders in a folder, by name, as the wildcard location config/*/ takes them.
func (c *SpringConfig) subFolders(dir string) []springLocation {
	var out []springLocation
	for _, name := range firsts(c.host.Folder(dir), maxSpringFiles) {
		if name, ok := strings.CutSuffix(name, "/"); ok {
			out = append(out, springLocation{path: path.Join(dir, name), dir: true})
		}
	}
	return out
}
