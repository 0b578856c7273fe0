package inforce

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"a2c/analyze/config"
	"a2c/inventory/host"
	"a2c/parse"
)

// read reads a file; ok is false when it is not there or is not to be read, which is a skip.
func (r *reader) read(name string) ([]byte, bool) {
	data, err := host.ReadFile(r.s.Root, name, maxDocument)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, false
	case err != nil:
		r.unread(name, err)
		return nil, false
	}
	if why := config.Forbidden(r.s, name); why != "" {
		r.skip(name, why)
		return nil, false
	}
	return data, true
}

// unread notes a document that cannot be understood.
func (r *reader) unread(name string, err error) { r.skip(name, config.Reason(err)) }

// folder lists a folder, folders with a slash behind their names.
func (r *reader) folder(dir string) []string {
	list, err := r.s.Root.ReadDir(dir)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			r.unread(dir, err)
		}
		return nil
	}
	var names []string
	for _, e := range list {
		name := e.Name
		if e.Type == host.Dir || e.Type == host.Symlink && r.isDir(path.Join(dir, e.Name)) {
			name += "/"
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (r *reader) isDir(name string) bool {
	info, err := host.Stat(r.s.Root, name)
	return err == nil && info.Type == host.Dir
}

// clean makes a path plain; ".." behind a link is resolved.
func (r *reader) clean(name string) string {
	if strings.Contains(name, "..") {
		if real, _, err := host.Resolve(r.s.Root, name); err == nil {
			return real
		}
	}
	return path.Clean("/" + name)
}

// classPath is where an application's packaged files stand, what counts first first.
type classPath struct {
	r      *reader
	places []classPlace
	jars   map[string]*parse.Jar
	opened []func()
}

// classPlace is a folder, or a prefix of an archive's entries ("BOOT-INF/classes/").
type classPlace struct {
	file, prefix string
	jar          bool
}

// add adds a folder or an archive.
func (c *classPath) add(name, prefix string) {
	if name == "" {
		return
	}
	c.places = append(c.places, classPlace{name, prefix, !c.r.isDir(name)})
}

// resource reads the first file of that name, as ClassLoader.getResource finds it.
func (c *classPath) resource(name string) (data []byte, full string, ok bool) {
	for _, p := range c.places {
		if data, full, ok := c.from(p, name); ok {
			return data, full, true
		}
	}
	return nil, "", false
}

func (c *classPath) from(p classPlace, name string) (data []byte, full string, ok bool) {
	if !p.jar {
		full = path.Join(p.file, p.prefix, name)
		data, ok = c.r.read(full)
		return data, full, ok
	}
	j := c.open(p.file)
	if j == nil {
		return nil, "", false
	}
	entry := p.prefix + name
	if _, ok := j.Entry(entry); !ok {
		return nil, "", false
	}
	full = p.file + "!/" + entry
	data, err := j.Read(entry, maxDocument)
	if err != nil {
		c.r.unread(full, err)
	}
	return data, full, err == nil
}

// has reports whether a place holds an entry.
func (c *classPath) has(p classPlace, name string) bool {
	j := c.open(p.file)
	if j == nil {
		return false
	}
	_, ok := j.Entry(p.prefix + name)
	return ok
}

// open opens an archive once; nil when it cannot be read, which is a skip.
func (c *classPath) open(name string) *parse.Jar {
	if j, ok := c.jars[name]; ok {
		return j
	}
	if c.jars == nil {
		c.jars = map[string]*parse.Jar{}
	}
	c.jars[name] = nil
	if why := config.Forbidden(c.r.s, name); why != "" {
		c.r.skip(name, why)
		return nil
	}
	f, err := c.r.s.Root.Open(name)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			c.r.unread(name, err)
		}
		return nil
	}
	j, err := parse.OpenJar(f, f.Info().Size)
	if err != nil {
		f.Close()
		c.r.unread(name, err)
		return nil
	}
	c.opened = append(c.opened, func() { f.Close() })
	c.jars[name] = j
	return j
}

func (c *classPath) close() {
	for _, done := range c.opened {
		done()
	}
}

// manifest is that of an archive or of an unpacked one; ok is false when there is none.
func (c *classPath) manifest(name string) (m parse.Manifest, ok bool) {
	if c.r.isDir(name) {
		data, ok := c.r.read(path.Join(name, parse.ManifestName))
		if !ok {
			return m, false
		}
		m, err := parse.ReadManifest(data)
		return m, err == nil
	}
	j := c.open(name)
	if j == nil {
		return m, false
	}
	m, err := j.Manifest()
	return m, err == nil
}

// javaClassPath is what -jar or -cp names, with the folders of classes inside Spring Boot's archives.
func (r *reader) javaClassPath() *classPath {
	c := &classPath{r: r}
	entries := r.c.Java.ClassPathEntries()
	if r.c.Java.Mode == parse.JavaJar {
		entries = []string{r.c.Java.Main.Value}
	}
	if len(entries) == 0 {
		entries = []string{"."}
	}
	for _, e := range entries {
		if dir, all := strings.CutSuffix(e, "*"); all {
			for _, name := range r.folder(r.s.Main.Abs(path.Clean(dir + "."))) {
				if strings.HasSuffix(name, ".jar") {
					c.add(path.Join(r.s.Main.Abs(path.Clean(dir+".")), name), "")
				}
			}
			continue
		}
		name := r.s.Main.Abs(e)
		m, ok := c.manifest(name)
		boot, isBoot := parse.SpringBoot{}, false
		if ok {
			boot, isBoot = m.SpringBoot()
		}
		switch {
		case isBoot && boot.Classes != "":
			c.add(name, boot.Classes)
		case isBoot && strings.HasSuffix(boot.Launcher.Value, ".WarLauncher"):
			c.add(name, "WEB-INF/classes/")
		case isBoot && parse.SpringBootLauncher(boot.Launcher.Value):
			c.add(name, "BOOT-INF/classes/")
		}
		c.add(name, "")
	}
	return c
}
