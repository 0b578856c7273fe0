package child

import (
	"fmt"
	"regexp"
	"strings"
)

// KeptBack stands for the text of a panic: it may quote what was read of the host, secrets included.
const KeptBack = "its text is kept back: it may quote what was read"

// crashed is what a child wrote to stderr, without the text of a panic that is none of the Go runtime's own errors, which hold numbers and types alone, and without
// the values in the trace: where it happened is said by file and line.
func crashed(stderr string) string {
	head, trace, ok := strings.Cut("\n"+stderr, "\ngoroutine ")
	if !ok || !strings.Contains(head, "\npanic: ") {
		return stderr
	}
	text := KeptBack
	_, said, _ := strings.Cut(head, "\npanic: ")
	said, _, _ = strings.Cut(strings.TrimSpace(said), "\n[signal ")
	if runtimeError(said) {
		text = said
	}
	return "panic: " + text + at(trace)
}

// runtimeError reports whether a text is one of the runtime's: one line, without anything quoted.
func runtimeError(text string) bool {
	return strings.HasPrefix(text, "runtime error: ") && regexp.MustCompile(`^[a-z0-9 :\[\]-]+$`).MatchString(text)
}

// mostFrames are enough to know the place by.
const mostFrames = 5

// at are the places of a trace that lie in this program's own code: function and line, without what was passed.
func at(trace string) string {
	var places []string
	function := ""
	for line := range strings.Lines(trace) {
		if file, ok := strings.CutPrefix(line, "\t"); ok && function != "" && len(places) < mostFrames {
			file, _, _ = strings.Cut(strings.TrimSpace(file), " ")
			places = append(places, function+" "+file[strings.LastIndexByte(file, '/')+1:])
		}
		function = ""
		if strings.HasPrefix(line, "a2c/") {
			function = line[:max(0, strings.LastIndexByte(line, '('))]
		}
	}
	if len(places) == 0 {
		return ""
	}
	return fmt.Sprintf(" (at %s)", strings.Join(places, ", "))
}
