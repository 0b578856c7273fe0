package detect

import (
	"path"

	"a2c/parse"
)

// classPath is where an application's packaged files stand, what counts first first.
type classPath struct {
	*jvm
	classes  []classDir
	archives map[string]*parse.Jar
	opened   []func()
}

// classDir is a place on the class path: a folder, or a prefix of an archive's entries.
type classDir struct {
	file   string // the folder or the archive
	prefix string // "" for a folder; "BOOT-INF/classes/"
	jar    bool
}

// resource reads the first file of that name, as ClassLoader.getResource finds it.
func (c *classPath) resource(file string) (data []byte, name string, ok bool) {
	for _, dir := range c.classes {
		if !dir.jar {
			name := path.Join(dir.file, file)
			data, err := c.read(name)
			c.unread("configuration", name, err)
			if err == nil {
				return data, name, true
			}
			continue
		}
		if data, name, ok := c.entry(dir, file); ok {
			return data, name, true
		}
	}
	return nil, "", false
}

// entry reads a file inside an archive of the class path. The archive's entries are read once.
func (c *classPath) entry(dir classDir, name string) ([]byte, string, bool) {
	j := c.archive(dir.file)
	if j == nil {
		return nil, "", false
	}
	entry := dir.prefix + name
	if _, ok := j.Entry(entry); !ok {
		return nil, "", false
	}
	full := dir.file + "!/" + entry
	data, err := j.Read(entry, configLimit)
	if err != nil {
		c.unread("configuration", full, err)
		return nil, "", false
	}
	return data, full, true
}

// archive opens an archive of the class path and keeps its directory.
func (c *classPath) archive(name string) *parse.Jar {
	if j, ok := c.archives[name]; ok {
		return j
	}
	if c.archives == nil {
		c.archives = map[string]*parse.Jar{}
	}
	j, done, err := c.jar(name)
	if err != nil {
		c.unread("application archive", name, err)
		c.archives[name] = nil
		return nil
	}
	c.opened = append(c.opened, done)
	c.archives[name] = j
	return j
}

// close closes the archives that were opened.
func (c *classPath) close() {
	for _, done := range c.opened {
		done()
	}
	c.opened, c.archives = nil, nil
}
