package workspace

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"a2c/internal/disk"
	"a2c/model"
)

const lockFile = ".lock"

// LockedError says that another a2c works in the workspace.
type LockedError struct {
	Dir     string
	Holder  string // "process 4711 (a2c analyze --all)"; "another process" when it did not say
	Command string // what to run again
}

func (e *LockedError) Error() string {
	return fmt.Sprintf("workspace %s is in use by %s; wait until it ends, then run %s again", model.Path(e.Dir), e.Holder, e.Command)
}

// Lock makes the workspace if need be and keeps other writers out until unlock, or the process's end: flock(2) leaves nothing behind, not even
// after SIGKILL. What a killed a2c was writing is cleared away. command is what the holder is called in another's message.
func (w *Workspace) Lock(command string) (unlock func() error, err error) {
	if err := w.create(); err != nil {
		return nil, err
	}
	f, err := w.hold("", unix.LOCK_EX, command)
	if err != nil {
		return nil, err
	}
	return w.signed(f, []string{"", "*/", "*/*/", "*/*/*/"}, command)
}

// LockApp is Lock for a command that writes only below the folder of one application, which exists: others may work on other applications meanwhile.
func (w *Workspace) LockApp(id, command string) (unlock func() error, err error) {
	if err := w.create(); err != nil {
		return nil, err
	}
	all, err := w.hold("", unix.LOCK_SH, command)
	if err != nil {
		return nil, err
	}
	f, err := w.hold(id, unix.LOCK_EX, command)
	if err != nil {
		return nil, errors.Join(err, all.Close())
	}
	mine, err := w.signed(f, []string{id + "/", id + "/*/", id + "/*/*/"}, command)
	if err != nil {
		return nil, errors.Join(err, all.Close())
	}
	return func() error { return errors.Join(mine(), all.Close()) }, nil
}

// hold takes the lock of a folder of the workspace.
func (w *Workspace) hold(folder string, how int, command string) (*os.File, error) {
	dir := filepath.Join(w.dir, folder)
	f, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, w.refused(err)
	}
	if err := unix.Flock(int(f.Fd()), how|unix.LOCK_NB); err != nil {
		defer f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, &LockedError{dir, w.holder(f), command}
		}
		return nil, fmt.Errorf("lock workspace %s: %w", model.Path(w.dir), err)
	}
	return f, nil
}

// signed says in a lock that is held who holds it, and clears away what a killed a2c left where it works.
func (w *Workspace) signed(f *os.File, below []string, command string) (unlock func() error, err error) {
	if err := sign(f, command); err != nil {
		return nil, errors.Join(w.refused(err), f.Close())
	}
	if err := w.sweep(below); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() error {
		return errors.Join(f.Truncate(0), f.Close())
	}, nil
}

func sign(f *os.File, command string) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.WriteAt(fmt.Appendf(nil, "process %d (%s)\n", os.Getpid(), model.Path(command)), 0)
	return err
}

// holder says who holds a lock: of the workspace's that may be one who works on an application.
func (w *Workspace) holder(f *os.File) string {
	if line := signature(f); line != "" {
		return line
	}
	locks, _ := filepath.Glob(filepath.Join(w.dir, "*", lockFile)) // the pattern is well-formed unless the workspace's name has brackets
	for _, name := range locks {
		app, err := os.Open(name)
		if err != nil {
			continue
		}
		line := signature(app)
		held := errors.Is(unix.Flock(int(app.Fd()), unix.LOCK_SH|unix.LOCK_NB), unix.EWOULDBLOCK)
		app.Close()
		if held && line != "" {
			return line
		}
	}
	return "another process"
}

func signature(f *os.File) string {
	text, err := io.ReadAll(io.LimitReader(f, 400))
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return line
}

// sweep removes, in folders that match the patterns, the files that a killed a2c left half-written beside their documents; none lies deeper than generated files do.
func (w *Workspace) sweep(below []string) error {
	tree := os.DirFS(w.dir)
	for _, pattern := range below {
		left, err := fs.Glob(tree, pattern+disk.AsidePrefix+"*")
		if err != nil {
			return fmt.Errorf("look for half-written files: %w", err)
		}
		for _, name := range left {
			if err := os.Remove(filepath.Join(w.dir, name)); err != nil {
				return fmt.Errorf("clear a half-written file away: %w", err)
			}
		}
	}
	return nil
}
