package proof

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"

	"a2c/internal/engine"
	"a2c/internal/jail"
	"a2c/model"
	"a2c/parse"
	"a2c/verify"
)

// tracer is a verify.Runtime without an engine: it unpacks the image into an empty folder and starts it there under strace, in namespaces of its own,
// with the mounts that a container has. So verify itself gives the twin its state, its secrets and its questions.
type tracer struct {
	dir   string            // gets a folder for each start
	ask   func(*tracedTwin) // what is done with a twin before it is stopped; nil: nothing
	twins []*tracedTwin
}

// tracedTwin is one start.
type tracedTwin struct {
	root, trace, log string
	image            model.Image
	ask              func(*tracedTwin)
	cmd              *exec.Cmd
	ended            chan struct{}
}

func (*tracer) Name() string                { return "strace" }
func (*tracer) Close(context.Context) error { return nil }

// Start unpacks and starts the image. The network namespace is empty but for loopback: nothing can be reached.
func (r *tracer) Start(ctx context.Context, i model.Image, n verify.Needs) (verify.Twin, error) {
	dir := filepath.Join(r.dir, strconv.Itoa(len(r.twins)))
	t := &tracedTwin{
		root: filepath.Join(dir, "root"), trace: filepath.Join(dir, "trace", "t"), log: filepath.Join(dir, "log"), image: i, ask: r.ask, ended: make(chan struct{}),
	}
	for _, d := range []string{t.root, filepath.Dir(t.trace)} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return nil, err
		}
	}
	image, err := engine.Layout(n.Archive, i.Digest)
	if err != nil {
		return nil, err
	}
	if err := unpackImage(ctx, image, t.root); err != nil {
		return nil, err
	}
	mounts, err := t.mounts(n)
	if err != nil {
		return nil, err
	}
	if err := t.start(mounts, n.Env); err != nil {
		return nil, err
	}
	r.twins = append(r.twins, t)
	return t, t.apart(ctx)
}

// unpackImage writes an image's files below root, with owners, modes and attributes.
func unpackImage(ctx context.Context, image v1.Image, root string) error {
	files := mutate.Extract(image)
	defer files.Close()
	cmd := exec.CommandContext(ctx, "tar", "-x", "-p", "--same-owner", "--numeric-owner", "--xattrs", "--xattrs-include=*", "-C", root)
	cmd.Stdin = files
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("unpack the image: %w\n%s", err, out)
	}
	return os.Chmod(root, 0o755)
}

// mounted is one call of mount(8).
type mounted struct{ kind, options, source, target string }

// mounts makes the places for what a container engine mounts, and lists it: the root again, so that it can be made read-only, the kernel's file systems,
// a few devices, the state, and folders in memory.
func (t *tracedTwin) mounts(n verify.Needs) ([]mounted, error) {
	list := []mounted{{"none", "bind", t.root, t.root}}
	var failed []error
	at := func(p string) string {
		failed = append(failed, os.MkdirAll(filepath.Join(t.root, p), 0o755))
		return filepath.Join(t.root, p)
	}
	list = append(list, mounted{"proc", "nosuid", "proc", at("/proc")}, mounted{"sysfs", "ro", "sysfs", at("/sys")}, mounted{"none", "rbind", "/sys/fs/cgroup", at("/sys/fs/cgroup")})
	at("/dev")
	for _, name := range []string{"null", "zero", "full", "random", "urandom", "tty"} {
		file := filepath.Join(t.root, "dev", name)
		failed = append(failed, os.WriteFile(file, nil, 0o666))
		list = append(list, mounted{"none", "bind", "/dev/" + name, file})
	}
	list = append(list, mounted{"tmpfs", "mode=1777", "tmpfs", at("/dev/shm")})
	for p, state := range n.State {
		place := at(path.Dir(string(p)))
		if info, err := os.Stat(state); err == nil && info.Mode().IsRegular() {
			place = filepath.Join(place, path.Base(string(p)))
			failed = append(failed, os.WriteFile(place, nil, 0o600))
		} else {
			place = at(string(p))
		}
		list = append(list, mounted{"none", "bind", state, place})
	}
	if n.ReadOnly {
		for _, p := range n.Tmpfs {
			options := fmt.Sprintf("mode=0755,uid=%d,gid=%d", t.image.Needs.User.UID, t.image.Needs.User.GID)
			if p == "/tmp" || p == "/var/tmp" {
				options = "mode=1777"
			}
			list = append(list, mounted{"tmpfs", options, "tmpfs", at(string(p))})
		}
	}
	at("/etc")
	at(string(t.image.Config.WorkingDir))
	for name, text := range map[string]string{"hosts": "127.0.0.1 localhost twin\n", "resolv.conf": "", "hostname": "twin\n"} { // an engine makes them
		failed = append(failed, os.WriteFile(filepath.Join(t.root, "etc", name), []byte(text), 0o644))
	}
	if n.ReadOnly {
		list = append(list, mounted{"none", "remount,bind,ro", t.root, t.root})
	}
	return list, errors.Join(failed...)
}

