// Package startlog finds what a log says went wrong: exceptions, missing classes, files and libraries, lines of the levels error and warning. Two logs are
// compared by it without their times, threads, identifiers and numbers.
package startlog

import (
	"regexp"
	"slices"
	"strings"
)

// Levels of a Problem.
const (
	Error   = "error"
	Warning = "warning"
)

// Problem is a line of a log that says that something went wrong.
type Problem struct {
	Level string
	Text  string // as written, without line break
	Count int    // how often it, or its like, was written
	// Missing is set when a class, file or library was not found or not to be read; Network when something could not be reached.
	Missing, Network bool
	key              string
}

// Limits of what is looked at.
const (
	maxLine     = 4 << 10
	maxProblems = 1000
)

// Find returns the problems in the order in which they come first, alike ones once.
func Find(lines []string) []Problem {
	var list []Problem
	at := map[string]int{}
	for i, line := range lines {
		line = strings.TrimRight(line[:min(len(line), maxLine)], "\r\n")
		p, ok := problem(line)
		if !ok {
			continue
		}
		if strings.TrimSpace(p.key) == "" && i+1 < len(lines) { // "fail: Category[0]" of .NET: the text stands on the next line
			p.key = normal(lines[i+1][:min(len(lines[i+1]), maxLine)])
		}
		if n, seen := at[p.key]; seen {
			list[n].Count++
			continue
		}
		if len(list) == maxProblems {
			break
		}
		p.Text, p.Count = line, 1
		at[p.key] = len(list)
		list = append(list, p)
	}
	return list
}

var (
	// exception is the class of one in Java's or .NET's notation, at the beginning of a line or behind what introduces it.
	exception = regexp.MustCompile(`^(?:.*?(?:Caused by:|Exception in thread "[^"]*"|Unhandled exception\.|Suppressed:|--->|: |\s))?\s*((?:[A-Za-z_][\w$]*\.)+[A-Z][\w$]*(?:Exception|Error))(?::\s*(.*)|\s*$)`)
	level     = regexp.MustCompile(`(?:^|[\s\[|"=(])(ERROR|SEVERE|FATAL|CRITICAL|SCHWERWIEGEND|WARN|WARNING|WARNUNG)(?:[\s\]|":,)]|$)`)
	dotnet    = regexp.MustCompile(`^(fail|crit|warn): `)
	missing   = regexp.MustCompile(`\b(ClassNotFoundException|NoClassDefFoundError|UnsatisfiedLinkError|FileNotFoundException|NoSuchFileException|AccessDeniedException|DllNotFoundException|DirectoryNotFoundException|UnauthorizedAccessException|BadImageFormatException|TypeLoadException|MissingMethodException|NoSuchMethodError)\b|cannot open shared object file|Could not load file or assembly`)
	network   = regexp.MustCompile(`\b(ConnectException|UnknownHostException|NoRouteToHostException|SocketTimeoutException|ConnectTimeoutException|SocketException|HttpRequestException|UnresolvedAddressException)\b|Connection refused|Connection timed out|Network is unreachable|Name or service not known|Temporary failure in name resolution|No route to host`)
)

// problem reads one line. Frames of a stack ("\tat …") are none.
func problem(line string) (Problem, bool) {
	trimmed := strings.TrimSpace(line)
	if trimmed == "" || strings.HasPrefix(trimmed, "at ") || strings.HasPrefix(trimmed, "... ") {
		return Problem{}, false
	}
	p := Problem{Missing: missing.MatchString(line), Network: network.MatchString(line)}
	if m := level.FindStringSubmatchIndex(line[:min(len(line), 200)]); m != nil {
		p.Level = Warning
		if word := line[m[2]:m[3]]; !strings.HasPrefix(word, "WARN") {
			p.Level = Error
		}
		p.key = normal(line[m[3]:])
		return p, true
	}
	if m := dotnet.FindString(line); m != "" {
		p.Level = Error
		if m == "warn: " {
			p.Level = Warning
		}
		return p, true
	}
	if m := exception.FindStringSubmatch(line); m != nil {
		p.Level, p.key = Warning, normal(m[1]+" "+m[2]) // whether it is an error, the line before it says
		if p.Missing || strings.Contains(line, "Exception in thread") || strings.Contains(line, "Unhandled exception") {
			p.Level = Error
		}
		return p, true
	}
	if p.Missing {
		p.Level, p.key = Error, normal(line)
	}
	return p, p.Missing
}

var (
	brackets = regexp.MustCompile(`\[[^\]]*\]|\{[^}]*\}`)
	names    = regexp.MustCompile(`0x[0-9a-fA-F]+|@[0-9a-f]{4,}|\b[0-9a-fA-F]{8}(?:-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}\b|\b[0-9a-f]{12,}\b`)
	digits   = regexp.MustCompile(`[0-9]+`)
	other    = regexp.MustCompile(`[^A-Za-z#/._$]+`)
)

// normal is a text without what another start writes otherwise.
func normal(s string) string {
	s = brackets.ReplaceAllString(s, " ")
	s = names.ReplaceAllString(s, "#")
	s = digits.ReplaceAllString(s, "#")
	return strings.Trim(other.ReplaceAllString(s, " "), " ")
}

// Without are the problems that another log does not have, whatever their level there.
func Without(list []Problem, other []string) []Problem {
	has := map[string]bool{}
	for _, p := range Find(other) {
		has[p.key] = true
	}
	return slices.DeleteFunc(slices.Clone(list), func(p Problem) bool { return has[p.key] })
}
