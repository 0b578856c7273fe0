package proof

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// call is one system call as strace prints it: openat(AT_FDCWD</srv>, "a", O_RDONLY) = 3</srv/a>.
type call struct {
	name   string
	args   []string
	result string
}

// parseCall reads a line of strace -y; false for signals, exits and calls that did not come back.
func parseCall(line string) (call, bool) {
	name, rest, found := strings.Cut(line, "(")
	if !found || strings.ContainsAny(name, " -+<") {
		return call{}, false
	}
	var args []string
	depth, quoted, begin := 0, false, 0
	for i := 0; i < len(rest); i++ {
		switch ch := rest[i]; {
		case quoted && ch == '\\':
			i++
		case ch == '"':
			quoted = !quoted
		case quoted:
		case ch == '(' || ch == '{' || ch == '[':
			depth++
		case ch == '}' || ch == ']' || ch == ')' && depth > 0:
			depth--
		case ch == '<' && i+1 < len(rest) && (rest[i+1] == '/' || rest[i+1] == 'p' || rest[i+1] == 's' || rest[i+1] == 'a'): // <path>, <pipe:[1]>, <socket:[1]>, <anon_inode:…>
			if end := strings.IndexByte(rest[i:], '>'); end > 0 {
				i += end
			}
		case ch == ',' && depth == 0:
			args = append(args, strings.TrimSpace(rest[begin:i]))
			begin = i + 1
		case ch == ')':
			args = append(args, strings.TrimSpace(rest[begin:i]))
			_, result, found := strings.Cut(rest[i:], " = ")
			return call{name, args, result}, found
		}
	}
	return call{}, false
}

func (c call) failed() bool {
	return strings.HasPrefix(c.result, "-1 ") || strings.HasPrefix(c.result, "?")
}

// all joins the arguments, to look for flags.
func (c call) all() string { return strings.Join(c.args, ", ") }

// unquote reads a string argument; strace writes bytes as C does.
func unquote(arg string) (string, bool) {
	if !strings.HasPrefix(arg, `"`) {
		return "", false
	}
	s, err := strconv.Unquote(strings.TrimSuffix(arg, "..."))
	return s, err == nil
}

// fdPath returns the path of an argument or result such as 3</srv/a> or AT_FDCWD</srv>.
func fdPath(arg string) (string, bool) {
	_, path, found := strings.Cut(arg, "<")
	end := strings.LastIndexByte(path, '>')
	if !found || end < 0 {
		return "", false
	}
	return path[:end], true
}

// paths returns what the call writes to: of an open what it opened, else each path argument, relative ones from the folder argument before.
func (c call) paths() []string {
	if strings.HasPrefix(c.name, "open") || c.name == "creat" {
		if p, found := fdPath(c.result); found {
			return []string{p}
		}
	}
	var all []string
	dir := ""
	for _, arg := range c.args {
		if s, is := unquote(arg); is {
			if !filepath.IsAbs(s) && dir != "" {
				s = filepath.Join(dir, s)
			}
			all = append(all, s)
			continue
		}
		if p, found := fdPath(arg); found {
			dir = p
		}
	}
	if len(all) == 0 && dir != "" {
		all = append(all, dir) // fchmod, ftruncate
	}
	if strings.HasPrefix(c.name, "symlink") && len(all) > 1 {
		all = all[len(all)-1:] // the first one is only text
	}
	return all
}

// writes reports whether the call changes a file or folder when it succeeds.
func (c call) writes() bool {
	switch c.name {
	case "open", "openat", "openat2":
		flags := c.all()
		return strings.Contains(flags, "O_WRONLY") || strings.Contains(flags, "O_RDWR") || strings.Contains(flags, "O_CREAT") || strings.Contains(flags, "O_TRUNC")
	}
	return slices.Contains(writing(), c.name)
}

func writing() []string {
	return []string{
		"creat", "rename", "renameat", "renameat2", "unlink", "unlinkat", "rmdir", "mkdir", "mkdirat", "mknod", "mknodat", "link", "linkat", "symlink", "symlinkat",
		"chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "lchown", "fchown", "fchownat", "truncate", "ftruncate", "fallocate",
		"utime", "utimes", "futimesat", "utimensat", "setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr",
	}
}

// mounting changes the table of mounts of the caller's mount namespace.
func mounting() []string {
	return []string{"mount", "umount", "umount2", "pivot_root", "move_mount", "mount_setattr", "chroot"}
}

// never may be called by anything: they change the machine itself.
func never() []string {
	return []string{
		"swapon", "swapoff", "reboot", "sethostname", "setdomainname", "init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load",
		"settimeofday", "clock_settime", "acct", "quotactl", "syslog", "_sysctl", "process_vm_writev",
	}
}

func processCalls() []string {
	return []string{"clone", "clone3", "fork", "vfork", "unshare", "setns", "open", "openat", "openat2", "kill", "tgkill", "tkill", "pidfd_send_signal", "ptrace"}
}

// traced is the list for strace -e trace=. A ? lets strace ignore a name that it or the machine does not know.
func traced() string {
	all := slices.Concat(writing(), mounting(), never(), processCalls())
	for i, name := range all {
		all[i] = "?" + name
	}
	return strings.Join(all, ",")
}

