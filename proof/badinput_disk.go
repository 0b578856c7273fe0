package proof

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

const pageSize = 4096 // of tmpfs on amd64

// inMounts runs do in a mount namespace of its own, which ends with it whatever happens: what it starts is in there too.
func inMounts(t *testing.T, do func(*testing.T)) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()                                 // and never unlocked: the thread ends with this goroutine
		if err := unix.Unshare(unix.CLONE_NEWNS); err != nil { //nolint:forbidigo // of the test, which has no child for it
			t.Errorf("unshare: %v", err)
			return
		}
		if err := sysMount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
			t.Errorf("make mounts private: %v", err)
			return
		}
		do(t)
	}()
	<-done
}

// sysMount is mount(2) in the test's own namespace.
func sysMount(source, target, kind string, flags uintptr, data string) error {
	return unix.Mount(source, target, kind, flags, data) //nolint:forbidigo // the proof makes the disk that a2c works on
}

// readOnly binds a folder to itself so that nobody in the namespace can write there.
func readOnly(t *testing.T, dir string) {
	t.Helper()
	if err := sysMount(dir, dir, "", unix.MS_BIND, ""); err != nil {
		t.Errorf("bind %s: %v", dir, err)
	}
	if err := sysMount("", dir, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		t.Errorf("remount %s read-only: %v", dir, err)
	}
}

// fullDisk does the whole job on a disk that is full at every point of it, by and by: each command says so and leaves whole documents, and
// works when there is room.
func (p *badInput) fullDisk(t *testing.T) {
	inMounts(t, func(t *testing.T) {
		d := &smallDisk{c: p.c}
		d.c.Workspace = filepath.Join(p.b.Scratch(t, "bad-input-disk"), "disk")
		if err := os.Mkdir(d.c.Workspace, 0o700); err != nil {
			t.Error(err)
			return
		}
		if err := sysMount("tmpfs", d.c.Workspace, "tmpfs", 0, "mode=0700,size=4096"); err != nil {
			t.Errorf("mount: %v", err)
			return
		}
		id := []string{"--application-id", p.job.ID}
		d.until(t, 1, 2, "inventory")
		d.until(t, 1, 2, append([]string{"analyze"}, id...)...)
		for _, free := range []int{256, 16 << 10, 48 << 10} { // while copying, while building, while compressing
			d.resize(t, free)
			d.full(t, d.try(t, append([]string{"containerize", "--force"}, id...)...))
		}
		d.until(t, 256, 8, append([]string{"containerize"}, id...)...)
		var j Job
		readJSON(t, filepath.Join(d.c.Workspace, p.job.ID, "image", "image.json"), &j.Image)
		if j.Image.Digest != p.job.Image.Digest {
			t.Errorf("the image on a disk that was full is %s, elsewhere it is %s", j.Image.Digest, p.job.Image.Digest)
		}
		d.until(t, 1, 2, append(append([]string{"verify"}, id...), p.site.VerifyArgs(p.job.App)...)...)
		d.until(t, 1, 2, append([]string{"generate", "app-deployment"}, id...)...)
	})
}

// smallDisk is a workspace on a file system of its own, whose size is changed.
type smallDisk struct{ c Command }

// resize leaves so many pages free.
func (d *smallDisk) resize(t *testing.T, free int) {
	t.Helper()
	var st unix.Statfs_t
	if err := unix.Statfs(d.c.Workspace, &st); err != nil {
		t.Error(err)
		return
	}
	used := int(st.Blocks-st.Bfree) * int(st.Bsize) / pageSize
	if err := sysMount("", d.c.Workspace, "", unix.MS_REMOUNT, fmt.Sprintf("size=%d", max(used+free, 1)*pageSize)); err != nil {
		t.Errorf("resize to %d pages: %v", used+free, err)
	}
}

func (d *smallDisk) try(t *testing.T, args ...string) Ran {
	t.Helper()
	r, err := d.c.Try(t.Context(), args...)
	if err != nil {
		t.Error(err)
	}
	return r
}

// until runs the command with more and more free pages, until it is done.
func (d *smallDisk) until(t *testing.T, pages, factor int, args ...string) {
	t.Helper()
	failed := 0
	for free := 0; free < 4<<20; free = max(pages, free*factor) {
		d.resize(t, free)
		r := d.try(t, args...)
		if r.Code == exitDone || r.Code == exitNotAllSeen {
			t.Logf("a2c %s: %d times a full disk, done with %d free pages", args[0], failed, free)
			if failed == 0 {
				t.Errorf("a2c %s never met a full disk", args[0])
			}
			d.whole(t, args[0])
			return
		}
		failed++
		d.full(t, r)
	}
	t.Errorf("a2c %s is not done on a large disk", args[0])
}

// full demands that the run says that the disk is full and what to do, and leaves nothing half-written.
func (d *smallDisk) full(t *testing.T, r Ran) {
	t.Helper()
	said := string(r.Stderr)
	cause := regexp.MustCompile(`no space left on device|needs up to .* and would leave|ENOSPC`)
	if r.Code != exitFailed || !cause.MatchString(said) || !strings.Contains(said, "make room") {
		t.Errorf("a2c %s on a full disk: exit code %d:\n%s", strings.Join(r.Args, " "), r.Code, head(r.Stderr))
	}
	d.whole(t, r.Args[0])
}

func (d *smallDisk) whole(t *testing.T, command string) {
	t.Helper()
	validDocuments(t, d.c.Workspace)
	if left := halfWritten(t, d.c.Workspace); len(left) > 0 {
		t.Errorf("a2c %s on a full disk left %v", command, left)
	}
}
