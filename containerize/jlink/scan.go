package jlink

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// Bounds of what is opened: archives in archives to this depth (an ear with a war with a jar), compressed ones and other entries in memory up to these sizes.
const (
	maxDepth  = 4
	maxNested = 256 << 20
	maxFile   = 64 << 20
)

// Scan collects what the files of an application ask for.
type Scan struct {
	index *Index
	why   map[string]string // of each module, what asks for it first
	doubt []string
	at    string // what is being read
	buf   []byte
}

// Always is why a module is asked for that no class names, and whose absence would show only in other results: characters, algorithms, file systems.
const Always = "always"

// NewScan begins with the modules that every application gets.
func NewScan(x *Index) *Scan {
	s := &Scan{index: x, why: map[string]string{}}
	for _, m := range []string{base, "java.logging", "jdk.charsets", "jdk.crypto.ec", "jdk.random", "jdk.unsupported", "jdk.zipfs"} {
		s.Ask(m, Always)
	}
	return s
}

// Ask adds a module, if the runtime has it.
func (s *Scan) Ask(module, why string) {
	if s.index.Modules[module] && s.why[module] == "" {
		s.why[module] = why
	}
}

// Doubt notes why it cannot be told what the application needs.
func (s *Scan) Doubt(why string) {
	if !slices.Contains(s.doubt, why) {
		s.doubt = append(s.doubt, why)
	}
}

// Doubts are the reasons to keep the whole runtime, sorted.
func (s *Scan) Doubts() []string { return slices.Sorted(slices.Values(s.doubt)) }

// Modules are asked for, sorted; what they need themselves is not in it.
func (s *Scan) Modules() []string {
	out := make([]string, 0, len(s.why))
	for m := range s.why {
		out = append(out, m)
	}
	slices.Sort(out)
	return out
}

// Why says what asks for a module first; "" when nothing does.
func (s *Scan) Why(module string) string { return s.why[module] }

// need notes that a class of the runtime is named, with what the runtime itself loads for it by name.
func (s *Scan) need(module string, class []byte) {
	if module == "" {
		return
	}
	if s.why[module] == "" {
		s.why[module] = strings.ReplaceAll(string(class), "/", ".") + " in " + s.at
	}
	for _, m := range companions(module, string(class)) {
		s.Ask(m, "is loaded by name for "+strings.ReplaceAll(string(class), "/", "."))
	}
}

// companions are modules that hold what a module of the runtime finds as a service or by name.
func companions(module, class string) []string {
	switch module {
	case "java.management":
		return []string{"jdk.management"}
	case "java.naming":
		return []string{"jdk.naming.dns", "jdk.naming.rmi"}
	case "java.security.jgss":
		return []string{"jdk.security.jgss"}
	case "jdk.jfr":
		return []string{"jdk.management.jfr"}
	}
	switch class {
	case "javax/tools/ToolProvider":
		return []string{"jdk.compiler"}
	case "javax/security/auth/login/LoginContext":
		return []string{"jdk.security.auth"}
	case "com/sun/tools/attach/VirtualMachine":
		return []string{"jdk.attach"}
	}
	return nil
}

// File looks into one file of the application. size is its length.
func (s *Scan) File(ctx context.Context, at model.Path, r io.ReaderAt, size int64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.at = at.String()
	head := make([]byte, 4)
	if _, err := r.ReadAt(head, 0); err != nil {
		return nil //nolint:nilerr // shorter than any name
	}
	if string(head) == "PK\x03\x04" || archive(string(at)) {
		j, err := parse.OpenJar(r, size)
		if err != nil {
			s.Doubt(fmt.Sprintf("%s cannot be read: %v", s.at, err))
			return nil
		}
		return s.jar(ctx, j, s.at, 1)
	}
	if dull(string(at)) || size > maxFile {
		return nil
	}
	data, err := io.ReadAll(io.NewSectionReader(r, 0, size))
	if err != nil {
		s.Doubt(fmt.Sprintf("%s cannot be read: %v", s.at, err))
		return nil
	}
	s.content(string(at), data)
	return nil
}

