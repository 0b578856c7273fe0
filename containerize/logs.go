package containerize

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"a2c/containerize/layer"
	"a2c/model"
	"a2c/parse"
)

// console sends logs to the container's output, where its platform collects them, for kinds that can be told so without a change of their code:
//   - Spring Boot writes a file beside the console when logging.file.name or logging.file.path says so ("Logging", File Output): they say nothing in the image
//   - Tomcat's logging.properties: the console handler in the place of file handlers (Apache Tomcat, "Logging in Tomcat")
//
// What an application configures for a library of its own, and access logs, stay files; what is written to them is lost with the container.
func (s *start) console() error {
	switch s.info.ApplicationType {
	case "java-springboot":
		s.springConsole()
	case "java-tomcat", "java-tomee":
		if err := s.tomcatConsole(); err != nil {
			return fmt.Errorf("logs to the console: %w", err)
		}
	}
	s.logFiles()
	return nil
}

// logFiles lists what stays a file.
func (s *start) logFiles() {
	var left []string
	for _, l := range s.info.Logs {
		if !s.logged[l.Path] && !strings.HasPrefix(string(l.Path), "/dev/") && !output(l) {
			left = append(left, l.Path.String())
		}
	}
	if len(left) == 0 {
		return
	}
	more := ""
	if len(left) > 1 {
		more = fmt.Sprintf(" and %d more", len(left)-1)
	}
	s.skips = append(s.skips, model.Skip{
		What: "log files", Path: model.Path(left[0]), Reason: "this log" + more + " goes to a file in an empty folder of the image, lost with the container",
		Remedy: "let the application log to its console, or mount the folder into a sidecar that collects the files",
	})
}

// output reports a file that the standard streams were redirected to: in the image they go where the container's output goes.
func output(l model.LogFile) bool {
	from := l.Evidence["path"]
	return len(from) > 0 && slices.ContainsFunc(from, func(e model.Source) bool {
		s := string(e)
		return strings.HasSuffix(s, "/fd/1") || strings.HasSuffix(s, "/fd/2")
	})
}

// springFiles are the properties of Spring Boot that name a log file, those before 2.2 too.
func springFiles() []string {
	return []string{"logging.file.name", "logging.file.path", "logging.file", "logging.path"}
}

// springConsole empties these properties where they are in force, unless the application has a configuration of its logs of its own, which may go by them.
func (s *start) springConsole() {
	if s.ownLogging() {
		return
	}
	const reason = "Spring Boot writes its log to the console as well; a file in a container is lost with it"
	for _, l := range s.info.Logs {
		for _, from := range l.Evidence["path"] {
			key, ok := s.springFileAt(from)
			if !ok || s.logged[l.Path] {
				continue
			}
			s.logged[l.Path] = true
			before := s.env[relaxed(key)]
			s.env[relaxed(key)] = ""
			s.changes = append(s.changes, model.Change{Kind: "log", Target: relaxed(key), Before: cmp.Or(before, l.Path.String()), Reason: reason})
			s.emptyArguments(key, reason)
		}
	}
}

// emptyArguments does so for arguments, which win over variables.
func (s *start) emptyArguments(key, reason string) {
	for i, a := range s.argv {
		for _, prefix := range []string{"--" + key + "=", "-D" + key + "="} {
			if strings.HasPrefix(a, prefix) && a != prefix {
				s.argv[i] = prefix
				s.changes = append(s.changes, model.Change{Kind: "log", Target: fmt.Sprintf("argument %d", i), Before: a, After: prefix, Reason: reason})
			}
		}
	}
}

// springFileAt is the property of that kind at the place that evidence names: an argument, a variable, a line of a file or of an archive's entry.
func (s *start) springFileAt(from model.Source) (string, bool) {
	for _, key := range springFiles() {
		if strings.HasPrefix(string(from), "env "+relaxed(key)+" ") {
			return key, true
		}
		for i, a := range s.info.Cmdline {
			if from == model.FromArg(s.info.ProcessID, i) && (strings.HasPrefix(a, "--"+key+"=") || strings.HasPrefix(a, "-D"+key+"=")) {
				return key, true
			}
		}
	}
	at := strings.LastIndexByte(string(from), ':')
	if at < 0 {
		return "", false
	}
	line, err := strconv.Atoi(string(from[at+1:]))
	if err != nil {
		return "", false
	}
	for _, v := range s.settingsOf(string(from[:at])) {
		if v.Line == line && slices.Contains(springFiles(), v.Key) {
			return v.Key, true
		}
	}
	return "", false
}

