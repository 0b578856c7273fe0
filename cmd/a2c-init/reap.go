package main

import (
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// parent starts the application, hands it every signal, waits for all that ends, and gives the application's exit code.
func parent(argv, env []string, memory []int) int {
	signals := make(chan os.Signal, 256)
	signal.Notify(signals)
	_ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) // where it is not the first process; Linux 3.4
	attr := &syscall.ProcAttr{Env: env, Files: inherited(memory), Sys: &syscall.SysProcAttr{Setpgid: true}}
	if _, err := unix.IoctlGetTermios(0, unix.TCGETS); err == nil { // Ctrl-C then reaches the application once
		attr.Sys.Foreground, attr.Sys.Ctty = true, 0
	}
	pid, err := syscall.ForkExec(argv[0], argv, attr)
	if err != nil {
		fail(unstarted(err), "start "+quoted(argv[0])+": "+err.Error())
	}
	for {
		if code, ended := reap(pid); ended {
			return code
		}
		switch s, _ := (<-signals).(syscall.Signal); s {
		case syscall.SIGCHLD, syscall.SIGURG, syscall.SIGTTIN, syscall.SIGTTOU: // ours; Go's runtime uses SIGURG itself
		default:
			_ = syscall.Kill(pid, s) // it may have ended just now
		}
	}
}

// inherited are the descriptors that the child gets under the same numbers: those of memory files among them.
func inherited(memory []int) []uintptr {
	files := []uintptr{0, 1, 2}
	for _, fd := range memory {
		for len(files) < fd {
			files = append(files, ^uintptr(0))
		}
		files = append(files, uintptr(fd))
	}
	return files
}

// reap waits for what has ended; the code is the application's, once that has.
func reap(app int) (code int, ended bool) {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, syscall.WNOHANG, nil)
		switch {
		case err == syscall.EINTR:
		case err != nil || pid <= 0:
			return 0, false
		case pid == app && status.Signaled():
			return exitSignal + int(status.Signal()), true
		case pid == app:
			return status.ExitStatus(), true
		}
	}
}
