package config

import (
	"path"
	"slices"
	"strings"

	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// LogFile is a file that a logging configuration writes to: logback.xml, log4j2.xml, .properties or .yaml, log4j.properties and log4j.xml, logging.properties.
type LogFile struct {
	Path   string // absolute; as far as it is fixed when the name has a date or a number in it: then a folder
	Folder bool
	Of     Setting
}

// logging reads the documents that properties name as configuration of a log (logback.qos.ch, logging.apache.org, java.util.logging.LogManager).
func (r *resolver) logging() {
	for _, name := range []string{"logback.configurationFile", "log4j2.configurationFile", "log4j.configurationFile", "log4j.configuration", "java.util.logging.config.file", "logging.config"} {
		v, ok := r.c.Get(name)
		if !ok || v.Value == "" {
			continue
		}
		for file := range strings.SplitSeq(v.Value, ",") { // log4j2 takes several
			p := r.s.Main.Abs(parse.FileURI(r.c.Expand(strings.TrimSpace(file))))
			if info, err := host.Stat(r.s.Root, p); err == nil && info.Type == host.Regular && readable(p) {
				r.document(p, where(v))
				r.c.logs = append(r.c.logs, p)
				r.refer(p, where(v), model.LayerConfig, false)
			}
		}
	}
}

// logDocuments are the names under which logging frameworks look for their configuration on the class path.
func logDocuments() []string {
	return []string{"logback.xml", "logback-spring.xml", "log4j2.xml", "log4j2-spring.xml", "log4j2.properties", "log4j2.yaml", "log4j2.yml", "log4j.properties", "log4j.xml", "logging.properties"}
}

// Standing reports whether a document is a configuration of a log or of persistence units, which no order of precedence weighs against others.
func (c *Config) Standing(file string) bool {
	name := path.Base(file)
	return slices.Contains(c.logs, file) || slices.Contains(logDocuments(), name) || name == "persistence.xml" || name == "hibernate.cfg.xml"
}

// LogFiles are the files that the settings of logging configurations name, placeholders replaced as these frameworks do.
func (c *Config) LogFiles(abs func(string) string, home string) []LogFile {
	var out []LogFile
	for _, v := range c.Settings {
		pattern, folder := logTarget(v)
		if !pattern || v.Value == "" || len(v.Value) > 4096 {
			continue
		}
		name := parse.Placeholders{Lookup: c.StandingLookup(v.File), Separator: ":-"}.Expand(v.Value).Text
		l := LogFile{Path: name, Folder: folder, Of: v}
		if strings.HasPrefix(v.Key, "java.util.logging.FileHandler.") {
			name = strings.NewReplacer("%h", home, "%t", "/tmp", "%g", "0", "%u", "0").Replace(name)
			l.Path = name
		}
		if i := strings.IndexAny(name, "%$"); i >= 0 { // "logs/app-%d{yyyy}.log", "$${date:…}"
			l.Path, l.Folder = path.Dir(name[:i]+"x"), true
		}
		if l.Path == "" || l.Path == "." || strings.Contains(l.Path, "://") {
			continue
		}
		l.Path = abs(l.Path)
		out = append(out, l)
	}
	return out
}

// logTarget reports whether a setting is a file that a log is written to, or the folder of such files.
func logTarget(v Setting) (is, folder bool) {
	if v.File == "" {
		return false, false
	}
	key := strings.ToLower(v.Key)
	element, attr, isAttr := strings.Cut(key, "@")
	switch last := key[strings.LastIndexAny(key, "./")+1:]; {
	case strings.HasPrefix(key, "configuration/appenders/"): // log4j2.xml
		return attr == "filename" || attr == "filepattern", false
	case strings.HasPrefix(key, "configuration/appender[") || strings.HasPrefix(key, "included/appender["): // logback
		return !isAttr && (last == "file" || last == "filenamepattern"), false
	case strings.HasPrefix(key, "log4j:configuration/appender["): // log4j 1
		return strings.HasSuffix(element, "/param[file]") && attr == "value", false
	case strings.HasPrefix(key, "appender.") || strings.HasPrefix(key, "configuration.appenders."): // log4j2.properties, .yaml
		return last == "filename" || last == "filepattern", false
	case strings.HasPrefix(key, "log4j.appender."):
		return last == "file", false
	case strings.HasSuffix(key, ".filehandler.pattern"):
		return true, false
	case strings.HasSuffix(key, "filehandler.directory"): // JULI of Tomcat, also "1catalina.org.apache.juli.AsyncFileHandler.directory"
		return true, true
	}
	return false, false
}

// StandingLookup resolves the placeholders of such a document: "sys:x" and "env:X" of log4j2, properties that the document sets, system properties and variables.
func (c *Config) StandingLookup(file string) parse.Lookup {
	property := func(name string) (string, bool) {
		if c.Java == nil {
			return "", false
		}
		p, ok := c.Java.Property(name)
		return p.Value, ok
	}
	find := func(is func(Setting) bool) (string, bool) {
		i := slices.IndexFunc(c.Settings, is)
		if i < 0 {
			return "", false
		}
		return c.Settings[i].Value, true
	}
	variable := func(name string) (string, bool) {
		return find(func(v Setting) bool { return v.Place.Kind == "env" && v.Key == name })
	}
	return func(name string) (string, bool) {
		if rest, ok := strings.CutPrefix(name, "sys:"); ok {
			return property(rest)
		}
		if rest, ok := strings.CutPrefix(name, "env:"); ok {
			return variable(rest)
		}
		if v, ok := find(func(v Setting) bool { return v.File == file && logProperty(v.Key, name) }); ok {
			return v, true
		}
		if v, ok := property(name); ok {
			return v, true
		}
		if v, ok := variable(name); ok {
			return v, true
		}
		return c.springLog(name)
	}
}

// springLog are the names that Spring Boot gives to its own settings of logs.
func (c *Config) springLog(name string) (string, bool) {
	for _, pair := range [][2]string{{"LOG_FILE", "logging.file.name"}, {"LOG_PATH", "logging.file.path"}} {
		if v, ok := c.Get(pair[1]); ok && pair[0] == name {
			return v.Value, true
		}
	}
	if base, ok := c.Dirs["base"]; ok && name == "catalina.base" {
		return base, true
	}
	return "", false
}

// logProperty reports whether a key of a document defines a property: of logback "configuration/property[X]@value", of log4j2
// "Configuration/Properties/Property[X]", with @value or not, "property.X".
func logProperty(key, name string) bool {
	key = strings.TrimSuffix(key, "@value")
	for _, at := range []string{"configuration/property[", "configuration/variable[", "included/property[", "Configuration/Properties/Property["} {
		if key == at+name+"]" {
			return true
		}
	}
	return key == "property."+name
}
