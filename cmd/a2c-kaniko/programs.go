package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"a2c/containerize/build"
	"a2c/internal/jail"
)

// nobody is whom the programs run as.
const nobody = 65534

// runPrograms runs programs of the tree that a2c has laid out, which becomes the content of the empty root by links.
func runPrograms(child *jail.Child, programs []build.Program) error {
	dir := child.Plan.Inside()
	tree := filepath.Join(dir, build.TreeName)
	entries, err := os.ReadDir(tree)
	if err != nil {
		return fmt.Errorf("private root: %w", err)
	}
	for _, e := range entries {
		if e.Name() == "proc" || e.Name() == "dev" {
			continue // the private root has its own
		}
		if err := os.Symlink(filepath.Join(tree, e.Name()), "/"+e.Name()); err != nil {
			return fmt.Errorf("private root: %w", err)
		}
	}
	out := filepath.Join(dir, build.OutName)
	if _, err := os.Lstat("/out"); err != nil {
		if err := os.Symlink(out, "/out"); err != nil {
			return fmt.Errorf("private root: %w", err)
		}
	}
	if _, err := os.Lstat("/tmp"); err != nil {
		if err := os.Symlink(out, "/tmp"); err != nil {
			return fmt.Errorf("private root: %w", err)
		}
	}
	var most int64
	for _, p := range programs {
		used, err := runProgram(p, out)
		if err != nil {
			return err
		}
		most = max(most, used)
	}
	return child.Send(build.Message{Done: &build.Done{PeakBytes: most + peak()}})
}

// runProgram returns the most memory that the program had, in bytes.
func runProgram(p build.Program, out string) (int64, error) {
	c := exec.CommandContext(context.Background(), p.Argv[0], p.Argv[1:]...)
	c.Dir, c.Env = "/", os.Environ()
	var to io.Writer = os.Stdout
	if p.Stdout != "" {
		f, err := os.OpenFile(filepath.Join(out, p.Stdout), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return 0, fmt.Errorf("output of %s: %w", p.Argv[0], err)
		}
		defer f.Close()
		to = f
	}
	c.Stdout, c.Stderr = to, os.Stderr
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	if err := c.Run(); err != nil {
		return 0, fmt.Errorf("%s: %w", strings.Join(p.Argv, " "), err)
	}
	used, ok := c.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0, nil
	}
	return used.Maxrss << 10, nil
}
