package containerize

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
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
//   - Tomcat's logging.properties: the console handler in the place of file handlers (Apache Tomcat, "Logging in Tomcat"); its access log by server.xml
//   - Jetty's module console-capture, which is left out; its log of requests, by its XML; the JVM's own log, by -Xlog
//   - WildFly's logging subsystem, logback.xml and log4j2.xml: the root logger's console in the place of its files
//
// A log with a fixed name that only grows becomes a link to the output. What is written to any other is lost with the container; it is listed.
func (s *start) console() error {
	if err := s.configuredLogs(); err != nil {
		return fmt.Errorf("logs to the console: %w", err)
	}
	s.linkLogs()
	s.logFiles()
	return nil
}

// configuredLogs sends there what the configuration can send.
func (s *start) configuredLogs() (err error) {
	switch s.info.ApplicationType {
	case "java-springboot":
		s.springConsole()
	case "java-tomcat", "java-tomee":
		err = errors.Join(s.tomcatConsole(), s.tomcatAccess())
	case "java-jetty":
		err = errors.Join(s.jettyConsole(), s.jettyRequests())
	}
	if err != nil {
		return err
	}
	s.gcConsole()
	return s.logDocuments()
}

// onConsole notes the logs that go to the container's output from now on.
func (s *start) onConsole(goes func(log model.Path) bool) {
	for _, l := range s.info.Logs {
		if goes(l.Path) {
			s.logged[l.Path] = true
		}
	}
}

// logFiles lists what stays a file, once for each reason.
func (s *start) logFiles() {
	left := map[string][]string{}
	for _, l := range s.info.Logs {
		if !s.moved(l) {
			left[s.unlinked[l.Path]] = append(left[s.unlinked[l.Path]], l.Path.String())
		}
	}
	for _, why := range slices.Sorted(maps.Keys(left)) {
		more := ""
		if n := len(left[why]); n > 1 {
			more = fmt.Sprintf(" and %d more", n-1)
		}
		reason := "this log" + more + " goes to a file in an empty folder of the image, lost with the container"
		if why != "" {
			reason += "; no link to the container's output stands in its place: " + why
		}
		s.skips = append(s.skips, model.Skip{
			What: "log files", Path: model.Path(left[why][0]), Reason: reason,
			Remedy: "let the application log to its console, or mount the folder into a sidecar that collects the files",
		})
	}
}

// moved reports a log that goes to the container's output, or to a device.
func (s *start) moved(l model.LogFile) bool {
	return s.logged[l.Path] || strings.HasPrefix(string(l.Path), "/dev/") || output(l)
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
