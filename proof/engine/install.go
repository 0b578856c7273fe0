package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
)

const policy = "/usr/sbin/policy-rc.d"

// Install gets docker.io by apt when there is no dockerd. Nothing is started by it: a policy-rc.d that forbids that
// (invoke-rc.d(8)) stands for the time of the installation, where the machine has none of its own.
func Install(ctx context.Context, log io.Writer) (err error) {
	if _, err := exec.LookPath("/usr/sbin/dockerd"); err == nil {
		return nil
	}
	if _, err := exec.LookPath("dockerd"); err == nil {
		return nil
	}
	if os.Geteuid() != 0 {
		return errors.New("no dockerd on this machine, and only root can install one: run as root, or install docker.io")
	}
	switch _, err := os.Lstat(policy); {
	case errors.Is(err, fs.ErrNotExist):
		if err := os.WriteFile(policy, []byte("#!/bin/sh\nexit 101\n"), 0o755); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.Remove(policy)) }()
	case err != nil:
		return err
	}
	fmt.Fprintln(log, "installing docker.io (apt-get)")
	cmd := exec.CommandContext(ctx, "apt-get", "install", "-y", "--no-install-recommends", "docker.io")
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("apt-get install docker.io: %w\n%s", err, out)
	}
	return nil
}
