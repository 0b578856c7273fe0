package files

import (
	"path"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
)

// classPath tells archives that lie beside those of the class path from these: other releases of the application and of its libraries, which an
// upgrade left. In a folder most archives of which the class path names one by one, one that it does not name, and that nobody has open, is such.
type classPath struct {
	c     *collector
	named map[string]bool // archives that the class path names, by their real paths
	most  map[string]bool // folders that were looked at: whether most of their archives are named
}

func (c *collector) classPath() *classPath {
	p := &classPath{c: c, named: map[string]bool{}, most: map[string]bool{}}
	for _, r := range c.in.Config.References {
		for _, what := range []string{"of the class path", "of the module path", "config: Class-Path of"} {
			if strings.Contains(r.Reason, what) {
				p.named[c.real(r.Path)] = true
			}
		}
	}
	return p
}

// off reports whether an archive is such a one. Its name may lead over links that the class path does not take, or takes others in its place.
func (p *classPath) off(name string) bool {
	if path.Ext(name) != ".jar" || p.c.named[name] {
		return false
	}
	if name = p.c.real(name); p.named[name] || p.c.named[name] {
		return false
	}
	dir := path.Dir(name)
	most, known := p.most[dir]
	if !known {
		most = p.mostOf(dir)
		p.most[dir] = most
	}
	return most
}

func (p *classPath) mostOf(dir string) bool {
	list, err := p.c.set.tree.ReadDir(dir)
	if err != nil {
		p.c.set.skip(dir, err)
		return false
	}
	named, others := 0, 0
	for _, e := range list {
		switch {
		case path.Ext(e.Name) != ".jar" || e.Type == host.Dir:
		case p.named[p.c.real(join(dir, e.Name))]:
			named++
		default:
			others++
		}
	}
	return named >= 3 && named > others
}

// folder is the filter of an application's own folder.
func (p *classPath) folder(dir string) Filter {
	return func(rel string, e host.Entry) (string, string) {
		name := join(dir, rel)
		ext := strings.ToLower(path.Ext(rel))
		archive := ext == ".jar" || ext == ".war" || ext == ".ear" || ext == ".zip" || ext == ".gz" || ext == ".tgz"
		switch {
		case e.Type != host.Regular || p.c.named[name] || p.c.others[name] != "":
		case archive && !strings.Contains(rel, "/"):
			return model.Out, "layout: archive beside the application that nothing names"
		case p.off(name):
			return model.Out, "layout: archive beside those of the class path, which does not name it"
		case path.Dir(rel) == "bin" && (ext == ".bat" || ext == ".cmd"):
			return model.Out, "layout: script for Windows"
		}
		return "", ""
	}
}