// settingsOf reads a document of Spring as the image has it, one in an archive too; none when it cannot be read.
func (s *start) settingsOf(name string) []parse.Setting {
	file, entry, inside := strings.Cut(name, "!/")
	it := s.plan.find(file)
	if it == nil || it.Kind != layer.File {
		return nil
	}
	data, err := s.document(it, entry, inside)
	if err != nil {
		return nil
	}
	read := parse.ReadSpringYAML
	if path.Ext(name) == ".properties" {
		read = parse.ReadProperties
	}
	list, err := read(data)
	if err != nil {
		return nil
	}
	return list
}

func (s *start) document(it *item, entry string, inside bool) ([]byte, error) {
	if !inside {
		return s.plan.current(it, maxConfigFile)
	}
	j, done, err := s.plan.archive(it)
	if err != nil {
		return nil, err
	}
	defer done()
	return j.Read(entry, maxConfigFile)
}

var ownLogs = regexp.MustCompile(`^(logback|log4j2?)[\w-]*\.(xml|properties|groovy|ya?ml|json)$|^logging\.properties$`)

// ownLogging reports a configuration of the application's own for its logging library.
func (s *start) ownLogging() bool {
	if _, named := s.env["LOGGING_CONFIG"]; named || slices.ContainsFunc(s.argv, func(a string) bool { return strings.Contains(a, "logging.config=") }) {
		return true
	}
	for p := range s.plan.items {
		if ownLogs.MatchString(path.Base(string(p))) && s.plan.items[p].name == model.GroupApplication {
			return true
		}
	}
	it := s.plan.find(string(s.info.App.Artifact))
	if it == nil || it.Kind != layer.File {
		return false
	}
	j, done, err := s.plan.archive(it)
	if err != nil {
		return true // it cannot be told; reported when it is copied
	}
	defer done()
	return slices.ContainsFunc(j.Entries(), func(e parse.JarEntry) bool { return ownLogs.MatchString(path.Base(e.Name)) })
}

// consoleHandler is the JDK's own.
const consoleHandler = "java.util.logging.ConsoleHandler"

// tomcatConsole puts the console handler in the place of file handlers.
func (s *start) tomcatConsole() error {
	name := cmp.Or(s.info.Properties["java.util.logging.config.file"], path.Join(string(s.info.AdvancedAppInfo.Directories["conf"]), "logging.properties"))
	it := s.plan.find(name)
	if it == nil || it.Kind != layer.File {
		return nil
	}
	data, err := s.plan.current(it, maxConfigFile)
	if err != nil {
		return err
	}
	list, err := parse.ReadProperties(data)
	if err != nil {
		return nil //nolint:nilerr // Tomcat does not read it either
	}
	e := configEdit{base: path.Base(name), data: data}
	for _, v := range list {
		if v.Key != "handlers" && !strings.HasSuffix(v.Key, ".handlers") || !strings.Contains(v.Value, "FileHandler") {
			continue
		}
		if !e.show(model.Place{Key: v.Key, Line: v.Line}, consoleHandler) {
			return nil // all or none: a handler that stays would get twice what it gets now
		}
	}
	if e.diff.Len() == 0 {
		return nil
	}
	s.edited(it, &e, model.Change{Kind: "log", Reason: "Tomcat's logs go to the container's output; files in a container are lost with it"})
	for _, l := range s.info.Logs {
		if s.handled(l.Path, list) {
			s.logged[l.Path] = true
		}
	}
	return nil
}

// handled reports a log that one of the file handlers writes: its name begins with the handler's prefix.
func (s *start) handled(log model.Path, list []parse.Setting) bool {
	return slices.ContainsFunc(list, func(v parse.Setting) bool {
		return strings.Contains(v.Key, "FileHandler.prefix") && v.Value != "" && strings.HasPrefix(path.Base(string(log)), v.Value)
	})
}
