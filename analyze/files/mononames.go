package files

import (
	"context"
	"errors"
	"path"
	"slices"
	"strings"

	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
)

// maxNaming is how much is read to find names of assemblies; real applications are a fraction of it.
const maxNaming = 512 << 20

var errTooMuch = errors.New("too much to read for names of assemblies: all of them are taken")

// monoNames finds out which assemblies of Mono's global cache are named by anything that may load one: the application's files, its settings, Mono's
// configuration, its compilers and servers, and the assemblies that these name in turn. A name counts wherever its letters stand in a file, as ASCII or as UTF-16: in
// a reference of an assembly, in a string that is given to Assembly.Load, in a directive of a page.
type monoNames struct {
	c     *collector
	files map[string][]string // by name
	found map[string]bool
	names nameTree
	todo  []string // files that may name others
	left  int64
}

// monoUnnamed are the assemblies of the cache below home that nothing names. etc is where the configuration of Mono lies, which is in already.
func (c *collector) monoUnnamed(ctx context.Context, home, etc string) (map[string]bool, error) {
	m := &monoNames{c: c, files: map[string][]string{}, found: map[string]bool{}, left: maxNaming}
	if exe := path.Base(c.in.Subject.Main.Exe); !strings.HasPrefix(exe, "mono") {
		return nil, nil // a program that mkbundle made has assemblies in it, packed
	}
	gac := join(home, "gac")
	list, err := c.set.tree.ReadDir(gac)
	if err != nil {
		return nil, err
	}
	for _, e := range list {
		versions, err := c.set.tree.ReadDir(join(gac, e.Name))
		if err != nil {
			return nil, err
		}
		for _, v := range versions {
			m.files[e.Name] = append(m.files[e.Name], join(gac, e.Name)+"/"+v.Name+"/"+e.Name+".dll")
		}
		if !m.names.add(e.Name) {
			m.name(e.Name)
		}
	}
	m.roots(home, etc)
	for len(m.todo) > 0 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		next := m.todo[len(m.todo)-1]
		m.todo = m.todo[:len(m.todo)-1]
		if err := m.read(next); err != nil {
			return nil, err
		}
	}
	unnamed := map[string]bool{}
	for name := range m.files {
		if !m.found[name] && !monoComputed(name) {
			unnamed[name] = true
		}
	}
	return unnamed, nil
}

// monoComputed reports whether Mono itself makes the name of an assembly from parts: of code pages, policies, languages and serializers.
func monoComputed(name string) bool {
	return strings.HasPrefix(name, "I18N") || strings.HasPrefix(name, "policy.") || strings.HasSuffix(name, ".resources") || strings.HasSuffix(name, ".XmlSerializers")
}

func (m *monoNames) roots(home, etc string) {
	for _, v := range m.c.in.Config.Settings {
		m.look([]byte(v.Value))
	}
	for name := range m.files {
		if monoComputed(name) || name == "mscorlib" {
			m.name(name)
		}
	}
	for p := range m.c.mapped {
		if ext := path.Ext(p); ext == ".dll" || ext == ".exe" {
			m.look([]byte(path.Base(p)))
			m.todo = append(m.todo, p)
		}
	}
	m.todo = append(m.todo, join(home, "4.5/mscorlib.dll")) // mono-sgen itself loads no other; the names in it are those of a table of versions
	m.todo = slices.AppendSeq(m.todo, m.c.set.Paths(model.LayerApp, model.LayerConfig, model.LayerLibs))
	for p := range m.c.set.Paths(model.LayerRuntime) {
		if subject.Under(p, etc) {
			m.todo = append(m.todo, p)
		}
	}
	programs, _ := m.c.set.tree.ReadDir(join(home, "4.5")) // where there is none nothing is served
	for _, e := range programs {
		if path.Ext(e.Name) == ".exe" && monoServes(e.Name) {
			m.todo = append(m.todo, join(home, "4.5")+"/"+e.Name)
		}
	}
}

// name notes that an assembly is named: it names others.
func (m *monoNames) name(name string) {
	if !m.found[name] {
		m.found[name] = true
		m.todo = append(m.todo, m.files[name]...)
	}
}

func (m *monoNames) look(data []byte) { m.names.in(data, m.name) }

// read looks for names in a file.
func (m *monoNames) read(p string) error {
	info, err := host.Stat(m.c.set.tree, p)
	switch {
	case err != nil || info.Type != host.Regular: // a folder of the cache without its assembly, or gone since
		return nil
	case info.Size > m.left:
		return errTooMuch
	}
	m.left -= info.Size
	data, err := host.ReadFile(m.c.set.tree, p, info.Size+1)
	if err != nil {
		return err
	}
	m.look(data)
	return nil
}

// nameTree finds names of ASCII letters in bytes, wherever they begin.
type nameTree struct {
	nodes []nameNode
}

type nameNode struct {
	next [128]int32 // nodes; 0: none, the first leads nowhere back
	name string     // that ends here
}

// add takes a name in; one with other letters than ASCII's cannot be looked for.
func (t *nameTree) add(name string) bool {
	if len(t.nodes) == 0 {
		t.nodes = make([]nameNode, 1)
	}
	if strings.ContainsFunc(name, func(c rune) bool { return c >= 128 }) {
		return false
	}
	at := int32(0)
	for i := range len(name) {
		next := t.nodes[at].next[name[i]]
		if next == 0 {
			next = int32(len(t.nodes))
			t.nodes = append(t.nodes, nameNode{})
			t.nodes[at].next[name[i]] = next
		}
		at = next
	}
	t.nodes[at].name = name
	return true
}

// in hands out every name that stands in the data, as ASCII or as UTF-16 (little endian).
func (t *nameTree) in(data []byte, found func(name string)) {
	if len(t.nodes) == 0 {
		return
	}
	for i, c := range data {
		if c < 128 && t.nodes[0].next[c] != 0 {
			t.at(data, i, 1, found)
			t.at(data, i, 2, found)
		}
	}
}

// at follows the data from a place on, every byte or every second one with zeros between them.
func (t *nameTree) at(data []byte, i, step int, found func(name string)) {
	for at := int32(0); i < len(data) && data[i] < 128 && (step == 1 || i+1 < len(data) && data[i+1] == 0); i += step {
		if at = t.nodes[at].next[data[i]]; at == 0 {
			return
		}
		if name := t.nodes[at].name; name != "" {
			found(name)
		}
	}
}
