// Package config reads an application's own configuration: one resolver per kind finds the documents that are in force and reads them into
// settings with their places. What they refer to, hold or keep is concluded by others from these settings.
package config

import (
	"errors"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
	"a2c/parse"
)

// Limits of what is read of one document; real ones are thousands of times smaller.
const (
	maxDocument = 16 << 20
	maxArgFile  = 4 << 20
)

// Setting is one value with its place. Values are raw: they may be secrets and do not enter the model.
type Setting struct {
	Key   string
	Value string
	File  string // the document, "a.jar!/entry" for one inside an archive; "" for the environment and arguments
	Line  int
	// Part counts the documents of a YAML or properties file, and the elements of XML: equal keys of one part are one value.
	Part   int
	Source model.Source
	Place  model.Place
}

// Reference is a path that the configuration names.
type Reference struct {
	Path   string
	Reason string // "config: docBase on /opt/x/conf/server.xml:140"
	Layer  string
	Tree   bool // a folder is meant with its content
	Must   bool // the application names it without condition: when it is missing, that is worth a note
}

// Config is what was read.
type Config struct {
	Settings   []Setting
	References []Reference
	Spares     []Spare // what variables name and is not the application's
	Documents  []Document
	// Dirs are App2Container's folder names: base, bin, conf, home, lib, logs, tempDir, webapps, work, dotnetApp.
	Dirs     map[string]string
	Evidence map[string]model.Source // of Dirs, by the same names
	Java     *parse.JavaCommand      // nil when no JVM runs
	WebApps  []WebApp                // of a servlet container
	// DotnetRoot is the root of the shared runtime, "" when the application brings its own.
	DotnetRoot string
	// ExtractDirs are the folders where a single-file bundle has unpacked its native libraries.
	ExtractDirs []string

	logs []string // documents that properties name as configuration of a log
}

// Document is one configuration file that was read.
type Document struct {
	Path   string
	Reason string
}

// WebApp is one web application of a server.
type WebApp struct {
	Path   string // the exploded folder or the war, real
	Name   string
	Reason string
}

// Resolve reads the configuration of the application's kind. What cannot be read becomes a skip of the subject.
func Resolve(s *subject.Subject) *Config {
	c := &Config{Dirs: map[string]string{}, Evidence: map[string]model.Source{}}
	r := &resolver{s: s, c: c}
	r.environment()
	r.arguments()
	if s.Java() {
		r.java()
	}
	switch s.Kind() {
	case "java-tomcat":
		r.tomcat()
	case "java-springboot":
		r.spring()
	case "java-jboss":
		r.jboss()
	default:
		if s.Java() {
			r.packaged()
			r.generic()
			r.dotEnv()
			r.located()
		}
	}
	if s.Dotnet() {
		r.dotnet()
	}
	if s.Java() {
		r.logging()
	}
	r.named()
	return c
}

type resolver struct {
	s *subject.Subject
	c *Config
}

// dir notes a folder under App2Container's name.
func (r *resolver) dir(name, p string, from model.Source) {
	if p != "" && r.c.Dirs[name] == "" {
		r.c.Dirs[name], r.c.Evidence[name] = p, from
	}
}

// refer notes a path that the configuration names; relative ones are meant from the working folder.
func (r *resolver) refer(p, reason, layer string, tree bool) {
	r.c.References = append(r.c.References, Reference{Path: r.s.Main.Abs(p), Reason: "config: " + reason, Layer: layer, Tree: tree})
}

// read reads a document; ok is false when it does not exist, cannot be read, or was read before (documents may import each other).
func (r *resolver) read(name, reason string) ([]byte, bool) {
	if slices.ContainsFunc(r.c.Documents, func(d Document) bool { return d.Path == name }) {
		return nil, false
	}
	data, err := host.ReadFile(r.s.Root, name, maxDocument)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			r.skip(name, err)
		}
		return nil, false
	}
	if !r.may(name) {
		return nil, false
	}
	r.c.Documents = append(r.c.Documents, Document{Path: name, Reason: "config: " + reason})
	return data, true
}

// may reports whether a file that exists is one to go by, and notes it when it is not: a manifest or a link of the application's user may lead to
// a document of another service, or into /proc, where self is a2c.
func (r *resolver) may(name string) bool {
	reason := Forbidden(r.s, name)
	if reason != "" {
		r.s.Skip(model.Skip{What: "configuration", Path: model.Path(name), Reason: reason})
	}
	return reason == ""
}

