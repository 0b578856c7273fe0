package detect

import (
	"path"
	"strings"

	"a2c/inventory/host"
)

// location is a place where configuration is looked for: a folder on disk, a file, or a folder of the class path.
type location struct {
	path  string
	class bool // on the class path
	dir   bool
}

// groups are the locations, those that count most last; profile-specific files count within a group only.
func (c *springConfig) groups() [][]location {
	var groups [][]location
	if v, ok := c.get("spring.config.location"); ok {
		groups = c.locations(v.value, c.cwd)
	} else {
		groups = [][]location{
			{{path: "", class: true, dir: true}, {path: "config/", class: true, dir: true}},
			append([]location{{path: c.cwd, dir: true}, {path: path.Join(c.cwd, "config"), dir: true}}, c.subFolders(path.Join(c.cwd, "config"))...),
		}
	}
	if v, ok := c.get("spring.config.additional-location"); ok {
		groups = append(groups, c.locations(v.value, c.cwd)...)
	}
	return groups
}

// locations reads "optional:file:/etc/shop/,classpath:/x/;file:./a.yml": commas separate groups, semicolons places within one.
func (c *springConfig) locations(list, base string) [][]location {
	var groups [][]location
	for _, part := range firsts(splitList(list), maxSpringPlaces) {
		var group []location
		for _, item := range firsts(strings.Split(part, ";"), maxSpringPlaces) {
			item = strings.TrimPrefix(strings.TrimSpace(item), "optional:")
			class, onPath := strings.CutPrefix(item, "classpath:")
			if onPath {
				group = append(group, location{path: strings.TrimPrefix(class, "/"), class: true, dir: strings.HasSuffix(class, "/") || class == ""})
				continue
			}
			file := strings.TrimPrefix(item, "file:")
			if strings.HasPrefix(file, "//") {
				file = "/" + strings.TrimLeft(file, "/")
			}
			if i := strings.IndexByte(file, ':'); i > 0 && !strings.Contains(file[:i], "/") || file == "" {
				continue // configtree:, vault:, https: and other sources hold no file that could be read here
			}
			group = append(group, c.onDisk(file, base)...)
		}
		groups = append(groups, group)
	}
	return groups
}

func (c *springConfig) onDisk(file, base string) []location {
	full := file
	if !path.IsAbs(full) {
		full = base + "/" + file
	}
	if rest, ok := strings.CutSuffix(full, "*/"); ok {
		return c.subFolders(c.clean(rest))
	}
	return []location{{path: c.clean(full), dir: strings.HasSuffix(file, "/")}}
}

// subFolders are the folders in a folder, by name, as the wildcard location config/*/ takes them.
func (c *springConfig) subFolders(dir string) []location {
	var out []location
	for _, e := range firsts(c.list("configuration folder", dir), maxSpringFiles) {
		if name := path.Join(dir, e.Name); e.Type == host.Dir || e.Type == host.Symlink && c.isDir(name) {
			out = append(out, location{path: name, dir: true})
		}
	}
	return out
}
