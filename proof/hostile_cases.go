package proof

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// oddCase is one odd process, and what has to be said of it.
type oddCase struct {
	name   string
	ownJDK string                                              // folder of a runtime that only this case uses
	args   []string                                            // of the program
	env    []string                                            // beside PATH
	wrap   func(h *enemies, c oddCase, argv []string) []string // starts it in another way
	after  func(h *enemies, c oddCase)                         // is done to it once it runs
	pid    int

	listed  string // why the inventory does not know its arguments
	says    string // by analyze, exit code 4, DIR for the case's folder; "": all could be seen
	rule    string // that check answers no by
	refused string // by containerize
}

const restartIt = "restart the application, then analyze again"

func oddProcesses(e Extent) []oddCase {
	return slices.Concat(staleCases(), archiveCases(), directoryCases(e), oddCases())
}

func oddNames(list []oddCase) []string {
	var names []string
	for _, c := range list {
		names = append(names, c.name)
	}
	return names
}

// staleCases lose what they run.
func staleCases() []oddCase {
	sh := func(script string) func(*enemies, oddCase) {
		return func(h *enemies, c oddCase) { h.run("sh", "-ec", "cd "+h.path(c.name)+"; "+script) }
	}
	return []oddCase{
		{name: "sound"},
		{name: "jdk-removed", ownJDK: "jdk", after: sh("rm -r jdk"), says: "DIR/jdk/bin/java: has been deleted since the start", refused: "restart that, then analyze again"},
		{name: "jdk-upgraded", ownJDK: "jdk", after: sh("cp -a jdk new; rm -r jdk; mv new jdk"), says: "DIR/jdk/bin/java: has been replaced since the start"},
		{name: "jar-removed", after: sh("rm app/app.jar"), says: "DIR/app/app.jar: has been deleted since the start", refused: "restart it, then analyze again"},
		{name: "jar-replaced", after: sh("cp app/app.jar new; mv new app/app.jar"), says: "DIR/app/app.jar: has been replaced since the start"},
		{name: "jar-moved", after: sh("mv app/app.jar app/old; cp -p app/old app/app.jar"), says: "DIR/app/app.jar: is not open, as the archive that a JVM runs is"},
		{name: "folder-removed", after: sh("rm -r cwd"), says: "DIR/cwd: has been deleted since the start"},
		{name: "named (deleted)", ownJDK: "jdk (deleted)"},
		{name: "fifo", after: sh("mv app/app.jar app/old; mkfifo app/app.jar"), says: "DIR/app/app.jar: is no regular file"},
	}
}

// archiveCases get an archive in place of theirs that is made to exhaust or mislead its reader.
func archiveCases() []oddCase {
	const (
		boot     = "Start-Class: x.Y\r\nSpring-Boot-Version: 3.5.0\r\nSpring-Boot-Classes: BOOT-INF/classes/\r\n"
		manifest = "META-INF/MANIFEST.MF"
		yml      = "BOOT-INF/classes/application.yml"
	)
	var aliases strings.Builder
	aliases.WriteString("a: &a [x,x,x,x,x,x,x,x,x]\n")
	for c := 'b'; c < 'u'; c++ {
		fmt.Fprintf(&aliases, "%c: &%c [%s]\n", c, c, strings.Repeat("*"+string(c-1)+",", 9))
	}
	return []oddCase{
		{name: "no-zip", after: func(h *enemies, c oddCase) {
			h.run("sh", "-c", "cd "+h.path(c.name)+"/app; mv app.jar old; echo no zip > app.jar")
		}, says: "DIR/app/app.jar: is no zip archive"},
		{name: "bomb", after: putArchive(manifest, boot, yml, strings.Repeat("x", 64<<20)), says: "larger than allowed"},
		{name: "aliases", after: putArchive(manifest, boot, yml, aliases.String()), says: "application.yml: line 1: more than"},
		{name: "climbing", after: putArchive(manifest, boot+"Class-Path: ../../../../../../../etc/shadow \x1b[31m\xff.jar\r\n", "../../../x", "", yml+"/../\x1b[2J", ""), says: restartIt},
	}
}

// putArchive replaces the case's archive by one of these entries: name, content, name, content …
func putArchive(entries ...string) func(*enemies, oddCase) {
	return func(h *enemies, c oddCase) {
		h.t.Helper()
		name := h.path(c.name, "app/app.jar")
		h.run("mv", name, name+".old")
		h.write(filepath.Join(c.name, "app/app.jar"), zipped(h.t, entries...))
	}
}

