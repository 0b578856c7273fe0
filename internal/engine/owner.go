package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strconv"
	"strings"

	"a2c/parse"
)

// Owner names a running a2c, so that what a killed one left is told from what a living one uses: "PID-START", with the start time in
// clock ticks since boot.
func Owner(pid int) (string, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", err
	}
	s, err := parse.Stat(data)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d-%d", pid, s.StartTicks), nil
}

// Orphan reports whether name begins with an owner that no longer runs. What has no such name is not a2c's.
func Orphan(name string) bool {
	first, rest, ok := strings.Cut(name, "-")
	pid, err := strconv.Atoi(first)
	if !ok || err != nil || rest == "" {
		return false
	}
	now, err := Owner(pid)
	if errors.Is(err, fs.ErrNotExist) {
		return true
	}
	return err == nil && !OfOwner(now)(name)
}

// OfOwner returns a function that reports whether a name begins with the owner.
func OfOwner(owner string) func(string) bool {
	return func(name string) bool { return name == owner || strings.HasPrefix(name, owner+"-") }
}

// Clear removes the containers that bear the label, and the images of the repository, whose owner which names, and returns how many there were. One that cannot be
// removed does not keep the others.
func (c *Client) Clear(ctx context.Context, label, repository string, which func(owner string) bool, to *slog.Logger) (found int, err error) {
	containers, err := c.Containers(ctx, label)
	if err != nil {
		return 0, err
	}
	var errs []error
	for id, owner := range containers {
		if which(owner) {
			found++
			to.Info("remove a container that a killed run left", "id", id)
			errs = append(errs, c.Remove(ctx, id))
		}
	}
	images, err := c.Images(ctx, repository)
	if err != nil {
		return found, errors.Join(append(errs, err)...)
	}
	for _, reference := range images {
		if which(strings.TrimPrefix(reference, repository+":")) {
			found++
			errs = append(errs, c.RemoveImage(ctx, reference))
		}
	}
	return found, errors.Join(errs...)
}
