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
	return err == nil && name != now && !strings.HasPrefix(name, now+"-")
}

// copies is the folder of this run's copies of the state, below the application's folder of the workspace.
const copies = "verify.tmp-"

// clearCopies removes copies that killed runs left.
func clearCopies(dir string) error {
	list, err := filepath.Glob(filepath.Join(dir, copies+"*"))
	if err != nil {
		return err
	}
	for _, folder := range list {
		if orphan(strings.TrimPrefix(filepath.Base(folder), copies)) {
			if err := os.RemoveAll(folder); err != nil {
				return err
			}
		}
	}
	return nil
}
