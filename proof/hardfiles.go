package proof

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"a2c/model"
	"a2c/proof/apps"
)

// HardFiles shows what analyze decides, explain and files tell, and containerize takes of a folder that holds what tools that copy files get wrong: hard
// links, holes, attributes, rights, links that leave and come back, bind mounts, odd names, special files, files that vanish, change or grow while they
// are looked at, and what another application keeps in the same folder. What must be decided was written by hand.
func HardFiles() Proof {
	return Proof{
		Name: "hardfiles", Needs: []Need{Root, Packages}, Budget: 2 * time.Minute,
		Install: func(t *testing.T, b *Bench) {
			if err := apps.Ensure(t.Context(), b.Log, append(apps.JavaTools(), apps.Btrfs())); err != nil {
				t.Fatal(err)
			}
		},
		Run: func(t *testing.T, b *Bench) {
			h := newHard(t, b)
			h.plant()
			h.start()
			t.Run("decided", h.decided)
			t.Run("told", h.told)
			t.Run("recovered", h.recovers)
			t.Run("contained", h.contained)
			t.Run("rooted", h.rooted)
			t.Run("quota", h.quota)
		},
	}
}

// hardUser is whom the application runs as: a number without a name, so that nothing is added to this machine's accounts.
const hardUser = 64101

// hard is the application with the hard cases in its folder, and another one that keeps its files there, too.
type hard struct {
	*starts
	java        string
	c           Command
	port        int
	id, otherID string
}

func newHard(t *testing.T, b *Bench) *hard {
	home, err := apps.JavaHome()
	if err != nil {
		t.Fatal(err)
	}
	h := &hard{starts: &starts{t: t, b: b, dir: b.Scratch(t, "hardfiles")}, java: filepath.Join(home, "bin/java")}
	for _, dir := range []string{h.dir, filepath.Dir(h.dir)} { // the application's user has to enter
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	h.run(filepath.Join(home, "bin/javac"), "-d", h.path("classes"), filepath.Join(b.Repo, "testdata/load/Opens.java"))
	h.run("mkdir", h.path("app"))
	for _, name := range []string{"app", "admin"} {
		h.run(filepath.Join(home, "bin/jar"), "--create", "--file", h.path("app", name+".jar"), "--main-class", "Opens", "-C", h.path("classes"), ".")
	}
	h.c = b.Command(h.path("workspace"))
	return h
}

// start starts both applications, the first in a mount namespace of its own.
func (h *hard) start() {
	h.port = h.freePort()
	mounts := `mount --bind source app/bound
exec 5<>/dev/fuse
mount -i -t fuse -o fd=5,rootmode=40000,user_id=` + strconv.Itoa(hardUser) + `,group_id=` + strconv.Itoa(hardUser) + ` private app/private
cd app
"$@" 5<&- & wait`
	user := strconv.Itoa(hardUser)
	as := []string{"/usr/bin/setpriv", "--reuid", user, "--regid", user, "--clear-groups", "--"}
	argv := slices.Concat([]string{"/usr/bin/unshare", "-m", "sh", "-ec", mounts, "sh"}, as, h.opens("app/app.jar", h.port))
	h.session("app", h.dir, argv)
	admin := h.freePort()
	h.session("admin", h.path("app"), slices.Concat(as, h.opens("app/admin.jar", admin)))
	h.listens("app", h.port)
	h.listens("admin", admin)
	h.c.Run(h.t, []int{exitDone, exitNotAllSeen}, "inventory", "-o", "json")
	var found model.Inventory
	readJSON(h.t, filepath.Join(h.c.Workspace, "inventory.json"), &found)
	for id, a := range found {
		switch a.Artifact {
		case model.Path(h.path("app/app.jar")):
			h.id = id
		case model.Path(h.path("app/admin.jar")):
			h.otherID = id
		}
	}
	if h.id == "" || h.otherID == "" {
		h.t.Fatalf("the inventory does not know both applications: %q, %q", h.id, h.otherID)
	}
	for name, act := range map[string]string{
		"app/journal.dat": "hold", "app/growing.bin": "grow", "app/res/deleted.dat": "keep", "app/res/deleted.properties": "keep",
	} {
		h.ask(h.port, act, h.path(name))
	}
	for _, name := range []string{"app/res/deleted.dat", "app/res/deleted.properties"} {
		if err := os.Remove(h.path(name)); err != nil {
			h.t.Fatal(err)
		}
	}
	h.ask(admin, "hold", h.path("app/admin-data/admin.db"))
}

func (h *hard) opens(jar string, port int) []string {
	return []string{h.java, "-Xmx32m", "-XX:TieredStopAtLevel=1", "-jar", h.path(jar), strconv.Itoa(port)}
}

func (h *hard) session(name, dir string, argv []string) (pid int) {
	h.t.Helper()
	cmd := session(h.t, h.path(name+".log"), apps.Command{Argv: argv, Dir: dir, Env: []string{"PATH=/usr/bin:/bin", "LANG=C.UTF-8"}}, nil)
	h.t.Cleanup(func() { end(h.t, name, cmd.Process.Pid, cmd) })
	return cmd.Process.Pid
}

func (h *hard) listens(name string, port int) {
	h.t.Helper()
	for deadline := time.Now().Add(time.Minute); accepts(h.t.Context(), port) != nil; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			text, _ := os.ReadFile(h.path(name + ".log"))
			h.t.Fatalf("%s does not listen:\n%s", name, head(text))
		}
	}
}