// zipped is an archive of these entries: name, content, name, content …
func zipped(t *testing.T, entries ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(entries); i += 2 {
		w, err := z.Create(entries[i])
		if err == nil {
			_, err = io.WriteString(w, entries[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// oddCases are started, or behave, in unusual ways.
func oddCases() []oddCase {
	signal := func(s syscall.Signal) func(*enemies, oddCase) {
		return func(h *enemies, c oddCase) {
			if err := syscall.Kill(c.pid, s); err != nil {
				h.t.Fatal(err)
			}
			h.t.Cleanup(func() { _ = syscall.Kill(c.pid, syscall.SIGCONT) }) // so that it can end
		}
	}
	before := func(words ...string) func(*enemies, oddCase, []string) []string {
		return func(_ *enemies, _ oddCase, argv []string) []string { return append(words, argv...) }
	}
	titled := func(title string) func(*enemies, oddCase, []string) []string {
		return func(h *enemies, _ oddCase, argv []string) []string {
			return append([]string{"env", "LD_PRELOAD=" + h.path("title.so"), "TITLE=" + title}, argv...)
		}
	}
	const overwritten, nothing = "the process has overwritten them", "names nothing that Java runs"
	big := strings.Repeat("a", 100_000)
	return []oddCase{
		{name: "arguments", args: []string{"a\nb\x1b[31m\u202e\u009b\xff\x07", "", "--password=\x1b]0;x\x07"}},
		{name: "megabyte", args: []string{big, big, big, big, big, big, big, big, big, big}},
		{name: "title", wrap: titled("nginx: worker process"), listed: overwritten, says: overwritten, refused: nothing},
		{name: "title that acts", wrap: titled("\x1b[2J\u202e\u009b\xff\x07"), listed: overwritten, says: overwritten, refused: nothing},
		{name: "title that lies", wrap: titled("java"), listed: overwritten, says: overwritten, refused: nothing},
		{name: "no title", wrap: titled(""), listed: overwritten, says: overwritten, refused: nothing},
		{name: "new\nline", ownJDK: "j\x1b[2Jdk"},
		{name: "stopped", after: signal(syscall.SIGSTOP)},
		{name: "net-namespace", wrap: before("unshare", "-n")},
		{name: "user-namespace", wrap: before("unshare", "-Ur")},
		{name: "pid-namespace", wrap: before("unshare", "-pf", "--kill-child")},
		{name: "mount-namespace", wrap: func(h *enemies, c oddCase, argv []string) []string {
			script := `mount -t tmpfs none ../app; cp "$1" ../app/app.jar; shift; exec "$@"`
			return append([]string{"unshare", "-m", "sh", "-ec", script, "sh", h.path("wait.jar")}, argv...)
		}},
		{name: "dead-mount", wrap: func(h *enemies, c oddCase, argv []string) []string {
			script := `"$@" & exec 5<>/dev/fuse; while [ ! -e ready ]; do sleep 0.1; done
mount -i -t fuse -o fd=5,rootmode=40000,user_id=0,group_id=0,allow_other dead ../app; echo > mounted; wait`
			return append([]string{"unshare", "-m", "sh", "-ec", script, "sh"}, argv...)
		}, after: func(h *enemies, c oddCase) {
			h.write(filepath.Join(c.name, "cwd/ready"), "")
			for end := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
				if _, err := os.Stat(h.path(c.name, "cwd/mounted")); err == nil {
					return
				}
				if time.Now().After(end) {
					h.t.Fatal("a FUSE mount that answers nothing cannot be made")
				}
			}
		}, says: "mount does not answer"},
		{name: "kernel-log", wrap: func(_ *enemies, _ oddCase, argv []string) []string {
			return append([]string{"sh", "-ec", `exec "$@" 7</dev/kmsg`, "sh"}, argv...)
		}, rule: "fargate.privileged-unsupported"},
		{name: "engine-socket", wrap: func(h *enemies, c oddCase, argv []string) []string {
			l, err := new(net.ListenConfig).Listen(h.t.Context(), "unix", h.path(c.name, "docker.sock"))
			if err != nil {
				h.t.Fatal(err)
			}
			h.t.Cleanup(func() { _ = l.Close() })
			return append([]string{"env", "DOCKER_HOST=unix://" + h.path(c.name, "docker.sock")}, argv...)
		}, rule: "fargate.docker-socket"},
	}
}