func (s *Scan) jar(ctx context.Context, j *parse.Jar, at string, depth int) error {
	for _, e := range j.Entries() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if e.Dir || dull(e.Name) {
			continue
		}
		s.at = at + "!/" + model.Path(e.Name).String()
		if strings.HasPrefix(e.Name, "BOOT-INF/classes/") || strings.HasPrefix(e.Name, "WEB-INF/classes/") {
			s.Texts(e.Name)
		}
		if who := interprets(e.Name); who != "" {
			s.Doubt(fmt.Sprintf("%s in %s: %s", who, at, "its programs may name any class"))
		}
		if archive(e.Name) {
			if err := s.nested(ctx, j, e.Name, depth); err != nil {
				return err
			}
			continue
		}
		if e.Size > maxFile {
			continue
		}
		data, err := j.Read(e.Name, maxFile)
		if err != nil {
			s.Doubt(fmt.Sprintf("%s cannot be read: %v", s.at, err))
			continue
		}
		s.content(e.Name, data)
	}
	return nil
}

func (s *Scan) nested(ctx context.Context, j *parse.Jar, name string, depth int) error {
	at := s.at
	if depth == maxDepth {
		s.Doubt(fmt.Sprintf("%s lies in %d archives", at, depth))
		return nil
	}
	inner, err := j.Nested(name, maxNested)
	if err != nil {
		s.Doubt(fmt.Sprintf("%s cannot be read: %v", at, err))
		return nil
	}
	return s.jar(ctx, inner, at, depth+1)
}

// content looks through what is no archive.
func (s *Scan) content(name string, data []byte) {
	b := path.Base(name)
	if bytes.HasPrefix(data, []byte("\xca\xfe\xba\xbe")) {
		each := s.look
		if b == parse.ModuleInfoName {
			each = s.module
		}
		if parse.ClassTexts(data, each) != nil {
			s.look(data) // a Mach-O program has the same beginning
		}
		return
	}
	if b == "module.xml" { // of JBoss Modules, which names modules of the runtime as its own
		for _, word := range strings.FieldsFunc(string(data), func(r rune) bool { return strings.ContainsRune("\"'<> \t\r\n", r) }) {
			s.Ask(word, "named by "+s.at)
		}
	}
	if service, ok := strings.CutPrefix(name, "META-INF/services/"); ok {
		s.look([]byte(service))
	}
	s.look(data)
}

// module notes what a module-info requires: its texts are the modules' names.
func (s *Scan) module(text []byte) {
	s.Ask(string(text), "required by "+s.at)
	s.look(text)
}

func archive(name string) bool {
	return slices.Contains([]string{".jar", ".war", ".ear", ".rar", ".par", ".sar", ".har", ".kar"}, strings.ToLower(path.Ext(name)))
}

// dull files hold no names of classes.
func dull(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".png", ".jpg", ".jpeg", ".gif", ".ico", ".svg", ".css", ".woff", ".woff2", ".ttf", ".otf", ".eot", ".map", ".pdf", ".mp4", ".html", ".htm", ".db", ".rsa", ".sf", ".dsa":
		return true
	}
	return false
}

// interprets names what runs programs that lie where no archive is, or that is made at run time; "" for other entries.
func interprets(name string) string {
	switch strings.TrimPrefix(strings.TrimPrefix(name, "WEB-INF/classes/"), "BOOT-INF/classes/") {
	case "META-INF/services/javax.script.ScriptEngineFactory":
		return "a scripting engine"
	case "groovy/lang/GroovyClassLoader.class":
		return "Groovy"
	case "org/jruby/Ruby.class":
		return "JRuby"
	case "org/python/core/PySystemState.class":
		return "Jython"
	case "clojure/lang/RT.class":
		return "Clojure"
	case "bsh/Interpreter.class":
		return "BeanShell"
	case "org/mozilla/javascript/Context.class":
		return "Rhino"
	case "org/graalvm/polyglot/Context.class":
		return "GraalVM's polyglot engine"
	case "org/osgi/framework/launch/FrameworkFactory.class":
		return "an OSGi framework"
	}
	return ""
}
