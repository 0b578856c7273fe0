package proof

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// proveLogs runs the image, with a root that cannot be written to where verify found that it can, and looks for every line that the live server wrote to its log files, in the container's
// log. What differs from start to start is no part of it: times, numbers, and what stands before the message.
func (s imageSubject) proveLogs(t *testing.T, b *Bench, c Command, j Job) {
	t.Helper()
	var live []string
	for _, pattern := range s.logs {
		names, err := filepath.Glob(b.place(t, s.server).Path(pattern))
		if err != nil || len(names) == 0 {
			t.Fatalf("no log of the live server: %s (%v)", pattern, err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			live = append(live, strings.Split(string(text), "\n")...)
		}
	}
	s.proveLinks(t, j)
	d := docker{env: c.Env}
	options, values := given(t, j)
	proc := s.runImage(t, d, j.Tar, values, append(options, withoutRoot(j)...))
	client := inside(proc + "/ns/net")
	paths := s.asked(j)
	var missing []string
	for begin := time.Now(); ; time.Sleep(time.Second) {
		for _, path := range paths {
			if answer, err := client.Get(fmt.Sprintf("http://127.0.0.1:%d%s", s.server.Ports, path)); err == nil { //nolint:noctx // ends with the container
				_ = answer.Body.Close() // it answers
			}
		}
		if missing = notLogged(live, d.both(t, "logs", entryName)); len(missing) == 0 {
			fmt.Fprintf(b.Log, "%s: the container's log holds the %d lines of the live server's log files\n", s.server.Name, len(live))
			return
		}
		if time.Since(begin) > 90*time.Second {
			t.Fatalf("%d of %d lines of log files are not in the container's log:\n%s\n\nwhich is\n%s", len(missing), len(live), strings.Join(missing, "\n"), d.both(t, "logs", entryName))
		}
	}
}

// proveLinks counts the logs that no configuration could send to the container's output.
func (s imageSubject) proveLinks(t *testing.T, j Job) {
	t.Helper()
	links := 0
	for _, change := range j.Image.Changes {
		if change.Kind == "log" && change.After == "/dev/stdout" {
			links++
		}
	}
	if links != s.links {
		t.Errorf("%d logs are links to the container's output, not %d: %+v", links, s.links, j.Image.Changes)
	}
}

// withoutRoot are the options with which an image runs that can do with a root that is not written to.
func withoutRoot(j Job) []string {
	if !j.Verification.ReadOnlyRoot {
		return nil
	}
	options := []string{"--read-only"}
	for _, folder := range j.Image.Needs.Writable {
		options = append(options, "--tmpfs", string(folder)+":exec,mode=1777")
	}
	return options
}

var (
	colours   = regexp.MustCompile("\x1b\\[[0-9;]*m")
	numbers   = regexp.MustCompile(`\d+`)
	addresses = regexp.MustCompile(`(?:@|\b0x)[0-9a-f]{5,}`)
	// firstStart is said once: an archive is unpacked or taken in, a key store is made.
	firstStart = regexp.MustCompile(`HostConfig\.deployWAR|Content added at location|KeyStore .* (not found|does not exist)|enerated (key|self-signed)`)
	// notAsked is what nobody asks the container, or cannot be said there: verify's questions to the live server, the file that a log was opened in.
	notAsked = regexp.MustCompile(`"a2c-verify |RequestLogWriter:main: Opened`)
	begins   = regexp.MustCompile(`^.*?\b(DEBUG|INFO|WARN|ERROR|FATAL|INFORMATION|WARNING|SEVERE|CONFIG|FINE)\b`)
)

// notLogged are the lines that a text does not hold, those left out that go on with another: traces, and the properties of the machine.
func notLogged(lines []string, text string) []string {
	plain := func(line string) string {
		line = begins.ReplaceAllString(colours.ReplaceAllString(line, ""), "")
		return strings.TrimSpace(numbers.ReplaceAllString(addresses.ReplaceAllString(line, "@"), "0"))
	}
	have, missing := map[string]bool{}, map[string]bool{}
	for line := range strings.Lines(text) {
		have[plain(line)] = true
	}
	for _, line := range lines {
		if p := plain(line); p != "" && !have[p] && strings.TrimLeft(line, " \t") == line && !firstStart.MatchString(p) && !notAsked.MatchString(line) {
			missing[p] = true
		}
	}
	return slices.Sorted(maps.Keys(missing))
}

// asked are the paths that stand in the live server's log of requests.
func (s imageSubject) asked(j Job) []string {
	paths := []string{s.server.Page}
	for _, c := range j.Verification.Comparisons {
		if c.Method == http.MethodGet && c.Port == s.server.Ports {
			paths = append(paths, c.Path)
		}
	}
	return paths
}
