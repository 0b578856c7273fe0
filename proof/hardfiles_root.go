package proof

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"a2c/model"
)

// rooted analyzes an application that runs with another root: every path is meant from there, also those of absolute links.
func (h *hard) rooted(t *testing.T) {
	for _, dir := range []string{"jail/usr", "jail/etc", "jail/proc", "jail/tmp", "jail/srv/app"} {
		h.must(os.MkdirAll(h.path(dir), 0o755))
	}
	h.run("cp", h.path("app/app.jar"), h.path("jail/srv/app/app.jar"))
	h.write("jail/srv/app/inside.txt", "inside")
	h.write("jail/srv/other/linked.txt", "linked")
	h.must(os.Symlink("/srv/other/linked.txt", h.path("jail/srv/app/absolute")))
	h.must(os.Symlink("/../../../srv/other", h.path("jail/srv/app/climbing")))
	script := `for d in lib lib64 bin; do if [ -L /$d ]; then cp -P /$d jail/; elif [ -d /$d ]; then mkdir -p jail/$d; mount --bind /$d jail/$d; fi; done
mount --bind /usr jail/usr; mount --bind /etc jail/etc; mount -t proc proc jail/proc
exec /usr/sbin/chroot jail "$@"`
	port, user := h.freePort(), strconv.Itoa(hardUser)
	pid := h.session("jail", h.dir, []string{
		"/usr/bin/unshare", "-m", "sh", "-ec", script, "sh", "/usr/bin/setpriv", "--reuid", user, "--regid", user, "--clear-groups", "--",
		h.java, "-Xmx32m", "-XX:TieredStopAtLevel=1", "-jar", "/srv/app/app.jar", strconv.Itoa(port),
	})
	h.listens("jail", port)
	h.c.Run(t, []int{exitDone, exitNotAllSeen}, "inventory", "-o", "json")
	var found model.Inventory
	readJSON(t, filepath.Join(h.c.Workspace, "inventory.json"), &found)
	id := ""
	for each, a := range found {
		if a.ProcessID == pid && a.Artifact == "/srv/app/app.jar" {
			id = each
		}
	}
	if id == "" {
		t.Fatalf("no application is process %d and runs /srv/app/app.jar", pid)
	}
	h.c.Run(t, []int{exitDone, exitNotAllSeen}, "analyze", "--application-id", id)
	files := h.files(t, id)
	for _, name := range []string{"/srv/app/app.jar", "/srv/app/inside.txt", "/srv/app/absolute", "/srv/app/climbing", "/srv/other/linked.txt", h.java} {
		if f := files[name]; f.Decision != model.In {
			t.Errorf("%s is %q because of %q", name, f.Decision, f.Reasons)
		}
	}
	for name := range files {
		if strings.HasPrefix(name, h.dir) {
			t.Errorf("%s is no path of the application", name)
		}
	}
}

// quota lets a quota end what root writes into the workspace: the kernel says so of a subvolume of Btrfs, of other file systems only to users. It is
// told, the last documents stay whole, and nothing is left to clean up.
func (h *hard) quota(t *testing.T) {
	disk := h.quotaDisk(t)
	limit := func(most string) {
		h.run("btrfs", "filesystem", "sync", disk)             // what is written counts from then on
		h.run("btrfs", "qgroup", "limit", most, "0/256", disk) // the first subvolume; by its own path no limit can be raised once it is full
	}
	c := h.b.Command(filepath.Join(disk, "limited/workspace"))
	analyze := []string{"analyze", "--application-id", h.id, "-o", "table"}
	limit("100M")
	c.Run(t, []int{exitDone, exitNotAllSeen}, analyze...)
	documents := func() (all string) {
		for _, name := range []string{"analysis.json", "files.jsonl"} {
			data, err := os.ReadFile(filepath.Join(c.Workspace, h.id, name))
			if err != nil {
				t.Fatal(err)
			}
			all += string(data)
		}
		return all
	}
	before := documents()
	limit("64K")
	for _, args := range [][]string{analyze, {"containerize", "--application-id", h.id, "--force"}} {
		r := c.Run(t, []int{exitFailed}, args...)
		if !strings.Contains(string(r.Stderr), "quota exceeded") || !strings.Contains(string(r.Stderr), "make room on that disk") {
			t.Errorf("a2c %s beyond the quota says: %s", strings.Join(args, " "), r.Stderr)
		}
		if documents() != before {
			t.Errorf("a2c %s beyond the quota changed the last documents", strings.Join(args, " "))
		}
	}
	limit("100M")
	c.Run(t, []int{exitDone, exitNotAllSeen}, analyze...)
}

// quotaDisk mounts a file system with a subvolume that can be limited, for the time of the test.
func (h *hard) quotaDisk(t *testing.T) (at string) {
	t.Helper()
	image, at := h.path("quota.img"), h.path("quota")
	h.must(os.MkdirAll(at, 0o755))
	h.run("truncate", "-s", "400M", image)
	h.run("mkfs.btrfs", "-q", image)
	out, err := exec.CommandContext(t.Context(), "losetup", "--find", "--show", image).CombinedOutput()
	if err != nil {
		t.Skipf("no loop device: %v: %s", err, out)
	}
	device := strings.TrimSpace(string(out))
	undo := func(argv ...string) {
		if out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput(); err != nil { //nolint:noctx // the test's context has ended
			t.Errorf("%s: %v: %s", strings.Join(argv, " "), err, out)
		}
	}
	t.Cleanup(func() { undo("losetup", "--detach", device) })
	if out, err := exec.CommandContext(t.Context(), "mount", "-t", "btrfs", device, at).CombinedOutput(); err != nil {
		t.Skipf("this kernel has no Btrfs: %v: %s", err, out)
	}
	t.Cleanup(func() { undo("umount", at) })
	h.run("btrfs", "quota", "enable", at)
	h.run("btrfs", "subvolume", "create", filepath.Join(at, "limited"))
	return at
}