// Forbidden says why a file that exists is not read as configuration; "" when it is.
func Forbidden(s *subject.Subject, name string) string {
	real, _, err := host.Resolve(s.Root, name)
	switch {
	case err == nil && (subject.Under(real, "/proc") || subject.Under(real, "/sys") || subject.Under(real, "/dev")):
		return "not read: the kernel's, and another one in a container"
	case !s.Reaches(name):
		return "not read: the application's user cannot read it"
	}
	return ""
}

func (r *resolver) skip(name string, err error) {
	r.s.Skip(model.Skip{What: "configuration", Path: model.Path(name), Reason: Reason(err), Incomplete: true})
}

// quoted finds the parts of a message that repeat what stands in a document.
var quoted = regexp.MustCompile("\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`")

// Reason words why a document cannot be read, without what it holds.
func Reason(err error) string { return unquoted(host.Reason(err)) }

// unquoted takes what a parser repeats of a document out of its message: in a broken line, a secret cannot be told from the rest.
func unquoted(message string) string { return quoted.ReplaceAllString(message, `"…"`) }

// add keeps the settings of a document.
func (r *resolver) add(file string, settings []parse.Setting) {
	for _, v := range settings {
		r.c.Settings = append(r.c.Settings, Setting{
			Key: v.Key, Value: v.Value, File: file, Line: v.Line, Part: v.Document,
			Source: model.FromFile(model.Path(file), v.Line),
			Place:  model.Place{Kind: "file", Key: v.Key, Path: model.Path(file), Line: v.Line},
		})
	}
}

// document reads one in a format known by its name.
func (r *resolver) document(name, reason string) {
	data, ok := r.read(name, reason)
	if !ok {
		return
	}
	settings, err := parseByName(name, data)
	if err != nil {
		r.skip(name, err)
		return
	}
	r.add(name, settings)
}

// readable reports whether parseByName knows the format.
func readable(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".properties", ".cfg", ".conf", ".yml", ".yaml", ".json", ".xml", ".config":
		return true
	}
	return false
}

func parseByName(name string, data []byte) ([]parse.Setting, error) {
	switch strings.ToLower(path.Ext(name)) {
	case ".properties", ".cfg", ".conf":
		return parse.ReadProperties(data)
	case ".yml", ".yaml":
		return parse.ReadSpringYAML(data)
	case ".json":
		return parse.ReadAppSettings(data)
	case ".xml", ".config":
		doc, err := parse.ReadXML(data)
		if err != nil {
			return nil, err
		}
		if partsList(doc.Root) {
			return nil, nil
		}
		return parse.XMLSettings(doc.Root), nil
	}
	return nil, nil
}

// partsList reports a list of parts in CycloneDX's format, whose digests look like keys.
func partsList(root *parse.XMLElement) bool {
	if root == nil || root.Name != "bom" {
		return false
	}
	ns, _ := root.Attr("xmlns")
	return strings.Contains(ns.Value, "cyclonedx.org")
}

func (r *resolver) environment() {
	for _, v := range r.s.Main.Env {
		r.c.Settings = append(r.c.Settings, Setting{
			Key: v.Name, Value: v.Value, Source: model.FromEnv(r.s.Main.PID, v.Name), Place: model.Place{Kind: "env", Key: v.Name},
		})
	}
}

// arguments keeps --name=value, --name value, -Dname=value and name=value of the command line.
func (r *resolver) arguments() {
	args := r.s.Main.Args()
	for i := 1; i < len(args); i++ {
		a := strings.TrimPrefix(args[i], "-D")
		key, value, ok := strings.Cut(strings.TrimLeft(a, "-"), "=")
		at := i
		if !ok && strings.HasPrefix(args[i], "--") && i+1 < len(args) && !strings.HasPrefix(args[i+1], "-") {
			value, ok, at = args[i+1], true, i+1
		}
		if !ok || key == "" || strings.ContainsAny(key, " /:") {
			continue
		}
		r.c.Settings = append(r.c.Settings, Setting{
			Key: key, Value: value, Source: model.FromArg(r.s.Main.PID, at), Place: model.Place{Kind: "argv", Key: key, Arg: at},
		})
	}
}

// Get returns the last setting of that key.
func (c *Config) Get(key string) (Setting, bool) {
	for _, v := range slices.Backward(c.Settings) {
		if v.Key == key {
			return v, true
		}
	}
	return Setting{}, false
}
