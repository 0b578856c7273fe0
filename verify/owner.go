package verify

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"a2c/parse"
)

// owner names a running a2c, so that what a killed one left is told from what a living one uses: "PID-START", with the start time in
// clock ticks since boot.
func owner(pid int) (string, error) {
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

// orphan reports whether name begins with an owner that no longer runs. What has no such name is not a2c's.
func orphan(name string) bool {
	first, rest, ok := strings.Cut(name, "-")
	pid, err := strconv.Atoi(first)
	if !ok || err != nil || rest == "" {
		return false
	}
	now, err := owner(pid)
	if errors.Is(err, fs.ErrNotExist) {
		return true
	}
	return err == nil && !ofOwner(now)(name)
}

// ofOwner returns a function that reports whether a name begins with the owner.
func ofOwner(owner string) func(string) bool {
	return func(name string) bool { return name == owner || strings.HasPrefix(name, owner+"-") }
}

// copies is the folder of this run's copies of the state, below the application's folder of the workspace.
const copies = "verify.tmp-"

// clearCopies removes the copies of the runs that which names.
func clearCopies(dir string, which func(name string) bool) error {
	list, err := filepath.Glob(filepath.Join(dir, copies+"*"))
	if err != nil {
		return err
	}
	for _, folder := range list {
		if which(strings.TrimPrefix(filepath.Base(folder), copies)) {
			if err := os.RemoveAll(folder); err != nil {
				return err
			}
		}
	}
	return nil
}