// enter mounts what stands before --, and becomes the command behind it.
const enter = `while [ "$1" != -- ]; do /usr/bin/mount -t "$1" -o "$2" "$3" "$4" || exit; shift 4; done; shift; /usr/sbin/ip link set lo up && echo twin > /proc/sys/kernel/hostname && exec "$@"`

// start starts namespaces, mounts, strace and the program, one becoming the next. Nothing of the way there is part of the trace's judgement: that begins
// with chroot(2).
func (t *tracedTwin) start(mounts []mounted, env []string) error {
	out, err := os.Create(t.log)
	if err != nil {
		return err
	}
	defer out.Close()
	if err := out.Chmod(0o666); err != nil { // engines give it to the user: an application may open it by /dev/stdout
		return err
	}
	uid, gid, _ := strings.Cut(t.image.Config.User, ":")
	args := []string{"unshare", "--mount", "--net", "--pid", "--ipc", "--uts", "--fork", "--kill-child", "--mount-proc", "/bin/sh", "-c", enter, "enter"}
	for _, m := range mounts {
		args = append(args, m.kind, m.options, m.source, m.target)
	}
	args = append(args, "--", "/usr/bin/strace", "-ff", "-qq", "-y", "--seccomp-bpf", "-f", "-e", "trace="+openingCalls(), "-o", t.trace)
	all := slices.Concat(t.image.Config.Env, env)
	has := func(name string) bool {
		return slices.ContainsFunc(all, func(v string) bool { return strings.HasPrefix(v, name+"=") })
	}
	for _, name := range []string{"PWD", "OLDPWD", "_"} { // the shell's own
		if !has(name) {
			args = append(args, "-E", name)
		}
	}
	args = append(args, "/usr/bin/unshare", "--root", t.root, "--wd", or(string(t.image.Config.WorkingDir), "/"), "--setgid", gid, "--setuid", uid, "--")
	args = append(append(args, t.image.Config.Entrypoint...), t.image.Config.Cmd...)
	t.cmd = &exec.Cmd{Path: "/usr/bin/unshare", Args: args, Env: all, Dir: "/", Stdout: out, Stderr: out, SysProcAttr: &syscall.SysProcAttr{Setsid: true}}
	if err := t.cmd.Start(); err != nil {
		return err
	}
	go func() {
		_ = t.cmd.Wait() // Status tells
		close(t.ended)
	}()
	return nil
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func (t *tracedTwin) namespace() string { return fmt.Sprintf("/proc/%d/ns/net", t.cmd.Process.Pid) }

// apart waits until the twin has left this network namespace: a question asked before would go to the live application.
func (t *tracedTwin) apart(ctx context.Context) error {
	own, err := os.Readlink("/proc/self/ns/net")
	for err == nil && ctx.Err() == nil {
		theirs, err := os.Readlink(t.namespace())
		if err != nil || theirs != own {
			return err
		}
		time.Sleep(5 * time.Millisecond)
	}
	return errors.Join(err, ctx.Err())
}

// Dial connects over the twin's loopback.
func (t *tracedTwin) Dial(ctx context.Context, port int, _ bool) (conn net.Conn, err error) {
	inner := jail.InNetNS(t.namespace(), func() error {
		conn, err = (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort("localhost", strconv.Itoa(port)))
		return err
	})
	return conn, inner
}

// Open reads the kernel's tables.
func (t *tracedTwin) Open(port int) (inside, outside bool, err error) {
	for _, kind := range []string{"tcp", "tcp6"} {
		data, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/%s", t.cmd.Process.Pid, kind))
		if err != nil {
			return false, false, err
		}
		list, err := parse.InetSockets(data, kind)
		if err != nil {
			return false, false, err
		}
		for _, s := range list {
			if s.State == parse.Listen && int(s.Local.Port()) == port {
				inside, outside = true, outside || !s.Local.Addr().IsLoopback()
			}
		}
	}
	return inside, outside, nil
}

// PID tells nothing: the program stands below a tracer.
func (t *tracedTwin) PID() int { return 0 }

// Status is that of the program: strace and unshare end as it does.
func (t *tracedTwin) Status(context.Context) (verify.Status, error) {
	select {
	case <-t.ended:
		return verify.Status{ExitCode: t.cmd.ProcessState.ExitCode()}, nil
	default:
		return verify.Status{Running: true}, nil
	}
}

// Log returns the end of what was printed.
func (t *tracedTwin) Log(_ context.Context, lines int) ([]string, error) {
	data, err := os.ReadFile(t.log)
	list := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	return list[max(0, len(list)-lines):], err
}

// Reached says that nobody looked.
func (*tracedTwin) Reached() ([]string, []model.Skip) {
	return nil, []model.Skip{{What: "what the twin tried to reach", Reason: "only files are looked at"}}
}

// Ways are none: the twin has only its own loopback.
func (*tracedTwin) Ways() (map[string]int, []model.Skip) { return nil, nil }

// Memory is not measured.
func (*tracedTwin) Memory(context.Context) (int64, error) { return 0, nil }

// Idle is not measured.
func (*tracedTwin) Idle(context.Context) (int64, error) { return 0, nil }

// Signal leaves it to Stop, which asks before.
func (*tracedTwin) Signal(context.Context, string) error {
	return errors.New("it is ended when everything was asked")
}

// Changed is not looked at.
func (*tracedTwin) Changed(context.Context) ([]verify.Changed, error) { return nil, nil }

// Stop asks the program to end, as an engine does, so that what it opens then is seen too, and ends everything else.
func (t *tracedTwin) Stop(ctx context.Context) error {
	if status, err := t.Status(ctx); t.ask != nil && err == nil && status.Running {
		t.ask(t)
	}
	for _, pid := range t.programs() {
		_ = syscall.Kill(pid, syscall.SIGTERM) // it may have ended
	}
	select {
	case <-t.ended:
	case <-time.After(10 * time.Second):
		if err := t.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return err
		}
		<-t.ended
	}
	return nil
}

// programs are the processes that strace started itself: unshare has one child, strace, which has the program.
func (t *tracedTwin) programs() []int {
	list := []int{t.cmd.Process.Pid}
	for range 2 {
		var next []int
		for _, pid := range list {
			next = append(next, children(pid)...)
		}
		list = next
	}
	return list
}

// children of a process's main thread (proc_tid_children(5)).
func children(pid int) []int {
	data, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid)) // none when it has ended
	var list []int
	for field := range strings.FieldsSeq(string(data)) {
		if n, err := strconv.Atoi(field); err == nil {
			list = append(list, n)
		}
	}
	return list
}

// last is the twin that verify compared in the end.
func (r *tracer) last(t *testing.T) *tracedTwin {
	t.Helper()
	if len(r.twins) == 0 {
		t.Fatal("nothing was started")
	}
	return r.twins[len(r.twins)-1]
}