// task is one thread of the trace; the mount namespace belongs to a thread (mount_namespaces(7)).
type task struct {
	private bool // in a mount namespace of a2c's own
	severed bool // "/" was made private there, so that nothing comes back
	pivoted bool // paths are those of a private root
	uts     bool // in a UTS namespace of a2c's own: its host name is not the host's
	network bool // in another network namespace than the host's: the twin's, or an empty one
}

// readTrace reads the files that strace -ff left: the calls of each task, and the tasks that none of the others started, sorted.
func readTrace(t *testing.T, prefix string) (byTask map[int][]call, first []int) {
	t.Helper()
	files, err := filepath.Glob(prefix + ".*")
	if err != nil || len(files) == 0 {
		t.Fatalf("strace wrote nothing at %s: %v", prefix, err)
	}
	byTask = map[int][]call{}
	born := map[int]bool{}
	for _, file := range files {
		id, err := strconv.Atoi(strings.TrimPrefix(file, prefix+"."))
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		byTask[id] = []call{}
		for line := range strings.Lines(string(b)) {
			if c, is := parseCall(strings.TrimSuffix(line, "\n")); is {
				byTask[id] = append(byTask[id], c)
				if child, is := c.child(); is {
					born[child] = true
				}
			}
		}
	}
	for id := range byTask {
		if !born[id] {
			first = append(first, id)
		}
	}
	slices.Sort(first)
	return byTask, first
}

// judge reads the files that strace -ff left and returns what went outside: one line each.
func judge(t *testing.T, prefix string, allowed func(path string) bool) (problems []string, calls int) {
	t.Helper()
	byTask, first := readTrace(t, prefix)
	for _, list := range byTask {
		calls += len(list)
	}
	j := judgement{byTask: byTask, allowed: allowed}
	for _, id := range first { // what it starts is judged from there, in the state it had then
		j.follow(id, task{})
	}
	slices.Sort(j.problems)
	return slices.Compact(j.problems), calls
}

// child returns the task that a clone made, as strace -Y translates it: "12 /* 3456 in strace's PID NS */".
func (c call) child() (int, bool) {
	if c.failed() || !slices.Contains([]string{"clone", "clone3", "fork", "vfork"}, c.name) {
		return 0, false
	}
	number := c.result
	if _, translated, found := strings.Cut(c.result, "/* "); found {
		number = translated
	}
	field := strings.Fields(number)
	if len(field) == 0 {
		return 0, false
	}
	id, err := strconv.Atoi(field[0])
	return id, err == nil
}

type judgement struct {
	byTask   map[int][]call
	allowed  func(path string) bool
	problems []string
}

func (j *judgement) follow(id int, at task) {
	for _, c := range j.byTask[id] {
		if c.failed() {
			continue
		}
		if child, is := c.child(); is {
			j.follow(child, at.in(c))
			continue
		}
		if c.name == "unshare" || c.name == "setns" {
			at = at.in(c)
		}
		if why := j.fault(c, &at); why != "" {
			j.problems = append(j.problems, fmt.Sprintf("%s: %s(%s) = %s", why, c.name, c.all(), c.result))
		}
	}
}

// in is the task after a call with CLONE_NEW flags. Nothing in a2c's reach enters the host's namespaces again.
func (at task) in(c call) task {
	flags := c.all()
	if strings.Contains(flags, "CLONE_NEWNS") {
		at.private, at.severed, at.pivoted = true, false, false
	}
	at.uts = at.uts || strings.Contains(flags, "CLONE_NEWUTS")
	at.network = at.network || strings.Contains(flags, "CLONE_NEWNET")
	return at
}

// fault says what is wrong with a call that succeeded, "" when nothing is.
func (j *judgement) fault(c call, at *task) string {
	switch {
	case slices.Contains(never(), c.name):
		if at.uts && c.name == "sethostname" {
			return ""
		}
		return "changes the machine"
	case slices.Contains(mounting(), c.name):
		return mountFault(c, at)
	case !c.writes():
		return ""
	}
	for _, path := range c.paths() {
		if at.pivoted {
			if path == "/proc/sysrq-trigger" || strings.HasPrefix(path, "/proc/sys/") || strings.HasPrefix(path, "/sys/") {
				return "writes to the kernel from the private root"
			}
			continue
		}
		if at.private && strings.HasPrefix(path, "/.a2c-") {
			continue // the builder's own folder in its private root, where threads are, too, that began before it was entered (pivot_root(2))
		}
		if at.network && (path == "/dev/net/tun" || strings.HasPrefix(path, "/proc/sys/net/")) {
			continue // a device and settings of that network namespace
		}
		if !j.allowed(path) {
			return "writes outside of the workspace"
		}
	}
	return ""
}

func mountFault(c call, at *task) string {
	switch {
	case !at.private:
		return "changes the host's mounts"
	case c.name == "pivot_root":
		at.pivoted = true
	case strings.Contains(c.all(), "MS_PRIVATE") || strings.Contains(c.all(), "MS_SLAVE"):
		at.severed = true
	case !at.severed && c.name != "chroot":
		return "mounts before the mount namespace was cut off from the host's"
	}
	return ""
}
