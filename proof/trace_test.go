package proof

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseCall(t *testing.T) {
	tests := map[string]struct {
		line   string
		name   string
		paths  []string
		writes bool
		failed bool
	}{
		"open_to_read":     {`openat(AT_FDCWD</root>, "/etc/passwd", O_RDONLY|O_CLOEXEC) = 3</etc/passwd>`, "openat", []string{"/etc/passwd"}, false, false},
		"open_to_write":    {`openat(4</var/lib/a2c>, "x", O_WRONLY|O_CREAT|O_EXCL, 0600) = 5</var/lib/a2c/x>`, "openat", []string{"/var/lib/a2c/x"}, true, false},
		"open2":            {`openat2(4</srv>, "a", {flags=O_RDONLY|O_PATH, resolve=RESOLVE_IN_ROOT}, 24) = 6</srv/a>`, "openat2", []string{"/srv/a"}, false, false},
		"failed":           {`unlinkat(AT_FDCWD</>, "/x", 0) = -1 ENOENT (No such file or directory)`, "unlinkat", []string{"/x"}, true, true},
		"rename":           {`renameat(7</w>, "a, \"b\"", AT_FDCWD</w>, "/w/c") = 0`, "renameat", []string{`/w/a, "b"`, "/w/c"}, true, false},
		"symlink":          {`symlinkat("../target", 7</w>, "link") = 0`, "symlinkat", []string{"/w/link"}, true, false},
		"fd_only":          {`fchmod(9</w/f>, 0644) = 0`, "fchmod", []string{"/w/f"}, true, false},
		"path_with_commas": {`fchmod(9</w/a, (b)>, 0644) = 0`, "fchmod", []string{"/w/a, (b)"}, true, false},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			c, is := parseCall(tc.line)
			if !is || c.name != tc.name || c.writes() != tc.writes || c.failed() != tc.failed {
				t.Errorf("got %+v (is %v, writes %v, failed %v)", c, is, c.writes(), c.failed())
			}
			if diff := cmp.Diff(tc.paths, c.paths()); diff != "" {
				t.Errorf("paths (-want +got):\n%s", diff)
			}
		})
	}
	for _, line := range []string{"--- SIGCHLD {si_signo=SIGCHLD} ---", "+++ exited with 0 +++", "exit_group(0) = ?", "openat(AT_FDCWD</>, \"x\" <unfinished ...>", ""} {
		if c, is := parseCall(line); is && !c.failed() {
			t.Errorf("%q was read as %+v", line, c)
		}
	}
}

// TestJudge holds a trace with one fault of each kind against one that is clean.
func TestJudge(t *testing.T) {
	dir := t.TempDir()
	write := func(id, text string) {
		if err := os.WriteFile(filepath.Join(dir, "trace."+id), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("1", `openat(AT_FDCWD</>, "/work/a", O_WRONLY|O_CREAT, 0600) = 3</work/a>
clone(child_stack=NULL, flags=CLONE_VM|CLONE_VFORK|CLONE_NEWNS|SIGCHLD) = 2
clone(child_stack=NULL, flags=CLONE_VM|CLONE_VFORK|SIGCHLD) = 5 /* 3 in strace's PID NS */
mount("x", "/mnt", "tmpfs", 0, NULL) = 0
`)
	write("2", `mount("none", "/", NULL, MS_REC|MS_PRIVATE, NULL) = 0
mount("tmpfs", "/work/root", "tmpfs", 0, NULL) = 0
mkdirat(AT_FDCWD</>, "/opt/outside", 0755) = 0
linkat(AT_FDCWD</>, "/.a2c-X/1", AT_FDCWD</>, "/.a2c-X/out/1.tar", 0) = 0
pivot_root(".", ".") = 0
mkdirat(AT_FDCWD</>, "/app", 0755) = 0
openat(AT_FDCWD</>, "/proc/sys/kernel/panic", O_WRONLY) = 3</proc/sys/kernel/panic>
unshare(CLONE_NEWUTS) = 0
sethostname("a2c-build", 9) = 0
`)
	write("3", `unlink("/etc/motd") = 0
mkdirat(AT_FDCWD</>, "/.a2c-X", 0755) = 0
unlink("/etc/other") = -1 EACCES (Permission denied)
openat(AT_FDCWD</>, "/proc/sys/net/ipv4/ip_forward", O_WRONLY) = 3</proc/sys/net/ipv4/ip_forward>
setns(7</proc/99/ns/net>, CLONE_NEWNET) = 0
openat(AT_FDCWD</>, "/proc/sys/net/ipv6/conf/x/disable_ipv6", O_WRONLY) = 3</proc/sys/net/ipv6/conf/x/disable_ipv6>
unshare(CLONE_NEWNS) = 0
mount("tmpfs", "/work/root", "tmpfs", 0, NULL) = 0
sethostname("x", 1) = 0
`)
	got, calls := judge(t, filepath.Join(dir, "trace"), func(path string) bool { return strings.HasPrefix(path, "/work/") })
	want := []string{
		"changes the host's mounts: mount(\"x\", \"/mnt\", \"tmpfs\", 0, NULL) = 0",
		"changes the machine: sethostname(\"x\", 1) = 0",
		"mounts before the mount namespace was cut off from the host's: mount(\"tmpfs\", \"/work/root\", \"tmpfs\", 0, NULL) = 0",
		"writes outside of the workspace: mkdirat(AT_FDCWD</>, \"/.a2c-X\", 0755) = 0",
		"writes outside of the workspace: mkdirat(AT_FDCWD</>, \"/opt/outside\", 0755) = 0",
		"writes outside of the workspace: openat(AT_FDCWD</>, \"/proc/sys/net/ipv4/ip_forward\", O_WRONLY) = 3</proc/sys/net/ipv4/ip_forward>",
		"writes outside of the workspace: unlink(\"/etc/motd\") = 0",
		"writes to the kernel from the private root: openat(AT_FDCWD</>, \"/proc/sys/kernel/panic\", O_WRONLY) = 3</proc/sys/kernel/panic>",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if calls != 22 {
		t.Errorf("%d calls, want 22", calls)
	}
}