// ask has an application do something with a file.
func (h *hard) ask(port int, act, name string) {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/%s?%s", port, act, url.PathEscape(name)), nil)
	if err != nil {
		h.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	if err != nil || len(said) > 10 {
		h.t.Fatalf("%s %s: %s, %v", act, name, said, err)
	}
}

// analyze runs it and returns the list of files with what it said.
func (h *hard) analyze(t *testing.T, args ...string) (map[string]model.File, model.Analysis, Ran) {
	t.Helper()
	r := h.c.Run(t, []int{exitDone, exitNotAllSeen}, append([]string{"analyze", "--application-id", h.id}, args...)...)
	var a model.Analysis
	readJSON(t, filepath.Join(h.c.Workspace, h.id, "analysis.json"), &a)
	return h.files(t, h.id), a, r
}

// files reads the list of an application.
func (h *hard) files(t *testing.T, id string) map[string]model.File {
	t.Helper()
	files := map[string]model.File{}
	for _, f := range readFiles(t, filepath.Join(h.c.Workspace, id, "files.jsonl")) {
		files[string(f.Path)] = f
	}
	return files
}

// decided holds the list of files against the table.
func (h *hard) decided(t *testing.T) {
	opened := watch(t, unix.IN_OPEN, h.path("app/special/fifo"), h.path("app/special/device"), h.path("app/special/socket"))
	rest := h.replace(t, h.path("app/churn/spin.txt"))
	files, a, r := h.analyze(t, "-o", "table")
	rest()
	t.Logf("%.1f s, %d MB\n%s%s", r.Seconds, r.Peak>>20, r.Stderr, r.Stdout)
	h.says(t, r, `: changed while it was looked at: \d files?, the first is DIR/app/churn/spin\.txt; `)
	for _, name := range opened() {
		t.Errorf("%s was opened", name)
	}
	if pages := cachedPages(t, h.path("app/res/holes.bin")); pages > 2<<20/os.Getpagesize() { // the data were just written
		t.Errorf("%d pages of the file with holes were read", pages)
	}
	for _, w := range hardWants() {
		// One that grows under the very look is listed as such, and what it is cannot be told then.
		if w.path == "app/growing.bin" && h.skipped(a, w.path, "changed while it was looked at") {
			continue
		}
		for _, wrong := range w.wrong(files, h.dir) {
			t.Error(wrong)
		}
	}
	for name, reason := range map[string]string{
		"app/churn/spin.txt": "changed while it was looked at", "app/private": "permission denied",
	} {
		if !h.skipped(a, name, reason) {
			t.Errorf("no skip says of %s %q", name, reason)
		}
	}
}

// skipped reports whether a skip says so of a file.
func (h *hard) skipped(a model.Analysis, name, reason string) bool {
	return slices.ContainsFunc(a.AnalysisInfo.Skips, func(s model.Skip) bool {
		return string(s.Path) == h.path(name) && strings.Contains(s.Reason, reason)
	})
}

// replace puts another file in the place of one, again and again, until it is told to rest.
func (h *hard) replace(t *testing.T, name string) (rest func()) {
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for n := 0; ; n++ {
			if err := errors.Join(os.WriteFile(name+".new", []byte(strconv.Itoa(n)), 0o644), os.Rename(name+".new", name)); err != nil {
				t.Error(err)
				return
			}
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	return func() { close(stop); <-stopped }
}

// cachedPages counts the pages of a file that are in memory (mincore(2)): of one that was read whole that are all.
func cachedPages(t *testing.T, name string) (pages int) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	all, err := unix.Mmap(int(f.Fd()), 0, int(info.Size()), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Munmap(all) //nolint:errcheck // the test ends anyway
	resident := make([]byte, (len(all)+os.Getpagesize()-1)/os.Getpagesize())
	if _, _, e := unix.Syscall(unix.SYS_MINCORE, uintptr(unsafe.Pointer(&all[0])), uintptr(len(all)), uintptr(unsafe.Pointer(&resident[0]))); e != 0 {
		t.Fatal(e)
	}
	for _, r := range resident {
		pages += int(r & 1)
	}
	return pages
}

// watch notes what is done to files (inotify(7)); what it returns lists those to which it was.
func watch(t *testing.T, what uint32, names ...string) (done func() []string) {
	t.Helper()
	fd, err := unix.InotifyInit1(unix.IN_NONBLOCK | unix.IN_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	of := map[int32]string{}
	for _, name := range names {
		wd, err := unix.InotifyAddWatch(fd, name, what)
		if err != nil {
			t.Fatal(err)
		}
		of[int32(wd)] = name
	}
	return func() []string {
		var list []string
		buf := make([]byte, 4096)
		for {
			n, err := unix.Read(fd, buf)
			if err != nil { // EAGAIN: no more
				return list
			}
			for at := 0; at+unix.SizeofInotifyEvent <= n; at += unix.SizeofInotifyEvent { // of watched files no event has a name
				list = append(list, of[int32(binary.NativeEndian.Uint32(buf[at:]))])
			}
		}
	}
}
