// Package engine runs a Docker Engine for proofs and the demo: on a Unix socket in a folder of its own, in a network namespace of its own,
// where its bridge, firewall rules and forwarding are, so that the host's network stays as it was.
package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"a2c/internal/engine"
)

// Engine is a running Docker Engine.
type Engine struct {
	Host string // "unix:///…/docker.sock", as in DOCKER_HOST

	dir  string
	cmd  *exec.Cmd
	done chan error // receives the end of dockerd
	lock *os.File
	log  io.Writer
}

const startLimit = 60 * time.Second

// Start installs docker.io by apt when there is no dockerd, and starts one whose data, state, pid file, log and socket lie below dir.
// An engine that a killed run left in dir is stopped first. What it does is told on log. The caller ends it with Stop.
func Start(ctx context.Context, dir string, log io.Writer) (*Engine, error) {
	e := &Engine{dir: dir, log: log, done: make(chan error, 1)}
	socket := e.path("docker.sock")
	if len(socket) > 107 { // sun_path, unix(7)
		return nil, fmt.Errorf("the path of the engine's socket has %d bytes, 107 are allowed: %s", len(socket), socket)
	}
	e.Host = "unix://" + socket
	if err := Install(ctx, log); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	if err := e.hold(); err != nil {
		return nil, err
	}
	if err := e.run(ctx); err != nil {
		e.lock.Close()
		return nil, err
	}
	if err := e.wait(ctx); err != nil {
		return nil, errors.Join(err, e.Stop(context.WithoutCancel(ctx)))
	}
	return e, nil
}

func (e *Engine) path(name string) string { return filepath.Join(e.dir, name) }

// hold takes the folder for this process and ends what an earlier one left in it.
func (e *Engine) hold() error {
	f, err := os.OpenFile(e.path("lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		return fmt.Errorf("%s is in use by another run: %w", e.dir, err)
	}
	e.lock = f
	pid, ok := e.leftover()
	if !ok {
		return nil
	}
	fmt.Fprintf(e.log, "stopping the Docker Engine that an earlier run left (process %d)\n", pid)
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil && !errors.Is(err, syscall.ESRCH) {
		f.Close()
		return fmt.Errorf("stop process %d: %w", pid, err)
	}
	for range 100 {
		if _, ok := e.leftover(); !ok {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	f.Close()
	return fmt.Errorf("the Docker Engine of an earlier run (process %d) does not end", pid)
}

// leftover returns the process of the pid file when it is a dockerd on this very folder, and no other that got its number.
func (e *Engine) leftover() (int, bool) {
	text, err := os.ReadFile(e.path("docker.pid"))
	if err != nil {
		return 0, false
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || pid <= 1 {
		return 0, false
	}
	args, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil || !bytes.Contains(args, []byte("\x00"+e.path("data")+"\x00")) {
		return 0, false
	}
	return pid, true
}

// run starts dockerd in a mount namespace of its own, where what it writes outside of dir (/etc/docker/key.json, /run/docker,
// /run/containerd) goes to memory and its mounts are nobody else's, and in a network namespace of its own.
func (e *Engine) run(ctx context.Context) error {
	config := e.path("daemon.json") // not /etc/docker/daemon.json, which may hold anything
	if err := os.WriteFile(config, []byte("{}\n"), 0o644); err != nil {
		return err
	}
	out, err := os.Create(e.path("dockerd.log"))
	if err != nil {
		return err
	}
	defer out.Close()
	// The pid file of a killed dockerd makes the next one refuse to start when another process has its number by now.
	if err := os.Remove(e.path("docker.pid")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	const script = `mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /etc/docker && exec "$@"`
	e.cmd = exec.CommandContext(context.WithoutCancel(ctx), "sh", "-c", script, "sh", "dockerd",
		"--config-file", config,
		"--data-root", e.path("data"),
		"--exec-root", e.path("exec"),
		"--pidfile", e.path("docker.pid"),
		"--host", e.Host,
		"--group", "root",
		"--cgroup-parent", e.cgroup(),
		"--storage-driver", "overlay2",
	)
	e.cmd.Env = append(os.Environ(), "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
	e.cmd.Stdout, e.cmd.Stderr = out, out
	// Its own process group: Ctrl-C ends it through Stop, after those that still need it.
	e.cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWNET, Setpgid: true}
	if err := e.cmd.Start(); err != nil {
		return fmt.Errorf("start dockerd: %w", err)
	}
	go func() { e.done <- e.cmd.Wait() }()
	return nil
}

// cgroup is the parent of every container's cgroup, removed by Stop. Another engine, in another folder, has another one.
func (e *Engine) cgroup() string {
	h := fnv.New32a()
	fmt.Fprint(h, e.dir)
	return fmt.Sprintf("/a2c-engine-%08x", h.Sum32())
}

func (e *Engine) wait(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	for {
		c, err := engine.Connect(ctx, e.Host)
		if err == nil {
			return c.Close()
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case end := <-e.done:
			e.done <- end
			return fmt.Errorf("dockerd ended: %w\n%s", or(end, errors.New("exit code 0")), e.tail())
		case <-ctx.Done():
			return fmt.Errorf("dockerd is not up (%w): %w\n%s", ctx.Err(), err, e.tail())
		}
	}
}

func or(err, otherwise error) error {
	if err == nil {
		return otherwise
	}
	return err
}

func (e *Engine) tail() string {
	text, err := os.ReadFile(e.path("dockerd.log"))
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-10):], "\n")
}

// Stop ends dockerd, with it containerd and every container, and removes the cgroups it made. The images stay below dir.
func (e *Engine) Stop(ctx context.Context) error {
	defer e.lock.Close()
	if err := e.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop dockerd (process %d): %w", e.cmd.Process.Pid, err)
	}
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	var end error // anything but exit code 0: it crashed, before or now
	select {
	case end = <-e.done:
	case <-ctx.Done():
		return fmt.Errorf("dockerd (process %d) does not end: %w", e.cmd.Process.Pid, errors.Join(ctx.Err(), e.cmd.Process.Kill()))
	}
	folders, err := filepath.Glob("/sys/fs/cgroup/*" + e.cgroup())
	if err != nil {
		return err
	}
	errs := []error{end}
	for _, folder := range append(folders, "/sys/fs/cgroup"+e.cgroup()) {
		if err := os.Remove(folder); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
