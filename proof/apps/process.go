package apps

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Process is a started application. Its start time tells it from a later process that got the same number.
type Process struct {
	PID   int    `json:"pid"`
	Ticks uint64 `json:"startTicks"` // field 22 of /proc/PID/stat, proc(5)
}

const (
	readyWithin = 90 * time.Second
	endsWithin  = 15 * time.Second
)

// Filled is the folder in an application's own that a proof fills. A proof that is killed leaves it, and Start removes it.
const Filled = "many"

// Start configures the applications anew, with the site's secrets, starts them and waits until each answers.
func (s *Site) Start(ctx context.Context, list []App) error {
	fmt.Fprintf(s.Log, "planted secrets: seed %d\n", s.Seed())
	for _, a := range list {
		if p := s.state.Running[a.Name]; p.alive() {
			fmt.Fprintf(s.Log, "%s runs already, process %d\n", a.Name, p.PID)
			continue
		}
		if err := s.free(ctx, a); err != nil {
			return err
		}
		if err := errors.Join(os.RemoveAll(s.path("opt", a.Name, Filled)), a.Configure(s)); err != nil {
			return fmt.Errorf("configure %s: %w", a.Name, err)
		}
		p, err := s.spawn(a)
		if err != nil {
			return fmt.Errorf("start %s: %w", a.Name, err)
		}
		s.state.Running[a.Name] = p
		if err := s.save(); err != nil {
			return err
		}
	}
	for _, a := range list {
		begin := time.Now()
		if err := s.ready(ctx, a); err != nil {
			return err
		}
		fmt.Fprintf(s.Log, "%s answers on 127.0.0.1:%d, process %d (%s, waited %.1f s)\n", a.Name, s.Port(a, 0), s.state.Running[a.Name].PID, a.User(), time.Since(begin).Seconds())
	}
	return nil
}

// Restart ends applications and starts them again as they are configured, and waits until each answers.
func (s *Site) Restart(ctx context.Context, list []App) error {
	if err := s.Stop(list); err != nil {
		return err
	}
	for _, a := range list {
		p, err := s.spawn(a)
		if err != nil {
			return fmt.Errorf("start %s: %w", a.Name, err)
		}
		s.state.Running[a.Name] = p
		if err := errors.Join(s.save(), s.ready(ctx, a)); err != nil {
			return err
		}
	}
	return nil
}

// free refuses to start an application on a port that something else holds.
func (s *Site) free(ctx context.Context, a App) error {
	for n := range a.Listens {
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(s.Port(a, n))))
		if err != nil {
			return fmt.Errorf("%s needs port %d: %w; choose others with --port-base", a.Name, s.Port(a, n), err)
		}
		if err := l.Close(); err != nil {
			return err
		}
	}
	return nil
}

func (s *Site) spawn(a App) (*Process, error) {
	uid, gid, err := ids(a)
	if err != nil {
		return nil, err
	}
	out, err := os.OpenFile(s.logFile(a), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o640)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	if err := out.Chown(uid, gid); err != nil {
		return nil, err
	}
	c := a.Command(s)
	cmd := &exec.Cmd{
		Path: c.Argv[0], Args: c.Argv, Env: c.Env, Dir: c.Dir, Stdout: out, Stderr: out,
		SysProcAttr: &syscall.SysProcAttr{Setsid: true, Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}},
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ticks, err := startTicks(cmd.Process.Pid)
	if err != nil {
		return nil, err
	}
	go cmd.Wait() //nolint:errcheck // only takes the exit status, so that no zombie stays; ready and Stop look at /proc
	return &Process{PID: cmd.Process.Pid, Ticks: ticks}, nil
}

func (s *Site) logFile(a App) string { return s.path("var/log", a.Name, "stdout.log") }

// ready asks until the first Ask is answered as it should be.
func (s *Site) ready(ctx context.Context, a App) error {
	deadline := time.Now().Add(readyWithin)
	for {
		_, err := s.Ask(ctx, a, a.Asks[0])
		if err == nil {
			return nil
		}
		p := s.state.Running[a.Name]
		if !p.alive() || time.Now().After(deadline) {
			b, _ := os.ReadFile(s.logFile(a))
			return fmt.Errorf("%s is not ready: %w\nthe end of %s:\n%s", a.Name, err, s.logFile(a), tail(string(b), 20))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// Stop ends the applications by the process IDs they were started with.
func (s *Site) Stop(list []App) error {
	var failed []error
	for _, a := range list {
		p := s.state.Running[a.Name]
		if p == nil {
			continue
		}
		if err := p.end(); err != nil {
			failed = append(failed, fmt.Errorf("stop %s: %w", a.Name, err))
			continue
		}
		fmt.Fprintf(s.Log, "%s ended, process %d\n", a.Name, p.PID)
		delete(s.state.Running, a.Name)
	}
	if _, err := os.Stat(s.Dir); err == nil {
		failed = append(failed, s.save())
	}
	return errors.Join(failed...)
}

// PID returns the running application's process, 0 when it does not run.
func (s *Site) PID(a App) int {
	if p := s.state.Running[a.Name]; p.alive() {
		return p.PID
	}
	return 0
}

func (p *Process) alive() bool {
	if p == nil {
		return false
	}
	ticks, err := startTicks(p.PID)
	return err == nil && ticks == p.Ticks
}

func (p *Process) end() error {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		if !p.alive() {
			return nil
		}
		if err := syscall.Kill(p.PID, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return err
		}
		for begin := time.Now(); time.Since(begin) < endsWithin; time.Sleep(50 * time.Millisecond) {
			if !p.alive() {
				return nil
			}
		}
	}
	return fmt.Errorf("process %d does not end", p.PID)
}

// startTicks reads when a process started; a zombie counts as ended.
// proc(5): "31808 (java) S 1 ..." field 3 is the state, 22 the start time; comm may hold anything, so fields are counted after its last ")".
func startTicks(pid int) (uint64, error) {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, err
	}
	field := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	if len(field) < 20 {
		return 0, fmt.Errorf("/proc/%d/stat has %d fields after the name", pid, len(field))
	}
	if field[0] == "Z" {
		return 0, fmt.Errorf("process %d has ended", pid)
	}
	return strconv.ParseUint(field[19], 10, 64)
}
