package containerize

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"a2c/model"
)

// consoleCapture is Jetty's module that sends what goes to the console to a file ("Jetty Operations Guide", Logging).
const consoleCapture = "console-capture"

var (
	jettyModules = regexp.MustCompile(`^\s*--modules?=(.*)$`)
	capturedLog  = regexp.MustCompile(`^\d{4}_\d{2}_\d{2}\.jetty\.log$`)
	jettyIni     = regexp.MustCompile(`/(start\.ini|start\.d/[^/]+\.ini)$`)
)

// jettyConsole turns the module off, on the command line and in the files that enable modules: no property does.
func (s *start) jettyConsole() error {
	const reason = "what Jetty and the application print goes to the container's output; a file in a container is lost with it"
	found := false
	for i, a := range slices.Backward(s.argv) {
		after, listed := withoutCapture(a)
		switch {
		case strings.HasSuffix(a, "/"+consoleCapture+".xml"): // of what --dry-run printed
			s.remove(i)
		case listed && after == "":
			s.remove(i)
		case listed:
			s.argv[i] = after
		default:
			continue
		}
		found = true
		s.changes = append(s.changes, model.Change{Kind: "log", Target: fmt.Sprintf("argument %d", i), Before: a, After: after, Reason: reason})
	}
	for _, it := range s.configFiles(jettyIni) {
		edited, err := s.withoutModule(it, reason)
		if err != nil {
			return err
		}
		found = found || edited
	}
	if found {
		s.onConsole(func(log model.Path) bool { return capturedLog.MatchString(path.Base(string(log))) })
	}
	return nil
}

// withoutModule turns the module off in one file.
func (s *start) withoutModule(it *item, reason string) (bool, error) {
	data, err := s.plan.current(it, maxConfigFile)
	if err != nil {
		return false, err
	}
	lines := bytes.Split(data, []byte{'\n'})
	for i, line := range lines {
		after, listed := withoutCapture(string(line))
		if !listed {
			continue
		}
		if after == "" {
			after = "#" + string(line)
		}
		lines[i] = []byte(after)
	}
	after := bytes.Join(lines, []byte{'\n'})
	if bytes.Equal(after, data) {
		return false, nil
	}
	e := configEdit{base: path.Base(string(it.Path)), data: data}
	e.becomes(after)
	s.edited(it, &e, model.Change{Kind: "log", Reason: reason})
	return true, nil
}

// withoutCapture is "--module=http,console-capture" without the module, "" when it was the only one.
func withoutCapture(line string) (after string, listed bool) {
	m := jettyModules.FindStringSubmatch(line)
	if m == nil {
		return "", false
	}
	names := strings.Split(strings.TrimRight(m[1], "\r"), ",")
	rest := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return strings.TrimSpace(n) == consoleCapture })
	if len(rest) == len(names) {
		return "", false
	}
	if len(rest) == 0 {
		return "", true
	}
	return "--module=" + strings.Join(rest, ","), true
}
