package containerize

import (
	"fmt"
	"path"
	"strings"

	"a2c/model"
)

// gcConsole has -Xlog, the JVM's own log since Java 9, write to standard output instead of a file (java(1), "Enable Logging with the JVM Unified Logging
// Framework"): -Xlog:WHAT:file=NAME:DECORATORS:OPTIONS, where options are those of files only.
func (s *start) gcConsole() {
	for i, a := range s.argv {
		what, file, ok := strings.Cut(a, ":file=")
		if !ok || !strings.HasPrefix(a, "-Xlog:") || !s.option(i) {
			continue
		}
		name, rest, _ := strings.Cut(file, ":")
		if strings.HasPrefix(file, `"`) {
			name, rest, _ = strings.Cut(file[1:], `"`)
			rest = strings.TrimPrefix(rest, ":")
		}
		decorators, _, _ := strings.Cut(rest, ":")
		after := what + ":stdout"
		if decorators != "" {
			after += ":" + decorators
		}
		s.argv[i] = after
		s.changes = append(s.changes, model.Change{
			Kind: "log", Target: fmt.Sprintf("argument %d", i), Before: a, After: after, Reason: "the JVM's log goes to the container's output; a file in a container is lost with it",
		})
		if !path.IsAbs(name) {
			name = path.Join(string(s.info.Cwd), name)
		}
		prefix, _, pattern := strings.Cut(name, "%") // %p, %t, %hn
		s.onConsole(func(log model.Path) bool {
			return string(log) == path.Clean(name) || pattern && strings.HasPrefix(string(log), prefix)
		})
	}
}
