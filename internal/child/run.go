package child

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// Run runs cmd to its end as os/exec's does, but the kernel kills it when this process dies, even by SIGKILL. cmd comes from
// exec.CommandContext.
func Run(cmd *exec.Cmd) error {
	done, err := launch(cmd, nil)
	if err != nil {
		return err
	}
	return <-done
}

// Start starts cmd as Run does, and returns when it runs; the channel then gives what Wait returns.
func Start(cmd *exec.Cmd) (<-chan error, error) { return launch(cmd, nil) }

// launch starts cmd, which the kernel kills when this process dies.
func launch(cmd *exec.Cmd, prepare func() error) (<-chan error, error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
	return spawn(cmd, prepare)
}

// spawn starts cmd from a thread of its own and returns once it runs; the channel then gives what Wait returns. Pdeathsig follows the thread
// that forked, not the process, so the thread is kept until the child is reaped. prepare may change the thread for ever (capabilities, no_new_privs):
// then the thread ends with its goroutine. Go never makes other threads from a locked one, so nothing else inherits the change.
func spawn(cmd *exec.Cmd, prepare func() error) (<-chan error, error) {
	started, done := make(chan error), make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		if prepare == nil {
			defer runtime.UnlockOSThread()
		} else if err := prepare(); err != nil {
			started <- err
			return
		}
		err := cmd.Start()
		if err == nil {
			last(cmd.Process.Pid) // before it is reaped: the number cannot be another's yet
		}
		started <- err
		if err == nil {
			done <- cmd.Wait()
		}
	}()
	return done, <-started
}

// InMemory copies this program into memory and seals the copy (memfd_create(2), F_ADD_SEALS in fcntl(2)): nobody may not execute one that is installed with mode
// 0700, and one that runs a foreign program must not be opened by it by way of /proc/self/exe (CVE-2019-5736). The file is open for reading.
func InMemory() (*os.File, error) {
	const executable = 0x10 // MFD_EXEC, which kernels before 6.3 do not know
	fd, err := unix.MemfdCreate("a2c", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING|executable)
	if errors.Is(err, unix.EINVAL) {
		fd, err = unix.MemfdCreate("a2c", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	}
	if err != nil {
		return nil, fmt.Errorf("memfd_create: %w", err)
	}
	mem := os.NewFile(uintptr(fd), "a2c")
	self, err := os.Open("/proc/self/exe")
	if err != nil {
		return nil, errors.Join(err, mem.Close())
	}
	defer self.Close()
	if _, err = mem.ReadFrom(self); err == nil {
		_, err = unix.FcntlInt(mem.Fd(), unix.F_ADD_SEALS, unix.F_SEAL_SEAL|unix.F_SEAL_SHRINK|unix.F_SEAL_GROW|unix.F_SEAL_WRITE)
	}
	var file *os.File
	if err == nil { // a file that is open for writing cannot be executed
		file, err = os.Open(fmt.Sprintf("/proc/self/fd/%d", fd))
	}
	if err = errors.Join(err, mem.Close()); err != nil {
		return nil, fmt.Errorf("copy this program: %w", err)
	}
	return file, nil
}

// last makes a process the first to go when memory is short. It may have ended already, and raising is always allowed.
func last(pid int) {
	_ = os.WriteFile(filepath.Join("/proc", strconv.Itoa(pid), "oom_score_adj"), []byte("1000"), 0)
}

// Gentle makes this process, and what it starts from now on, give way to everything else on the host: nice 19, idle I/O, first to go when memory is
// short, half the cores (GOMAXPROCS in the environment decides otherwise).
func Gentle() error {
	runtime.GOMAXPROCS(Cores())
	last(os.Getpid())
	return eachThread(yieldTo)
}

// eachThread calls do for the threads of this process: priorities belong to them (setpriority(2), bugs), and later ones inherit.
func eachThread(do func(tid int) error) error {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return err
	}
	for _, t := range threads {
		tid, err := strconv.Atoi(t.Name())
		if err != nil {
			continue
		}
		if err := do(tid); err != nil {
			return err
		}
	}
	return nil
}

// Awake lets do run with the priority that other programs have, after Gentle: who measures how long another program takes would else measure itself. Without
// the right to it (CAP_SYS_NICE) nothing changes.
func Awake(do func()) {
	const common = 20 // what getpriority(2) says of nice 0
	was, err := unix.Getpriority(unix.PRIO_PROCESS, 0)
	if err != nil || was >= common {
		do()
		return
	}
	setNice(0)
	defer setNice(common - was)
	do()
}

// setNice sets the nice value of all threads. One that ends meanwhile has none.
func setNice(nice int) {
	_ = eachThread(func(tid int) error {
		_ = unix.Setpriority(unix.PRIO_PROCESS, tid, nice)
		return nil
	})
}

// yieldTo gives a thread (0: the calling one) nice 19 and the idle I/O class (ioprio_set(2)).
func yieldTo(tid int) error {
	const who, idle = 1, 3 << 13 // IOPRIO_WHO_PROCESS, IOPRIO_CLASS_IDLE
	if err := unix.Setpriority(unix.PRIO_PROCESS, tid, 19); err != nil && !errors.Is(err, unix.ESRCH) {
		return fmt.Errorf("setpriority: %w", err)
	}
	if _, _, errno := unix.Syscall(unix.SYS_IOPRIO_SET, who, uintptr(tid), idle); errno != 0 && errno != unix.ESRCH {
		return fmt.Errorf("ioprio_set: %w", errno)
	}
	return nil
}

func maxRSS(s *os.ProcessState) int64 {
	if u, ok := s.SysUsage().(*syscall.Rusage); ok {
		return u.Maxrss << 10
	}
	return 0
}

// relog writes a child's log record to the parent's logger.
func relog(ctx context.Context, to *slog.Logger, data []byte) {
	if to == nil {
		return
	}
	var fields map[string]any
	if json.Unmarshal(data, &fields) != nil {
		to.WarnContext(ctx, "child sent a log record that cannot be read", "record", string(data))
		return
	}
	var level slog.Level
	name, _ := fields[slog.LevelKey].(string)
	if level.UnmarshalText([]byte(name)) != nil {
		level = slog.LevelWarn
	}
	msg, _ := fields[slog.MessageKey].(string)
	delete(fields, slog.LevelKey)
	delete(fields, slog.MessageKey)
	delete(fields, slog.TimeKey)
	attrs := make([]any, 0, 2*len(fields))
	for _, k := range sortedKeys(fields) {
		attrs = append(attrs, k, fields[k])
	}
	to.Log(ctx, level, msg, attrs...)
}
